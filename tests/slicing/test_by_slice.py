"""Every score of a task by slice, from a suite to its gates, its baseline and its comparison."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import harness
from harness import Context, Run, Sample, ScoringContext, UserError
from harness.records.record import Record
from harness.records.table import RecordTable
from harness.runs.again import decide_again
from harness.slices.spec import SliceSpec
from harness.slicing.by_slice import sliced
from harness.suite.file import suite_of
from harness.tasks.classification import Classified, classification
from harness.tasks.measuring import named
from harness.verdicts.scoring import score_sets

LABELS = ["no", "yes"]
ROWS = [
    {
        "text": f"{'good' if at % 2 else 'bad'} {'word ' * (at % 5)}{at}",
        "label": LABELS[at % 2],
        "region": "ab c"[at % 4],
    }
    for at in range(240)
]


def model(texts: Any) -> list[list[float]]:
    """Wrong on every twentieth text, and on all of region c that are long."""
    return [_answer("good" in text, int(text.split()[-1])) for text in texts]


def _answer(good: bool, at: int) -> list[float]:
    wrong = at % 20 == 0 or (at % 4 == 3 and at % 5 == 4)
    return [0.1, 0.9] if good is not wrong else [0.8, 0.2]


def suite(gates: Any = None, slices: Any = None, **keys: Any) -> dict[str, Any]:
    regions = {"region": {"column": "region"}, "long": {"words": {"min": 5}}, "sure": {"confidence": {"min": 0.85}}}
    return {
        "model": {"use": "given", "labels": LABELS},
        "data": {"use": "files", "path": "rows.jsonl", "slices": slices or regions},
        "tasks": [{"use": "classification", "metrics": ["f1"], "gates": gates or {}}],
        "resamples": 20,
        **keys,
    }


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Run]:
    monkeypatch.chdir(tmp_path)
    Path("rows.jsonl").write_text("\n".join(map(json.dumps, ROWS)))
    return lambda *given, **keys: harness.run(
        suite(*given, **keys.pop("suite", {})), model=keys.pop("model", model), **keys
    )


def test_a_slice_has_the_scores_of_its_own_samples(run: Callable[..., Run]) -> None:
    scores = run().scores
    mine = [row for row in ROWS if row["region"] == "c"]
    right = [
        ("good" in row["text"]) == (answer[1] > 0.5)
        for row, answer in zip(mine, model([row["text"] for row in mine]), strict=True)
    ]
    assert scores["classification/accuracy[slice=region:c]"] == sum(right) / len(mine)
    assert scores["classification/accuracy[slice=region:c]"].n == len(mine)
    assert scores["classification/recall[class=yes,slice=long:no]"].keys == {"class": "yes", "slice": "long:no"}
    assert (
        scores["classification/accuracy_gap[slice=region]"]
        == scores["classification/accuracy[slice=region:b]"] - scores["classification/accuracy[slice=region:c]"]
    )
    assert scores["classification/worst_accuracy[slice=region]"] == scores["classification/accuracy[slice=region:c]"]


def test_confidence_divides_by_the_models_own_answers(run: Callable[..., Run]) -> None:
    scores = run().scores
    assert scores["classification/accuracy[slice=sure:yes]"].n == sum(
        row[1] == 0.9 for row in model([each["text"] for each in ROWS])
    )


def test_a_run_without_slices_has_the_scores_it_had(run: Callable[..., Run]) -> None:
    with_slices, without = run().scores, run(suite={"data": {"use": "files", "path": "rows.jsonl"}}).scores
    assert {at: score.value for at, score in with_slices.items() if "slice" not in score.keys} == {
        at: score.value for at, score in without.items()
    }


def test_a_finished_run_is_decided_again_alike(run: Callable[..., Run]) -> None:
    made = run({"accuracy[slice=region:c]": {"min": 0.9}, "accuracy_gap[slice=sure]": {"max": 0.5}})
    verdicts, scores = decide_again(made, "fail", None)
    assert [each.verdict for each in verdicts.decisions] == [each.verdict for each in made.gates] == ["fail", "pass"]
    assert {at: score.value for at, score in scores.items()} == {at: score.value for at, score in made.scores.items()}


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("accuracy[slice=regoin:a]", "it has the slices region, long, sure; did you mean 'region'?"),
        ("accuracy[slice=long:maybe]", "the slice 'long' has yes, no"),
        (
            "accuracy[slice=long]",
            "expected one slice, `slice=long:VALUE`, or accuracy_gap or worst_accuracy of all of them",
        ),
        ("acuracy[slice=long:yes]", "did you mean 'accuracy'?"),
    ],
)
def test_a_gate_on_a_slice_that_cannot_be_is_refused_before_a_run(
    run: Callable[..., Run], address: str, words: str
) -> None:
    with pytest.raises(UserError) as refused:
        run({address: {"min": 0.5}})
    assert words in str(refused.value)


def test_a_slice_of_three_samples_is_undecided_and_says_so(run: Callable[..., Run]) -> None:
    rare = {
        "rare": {"column": "region", "values": ["a", " "]},
        "few": {"words": {"min": 9}},
        "n": {"characters": [6, 8]},
    }
    made = run(
        {
            "accuracy[slice=n:<6]": {"min": 0.1},
            "worst_accuracy[slice=n]": {"min": 0.1},
            "accuracy[slice=few:yes]": {"min": 0.1},
        },
        rare,
    )
    few, worst, none = made.gates
    assert (few.verdict, worst.verdict, none.verdict) == ("undecided", "undecided", "error")
    assert "and a gate needs 30 (or set `least` of the slice)" in few.note
    assert few.note in worst.note
    assert none.note == "it has no sample"


def test_what_fell_in_a_slice_is_paired_with_the_baseline(run: Callable[..., Run]) -> None:
    old = run()

    def worse(texts: Any) -> list[list[float]]:
        rows = zip(model(texts), texts, strict=True)
        return [[0.6, 0.4] if int(text.split()[-1]) % 4 == 1 else row for row, text in rows]

    gates = {
        "accuracy[slice=region:b]": {"drop": 0.1},
        "accuracy[slice=region:a]": {"drop": 0.1},
        "worst_accuracy[slice=region]": {"drop": 0.1},
    }
    made = run(gates, model=worse, suite={"baseline": str(old.folder)})
    fell, same, worst = made.gates
    assert (fell.verdict, same.verdict, worst.verdict) == ("fail", "pass", "fail")
    assert (fell.n, same.value) == (60, 0)
    [pair] = harness.compare(old.folder, made.folder).pairs
    moved = {each.local: each for each in pair.moved}
    assert moved["accuracy[slice=region:b]"].outcome == "worse"
    assert pair.tests == sum("slice" not in each.local for each in pair.moved if each.p_holm is not None)


def test_a_baseline_file_knows_no_slices_and_is_divided_by_the_runs(run: Callable[..., Run]) -> None:
    whole = {"data": {"use": "files", "path": "rows.jsonl"}}
    Path("old.baseline").write_text("")
    harness.accept(run(suite=whole), Path("old.baseline"))
    made = run({"accuracy[slice=region:b]": {"drop": 0.1}}, suite={"baseline": "old.baseline"})
    assert [(gate.verdict, gate.n) for gate in made.gates] == [("pass", 60)]


def test_samples_of_a_protected_slice_are_not_named(run: Callable[..., Run]) -> None:
    from harness.verdicts.findings import worst_samples

    address = "classification/accuracy[slice=region:c]"
    assert len(worst_samples(run(), address)) == 3
    assert worst_samples(run(None, {"region": {"column": "region", "protected": True}}), address) == []


def test_a_task_that_cannot_score_a_slice_says_why_for_that_slice_alone() -> None:
    task = classification(Context(), metrics=named("f1"))

    def fussy(records: Any, scoring: ScoringContext) -> Any:
        if len(records) < 3:
            raise ValueError("too few for me")
        return task.score(records, scoring)

    from dataclasses import replace

    samples = [Sample(str(at), f"t{at}", at % 2, slices={"s": "big" if at < 8 else "small"}) for at in range(10)]
    records = RecordTable.of(
        [
            Record(
                "t", "", each.id, "ok", None, 1, Classified(LABELS[each.label], [1.0 - each.label, float(each.label)])
            )
            for each in samples
        ],
        Classified,
    )
    made = sliced(replace(task, score=fussy), {"s": SliceSpec(column="s", least=1)})
    found = score_sets(made, records, {"": samples}, ScoringContext(LABELS, {})).scores
    assert found["accuracy[slice=s:big]"].value == 1
    assert "too few for me" in found["accuracy[slice=s:small]"].note


def test_slices_differ_by_set_and_by_task() -> None:
    data = [{"use": "files", "path": "a.csv", "slices": {"r": {"column": "r"}}}, {"use": "files", "path": "b.csv"}]
    made = suite_of(
        {
            "model": {"use": "python", "object": "m:f"},
            "data": data,
            "tasks": [{"use": "classification", "data": "b"}, "stress"],
        },
        "s",
    ).suite
    assert [list(made.slices_of(task)) for task in made.tasks] == [[], ["r"]]
