"""From a run to its failures: of every kind of input and of every output, and what is left out is counted."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import harness
from harness import Run, UserError
from harness.failures import found as module
from harness.failures.found import Found, failures_of
from harness.failures.known import read_failures, write_failures

LABELS = ["negative", "positive"]


def excited(texts: Sequence[Any]) -> list[list[float]]:
    """Likes the word good, and is moved by capitals."""
    shares = [0.9 if "good" in str(text) else 0.6 if str(text).isupper() else 0.2 for text in texts]
    return [[1 - share, share] for share in shares]


def made(out: Path, model: Any, data: Any, tasks: list[Any], labels: list[str] | None = None, **options: Any) -> Run:
    return harness.evaluate(
        model, data, tasks, labels=labels, resamples=20, progress=False, out=out / "run", undecided="pass", **options
    )


def back(found: Found, path: Path) -> list[tuple[str, str, str]]:
    """The failures as their file gives them back: what found it, truth, answer."""
    write_failures(path / "it.failures", found.known)
    known = read_failures(path / "it.failures")
    assert known == found.known
    return [(each.place, each.truth, each.answered) for each in known.failures.values()]


def test_wrong_answers_are_kept_as_they_were_asked(tmp_path: Path) -> None:
    run = made(tmp_path, excited, (["good", "bad", "fine"], [1, 0, 1]), ["classification"], LABELS)
    found = failures_of(run, tmp_path)
    assert back(found, tmp_path) == [("classification", "positive", "negative")]
    [failure] = found.known.failures.values()
    assert (failure.input, failure.why) == ("fine", "positive taken for negative (0.80)")
    assert found.known.origin.model["use"] == "given"


def test_of_stress_the_changed_inputs_are_kept_whose_answer_is_wrong(tmp_path: Path) -> None:
    data = (["a bad film", "an odd film", "a good film"], [0, 1, 1])
    task = {"use": "stress", "perturbations": [{"use": "change_case", "severity": 5}]}
    run = made(tmp_path, excited, data, [task], LABELS)
    found = failures_of(run, tmp_path)
    kept = list(found.known.failures.values())
    wrong = [each for each in kept if each.input.casefold() == "a bad film"]
    assert [each.answered for each in wrong] == ["positive"] * len(wrong)
    assert all(excited([each.input])[0][LABELS.index(each.truth)] < 0.5 for each in kept)
    counted = sum(found.left_out["stress"].values())
    records = run.records("stress")
    assert len(kept) + counted == sum(bool(each.finding and each.finding.word) for each in records)
    assert counted == found.left_out["stress"][module.RIGHT] > 0


def test_a_change_that_may_change_the_truth_is_no_failure(tmp_path: Path) -> None:
    task = {"use": "stress", "perturbations": ["change_numbers", "change_case"], "severities": [5]}

    def reading(texts: Sequence[str]) -> list[list[float]]:
        return [[0.1, 0.9] if "7 of 10" in text.lower() else [0.9, 0.1] for text in texts]

    run = made(tmp_path, reading, ([f"good: 7 of 10, {at}" for at in range(4)], [1] * 4), [task], LABELS)
    found = failures_of(run, tmp_path)
    assert found.left_out["stress"][module.MAY_CHANGE] > 0
    assert {each.part for each in found.known.failures.values()} <= {"change_case/5"}


def test_of_an_attack_the_input_that_turned_the_model_is_kept(tmp_path: Path) -> None:
    data = ([f"a good film {at}" for at in range(5)], [1] * 5)
    run = made(tmp_path, excited, data, [{"use": "attack", "attacks": ["deepwordbug"]}], LABELS)
    found = failures_of(run, tmp_path)
    assert len(found.known.failures) == 5
    assert not [each for each in found.known.failures.values() if "good" in each.input]
    assert back(found, tmp_path)[0] == ("attack/deepwordbug", "positive", "negative")


def test_a_number_is_a_failure_only_from_some_distance_on(tmp_path: Path) -> None:
    data = (["1", "2", "3"], [1.0, 2.5, 7.0])
    run = made(tmp_path, lambda texts: [float(text) for text in texts], data, ["regression"], output="value")
    with pytest.raises(UserError, match="none of which is a failure by itself: add --within D"):
        failures_of(run, tmp_path)
    assert back(failures_of(run, tmp_path, within=1.0), tmp_path) == [("regression", "7.0", "3")]
    assert len(failures_of(run, tmp_path, within=0.0).known.failures) == 2
    for within in (-1.0, float("nan"), float("inf")):
        with pytest.raises(UserError, match="--within: expected a number of 0 or more, but got"):
            failures_of(run, tmp_path, within=within)


def test_a_set_of_labels_is_wrong_where_one_is(tmp_path: Path) -> None:
    rows = [{"text": "a", "label": ["x"]}, {"text": "b", "label": ["x", "y"]}, {"text": "ab", "label": []}]
    model = lambda texts: [[0.9 * ("a" in text), 0.9 * ("b" in text)] for text in texts]  # noqa: E731
    run = made(tmp_path, model, rows, ["multilabel"], ["x", "y"], output="labels")
    assert sorted(back(failures_of(run, tmp_path), tmp_path)) == [
        ("multilabel", '["x", "y"]', '["y"]'), ("multilabel", "[]", '["x", "y"]')
    ]  # fmt: skip
    with pytest.raises(UserError, match="--within is for models that answer numbers, this one answers labels"):
        failures_of(run, tmp_path, within=1.0)


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (([{"premise": "a", "hypothesis": "b"}, {"premise": "c", "hypothesis": "d"}], [0, 1]), "pair"),
        (([{"age": 3, "job": "x", "paid": None}, {"age": 4.5, "job": "y", "paid": True}], [0, 1]), "row"),
        ((np.arange(2 * 4 * 4 * 3, dtype=np.uint8).reshape(2, 4, 4, 3), [0, 1]), "image"),
    ],
)
def test_every_kind_of_input_is_kept_and_read_back(tmp_path: Path, data: Any, kind: str) -> None:
    run = made(tmp_path, lambda inputs: [[1.0, 0.0]] * len(inputs), data, ["classification"], LABELS)
    found = failures_of(run, tmp_path)
    assert (found.known.origin.kind, back(found, tmp_path)) == (kind, [("classification", "positive", "negative")])
    [failure] = found.known.failures.values()
    asked, wanted = run.kind.parse(failure.input), data[0][1]
    assert np.array_equal(asked, wanted) if kind == "image" else dict(asked) == wanted


def test_what_cannot_be_kept_is_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(texts: Sequence[str]) -> list[list[float]]:
        if "broken" in texts:
            raise ValueError("no")
        return [[1.0, 0.0]] * len(texts)

    run = made(tmp_path, failing, (["broken", "a long one", "no"], [1, 1, 1]), ["classification"], LABELS)
    monkeypatch.setattr(module, "MOST_CHARACTERS", 5)
    found = failures_of(run, tmp_path)
    assert [each.input for each in found.known.failures.values()] == ["no"]
    assert found.left_out == {"classification": {module.ERRORED: 1, module.TOO_LARGE: 1}}


def test_a_limit_takes_the_heaviest_of_every_part_in_turn(tmp_path: Path) -> None:
    data = ([f"a good film {'x' * at}" for at in range(4)] + [f"bad {at}" for at in range(4)], [1] * 8)
    tasks = ["classification", {"use": "attack", "attacks": ["deepwordbug"]}]
    run = made(tmp_path, excited, data, tasks, LABELS)
    assert len(failures_of(run, tmp_path).known.failures) == 8
    few = failures_of(run, tmp_path, limit=3).known.failures
    assert [each.task for each in few.values()] == ["classification", "attack", "classification"]
    more = failures_of(run, tmp_path, limit=3, skipped=few).known.failures
    assert not few.keys() & more.keys()
    assert {each.task for each in failures_of(run, tmp_path, ["attack"]).known.failures.values()} == {"attack"}


def test_only_a_finished_run_that_is_as_it_was_written_has_failures(tmp_path: Path) -> None:
    run = made(tmp_path, excited, (["fine"], [1]), ["classification"], LABELS)
    with pytest.raises(UserError, match=r"has no task 'classifiction'.*did you mean 'classification'"):
        failures_of(run, tmp_path, ["classifiction"])
    (run.folder / "gates.json").write_text("[1]")
    with pytest.raises(UserError, match="the run's files were changed"):
        failures_of(run, tmp_path)


def test_where_a_models_paths_begin(tmp_path: Path) -> None:
    from dataclasses import replace

    (tmp_path / "deep" / "suite").mkdir(parents=True)
    run = made(tmp_path, excited, (["fine"], [1]), ["classification"], LABELS)

    def origin(folder: str, **model: Any) -> tuple[Any, str, str]:
        suite = {**run.info.suite, "model": {"use": "m", "device": "cpu", "budget": 3, **model}}
        run.info = replace(run.info, folder=folder, suite=suite)
        found = failures_of(run, tmp_path / "deep").known.origin
        return found.model, found.folder, found.installed

    assert origin(str(tmp_path / "deep" / "suite"), path="a") == ({"use": "m", "path": "a"}, "suite", "")
    assert origin("", path="a") == ({"use": "m", "path": "a"}, ".", "")
    assert origin(str(tmp_path / "gone"), path="a")[1] == "."
    assert origin(str(tmp_path), path=str(tmp_path / "ckpt")) == ({"use": "m", "path": "../ckpt"}, ".", "")
