"""The task `performance`: what is timed, how often, and what stands beside it."""

from __future__ import annotations

import gc
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fake_models import Padded, answer
from harness_performance.measured import Measured

import harness
from harness import Run, UserError

TEXTS = [" ".join(["word"] * (at % 9 + 1)) for at in range(12)]
DATA = [{"text": text, "label": at % 2} for at, text in enumerate(TEXTS)]
LABELS = ["no", "yes"]


class Counted:
    """A model that remembers its calls, and what is so while it is called."""

    def __init__(self) -> None:
        self.calls: list[list[str]] = []
        self.collecting: list[bool] = []
        self.threads: set[int] = set()

    def __call__(self, texts: list[str]) -> Any:
        self.calls.append(list(texts))
        self.collecting.append(gc.isenabled())
        self.threads.add(threading.active_count())
        return [answer(text) for text in texts]


def _run(model: Any, folder: Path, data: Any = DATA, **parameters: Any) -> Run:
    task = {"use": "performance", "warmup": 0, "starts": 0, **parameters}
    return harness.evaluate(model, data, [task], labels=LABELS, out=folder / "run", progress=False)


def _measured(run: Run) -> list[Measured]:
    found = run.records("performance", Measured)
    return [each.payload for each in found if each.payload]


def test_each_sample_begins_a_call_with_those_after_it_and_the_first_follows_the_last(tmp_path: Path) -> None:
    model = Counted()
    _run(model, tmp_path, batch_sizes=[3])
    timed = [call for call in model.calls if len(call) == 3]
    assert len(timed) == len(TEXTS)
    order = [call[0] for call in timed]
    assert timed[0] == order[:3]
    assert timed[-1] == [order[-1], *order[:2]]


def test_more_rows_than_samples_begin_again(tmp_path: Path) -> None:
    model = Counted()
    run = _run(model, tmp_path, DATA[:2], batch_sizes=[5])
    assert [len(call) for call in model.calls if len(call) == 5] == [5, 5]
    assert [each.rows for each in _measured(run)] == [5, 5]


def test_neither_memory_nor_equal_inputs_answer_in_place_of_the_model(tmp_path: Path) -> None:
    model, data = Counted(), [{"text": "again", "label": 0}] * 4
    run = _run(model, tmp_path, [{"id": str(at), **row} for at, row in enumerate(data)], batch_sizes=[1], repeats=3)
    assert sum(call == ["again"] for call in model.calls) == 12
    assert run.info.tasks["performance"].engine["stopwatch"].asked == 12


def test_warm_up_calls_come_before_the_first_of_a_size_and_do_not_count(tmp_path: Path) -> None:
    model = Counted()
    run = _run(model, tmp_path, batch_sizes=[1, 2], warmup=4)
    assert [len(call) for call in model.calls] == [1] * (4 + 12) + [2] * (4 + 12)
    assert len(_measured(run)) == 24


def test_only_the_first_samples_are_timed(tmp_path: Path) -> None:
    model = Counted()
    run = _run(model, tmp_path, batch_sizes=[2], calls=3)
    assert len(_measured(run)) == len(model.calls) == 3
    assert len({text for call in model.calls for text in call}) > 1


def test_the_garbage_collector_waits_and_goes_on_afterwards(tmp_path: Path) -> None:
    model = Counted()
    _run(model, tmp_path, batch_sizes=[1])
    assert not any(model.collecting)
    assert gc.isenabled()


def test_a_channel_is_timed_with_what_it_prepares(tmp_path: Path) -> None:
    run = _run(Padded(seconds=0.01), tmp_path, DATA[:4], batch_sizes=[1])
    assert all(each.latency and each.latency >= 10 for each in _measured(run))


def test_percentiles_are_numpys_of_the_raw_times(tmp_path: Path) -> None:
    run = _run(Counted(), tmp_path, batch_sizes=[1, 4])
    raw = {rows: [each.latency for each in _measured(run) if each.rows == rows] for rows in (1, 4)}
    for rows, times in raw.items():
        for name, share in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99)):
            found = run.scores[f"performance/latency_{name}[batch={rows}]"]
            assert found.value == pytest.approx(np.quantile(np.array(times, float), share))
        rate = run.scores[f"performance/throughput[batch={rows}]"].value
        assert rate == pytest.approx(1000 * rows / np.mean(np.array(times, float)))


def test_a_slow_model_is_slower_by_what_it_waits(tmp_path: Path) -> None:
    def slow(texts: list[str]) -> Any:
        time.sleep(0.02 * len(texts))
        return [answer(text) for text in texts]

    run = _run(slow, tmp_path, batch_sizes=[1, 2])
    quickest = {rows: min(float(each.latency or 0) for each in _measured(run) if each.rows == rows) for rows in (1, 2)}
    assert quickest[1] >= 20
    assert quickest[2] >= max(40, quickest[1])
    assert float(run.scores["performance/throughput[batch=2]"]) <= 50


def test_calls_are_split_by_the_length_of_their_longest_input(tmp_path: Path) -> None:
    def by_words(texts: list[str]) -> Any:
        time.sleep(0.004 * max(len(text.split()) for text in texts))
        return [answer(text) for text in texts]

    run = _run(by_words, tmp_path, batch_sizes=[1])
    short, medium, long = (
        float(run.scores[f"performance/latency_p50[batch=1,length={name}]"]) for name in ("short", "medium", "long")
    )
    assert short < medium < long


def test_inputs_of_one_length_have_no_scores_by_length(tmp_path: Path) -> None:
    run = _run(Counted(), tmp_path, [{"text": f"same {at}", "label": at % 2} for at in range(6)], batch_sizes=[1])
    assert not [address for address in run.scores if "length=" in address]


def test_a_model_in_memory_has_no_process_and_says_so(tmp_path: Path) -> None:
    run = _run(Counted(), tmp_path, batch_sizes=[1], starts=2)
    for name in ("startup", "peak_memory", "size"):
        score = run.scores[f"performance/{name}"]
        assert score.value is None
        assert "in memory" in score.note


def test_no_process_is_begun_where_none_is_wanted(tmp_path: Path) -> None:
    assert "`starts` is 0" in _run(Counted(), tmp_path, batch_sizes=[1]).scores["performance/startup"].note


def test_an_error_in_a_timed_call_is_the_error_of_its_case(tmp_path: Path) -> None:
    def fails(texts: list[str]) -> Any:
        if len(texts[0].split()) == 5:
            raise ValueError("five words")
        return [answer(text) for text in texts]

    run = _run(fails, tmp_path, batch_sizes=[1])
    assert 0 < run.info.tasks["performance"].errors < len(TEXTS)
    assert "five words" in next(each.error for each in run.records("performance", Measured) if each.error)


def test_a_model_that_answers_too_few_rows_is_no_fast_one(tmp_path: Path) -> None:
    with pytest.raises(harness.RunError):
        _run(lambda texts: [answer(text) for text in texts[:1]], tmp_path, batch_sizes=[2])


def test_a_gate_bounds_the_latency(tmp_path: Path) -> None:
    gates = {"latency_p50[batch=1]": {"max": 1000}, "throughput[batch=1]": {"min": 1}}
    assert _run(Counted(), tmp_path, batch_sizes=[1], gates=gates).verdict == "pass"


@pytest.mark.parametrize(
    ("parameters", "complaint"),
    [
        ({"batch_sizes": []}, "expected at least one"),
        ({"batch_sizes": [1, 1]}, "expected different ones"),
        ({"batch_sizes": [0]}, "batch_sizes.0"),
        ({"batch_sizes": "1"}, "batch_sizes"),
        ({"calls": 0}, "calls"),
        ({"repeats": -1}, "repeats"),
        ({"warmup": "many"}, "warmup"),
        ({"starts": 1}, "expected 0, or 2 or more"),
        ({"gates": {"latency_p95[batch=7]": {"max": 1}}}, "has no score"),
        ({"gates": {"latency_p95": {"max": 1}}}, "has no score"),
    ],
)
def test_a_wrong_parameter_is_refused_before_anything_runs(
    parameters: dict[str, Any], complaint: str, tmp_path: Path
) -> None:
    with pytest.raises(UserError, match=complaint):
        _run(Counted(), tmp_path, **{"batch_sizes": [1], **parameters})


def test_two_tasks_of_one_suite_share_the_stopwatch(tmp_path: Path) -> None:
    tasks = [{"use": "performance", "name": name, "batch_sizes": [1], "starts": 0} for name in ("one", "two")]
    run = harness.evaluate(Counted(), DATA, tasks, labels=LABELS, out=tmp_path / "run", progress=False)
    assert {address.partition("/")[0] for address in run.scores} == {"one", "two"}


def test_times_stay_apart_from_what_else_a_run_asks(tmp_path: Path) -> None:
    model = Counted()
    tasks: list[Any] = ["classification", {"use": "performance", "batch_sizes": [1], "starts": 0, "warmup": 0}]
    run = harness.evaluate(model, DATA, tasks, labels=LABELS, out=tmp_path / "run", progress=False)
    assert run.info.tasks["performance"].engine.keys() == {"stopwatch"}
    assert len(_measured(run)) == len(TEXTS)
