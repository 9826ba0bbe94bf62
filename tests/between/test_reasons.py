"""The same answer for another reason: correlations of two models' attributions, gates on them, and the samples."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats

import harness
from harness import Run, compare
from harness.between.reasons import CORRELATION, correlations
from harness.comparisons.turned import turned_of
from harness.kinds.inputs import default_kind
from harness.records.record import Record
from harness.records.table import RecordTable
from harness.tasks.explain import Explained

SUITE = """\
model: {use: python, object: "words:old"}
data: {use: files, path: words.jsonl}
resamples: 50
tasks:
  - use: explain
    explainers: [leave_one_out]
"""
GATED = SUITE + "    gates: {attribution_correlation: {min: BOUND}}\n"
MODEL = """
def scored(weights):
    def predict(texts):
        found = [0.5 + sum(weights.get(word, 0) for word in text.split()) for text in texts]
        return [[1 - each, each] for each in found]
    predict.labels = ["negative", "positive"]
    return predict

old = scored({"good": 0.25, "fine": 0.125, "film": 0.0625})
other = scored({"good": 0.0625, "fine": 0.125, "film": 0.25})
"""
TEXTS = [f"a {words} {at}" for words in ("good fine film", "fine film", "good film of it") for at in range(10)]


def explained(weights: list[float], label: str = "positive") -> Explained:
    return Explained(["a ", "b ", "c ", "d"], weights, label, 0.8, 0.1, 0.1)


def table(*each: tuple[str, str, Explained]) -> RecordTable[Explained]:
    return RecordTable.of(
        [Record("explain", part, sample, "ok", None, 1, payload) for part, sample, payload in each], Explained
    )


@pytest.fixture
def runs(project: Any) -> Any:
    """A project with the runs `first` and `second` of two models that decide alike, by other words."""
    project.write(
        "words.jsonl",
        "".join(json.dumps(row) + "\n" for row in ({"text": each, "label": "positive"} for each in TEXTS)),
    )
    project.write("words.py", MODEL)
    project.write("plain.yaml", SUITE)
    assert project.harness("run", "plain.yaml", "--out", "first", "--quiet").code == 0
    other = ("--set", "model.object=words:other")
    assert project.harness("run", "plain.yaml", "--out", "second", "--quiet", *other).code == 0
    return project


def gated(project: Any, bound: float, *options: str, baseline: str = "first") -> Any:
    project.write("gated.yaml", GATED.replace("BOUND", str(bound)))
    return project.harness("run", "gated.yaml", "--out", "new", "--json", "--baseline", baseline, *options)


def test_a_correlation_is_scipys_of_equal_answers_alone() -> None:
    rng = np.random.default_rng(1)
    one, other = rng.normal(size=(2, 4)).tolist()
    old = table(("p", "s", explained(one)), ("p", "t", explained(one)), ("p", "u", explained([1, 1, 1, 1])))
    new = table(("p", "s", explained(other)), ("p", "t", explained(other, "negative")), ("p", "u", explained(one)))
    found = correlations(old, new, default_kind())
    assert found[CORRELATION] == found[f"{CORRELATION}[part=p]"] == {"s": pytest.approx(stats.spearmanr(one, other)[0])}


def test_the_whole_is_the_mean_over_explainers_of_each_sample() -> None:
    up, down = explained([1, 2, 3, 4]), explained([4, 3, 2, 1])
    old = table(("p", "s", up), ("q", "s", up))
    new = table(("p", "s", up), ("q", "s", down))
    assert correlations(old, new, default_kind())[CORRELATION] == {"s": pytest.approx(0)}


def test_a_model_has_the_reasons_of_its_own(runs: Any) -> None:
    called = gated(runs, 0.99)
    assert called.code == 0, called.err
    [gate] = called.json["gates"]
    assert (gate["value"], gate["n"], gate["verdict"]) == (pytest.approx(1), 30, "pass")


def test_another_reason_for_the_same_answer_fails_and_is_decided_again(runs: Any) -> None:
    called = gated(runs, 0.9, "--set", "model.object=words:other")
    assert called.code == 1
    [gate] = called.json["gates"]
    weights = {"good": (3, 1), "fine": (2, 2), "film": (1, 3)}
    rows = [np.array([weights.get(word, (0, 0)) for word in text.split()]) for text in TEXTS]
    assert gate["value"] == pytest.approx(np.mean([stats.spearmanr(row)[0] for row in rows]), abs=1e-6)
    assert runs.harness("gate", "new", "--json").json["gates"] == called.json["gates"]


@pytest.mark.parametrize(
    ("edit", "baseline", "message"),
    [
        (("", ""), "first.baseline", "a baseline file keeps the heaviest alone: give the run as `--baseline`"),
        (("min", "drop"), "first", "is of both models already: expected `min`, but got `drop`"),
        (("attribution_correlation:", "attribution_corelation:"), "first", "mean 'attribution_correlation'?"),
    ],
)
def test_what_cannot_be_decided_is_refused(runs: Any, edit: tuple[str, str], baseline: str, message: str) -> None:
    assert runs.harness("accept", "first", "--to", "first.baseline").code == 0
    runs.write("gated.yaml", GATED.replace("BOUND", "0.5").replace(*edit) if edit[0] else GATED.replace("BOUND", "0.5"))
    called = runs.harness("run", "gated.yaml", "--out", "new", "--baseline", baseline)
    assert (called.code, message in called.err) == (2, True), called.err


def test_without_a_baseline_it_is_an_error_and_the_first_run_leaves_it_out(runs: Any) -> None:
    runs.write("gated.yaml", GATED.replace("BOUND", "0.5"))
    called = runs.harness("run", "gated.yaml", "--out", "new")
    assert (called.code, "there is no baseline" in called.err) == (2, True), called.err
    assert runs.harness("run", "gated.yaml", "--out", "new", "--first", "--quiet").code == 0
    assert Run(runs.folder / "new").gates == []


def test_a_comparison_opens_the_samples_whose_reason_moved(runs: Any) -> None:
    [pair] = compare(runs.folder / "first", runs.folder / "second").pairs
    [moved] = [each for each in pair.moved if each.local == CORRELATION]
    assert (moved.change.old, moved.outcome, len(moved.apart)) == (1.0, "different", 30)
    assert moved.change.new == pytest.approx(1 + moved.change.difference)
    [shown] = [each for each in turned_of(pair, 2) if each.apart]
    assert shown.apart_count == 30
    assert shown.apart[0].old.startswith("positive: good +0.25, fine +0.125, film +0.0625")
    assert shown.apart[0].new.startswith("positive: film +0.25, fine +0.125, good +0.0625")
    text = runs.harness("compare", "first", "second", "--html", "c.html", "--markdown", "c.md").out
    assert "30 of the same answer for another reason" in text
    for name in ("c.html", "c.md"):
        page = (runs.folder / name).read_text(encoding="utf-8")
        assert "of the same answer for another reason" in page
        assert "other reason" in page


def test_a_comparison_with_a_file_has_none(runs: Any) -> None:
    assert runs.harness("accept", "first", "--to", "first.baseline").code == 0
    [pair] = compare(runs.folder / "first.baseline", runs.folder / "second").pairs
    assert CORRELATION not in {each.local for each in pair.moved}


def rows(income: float, age: float) -> Any:
    return lambda rows: [[1 - each, each] for each in (row["income"] * income + row["age"] * age for row in rows)]


def tiles(upper: float) -> Any:
    """How light an image is, its upper half counting for more or less than the lower one."""

    def light(images: list[Any]) -> list[list[float]]:
        halves = [(image[:5].mean() / 255, image[5:].mean() / 255) for image in images]
        return [[1 - each, each] for each in (upper * one + (1 - upper) * other for one, other in halves)]

    return light


def test_columns_of_rows_and_tiles_of_images_have_correlations_too(tmp_path: Path) -> None:
    people = [{"income": 60.0 + at, "age": 50.0 - at % 7, "pets": at % 3, "label": "yes"} for at in range(20)]
    pictures = np.random.default_rng(0).integers(145, 255, (12, 10, 10, 3)).astype(np.uint8)
    kinds: list[Any] = [
        (people, rows(0.008, 0.001), rows(0.001, 0.012)),
        ((pictures, [1] * 12), tiles(0.95), tiles(0.05)),
    ]
    for at, (data, old, new) in enumerate(kinds):
        folders = [tmp_path / f"{at} {name}" for name in ("old", "same", "new")]
        for model, out in zip((old, old, new), folders, strict=True):
            tasks: Any = [{"use": "explain", "explainers": ["leave_one_out"]}]
            harness.evaluate(model, data, tasks, labels=["no", "yes"], out=out, progress=False)
        same, other = (compare(folders[0], each).pairs[0] for each in folders[1:])
        found = [next(each for each in pair.moved if each.local == CORRELATION) for pair in (same, other)]
        assert [each.change.new for each in found] == [pytest.approx(1), pytest.approx(found[1].change.new)]
        assert found[1].change.new < 0.9
        assert list(found[0].apart) == []
        assert len(found[1].apart) > 5
        assert turned_of(other, 1)[-1].apart[0].old.startswith("yes: ")
