"""Runs compared from their folders: which way scores moved, which samples turned, and what does not compare."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from statsmodels.stats import contingency_tables
from statsmodels.stats.multitest import multipletests

from harness import Run, Score, UserError, compare
from harness.baselines.differences import Changed
from harness.comparisons.comparison import Comparison, outcome_of
from harness.comparisons.summary import headlines, overall
from harness.comparisons.turned import ids_of, turned_of

SUITE = """\
model: {use: python, object: "toy:predict"}
data: {use: files, path: dev.jsonl}
resamples: 20
tasks:
  - {use: classification, metrics: [ece, log_loss, {use: f1}]}
  - {use: stress, perturbations: [keyboard_typos], severities: [3]}
  - {use: attack, attacks: [deepwordbug]}
"""
WORSE = """
import toy

def predict(texts):
    return [[0.6, 0.4] if len(text) % 2 else row for text, row in zip(texts, toy.predict(texts))]

predict.labels = toy.predict.labels
"""


@pytest.fixture
def two(project: Any) -> Any:
    """A project with the runs `old` and `new`, the second of a worse model."""
    project.write("suite.yaml", SUITE)
    project.write("worse.py", WORSE)
    assert project.harness("run", "suite.yaml", "--out", "old", "--quiet").code == 0
    assert (
        project.harness("run", "suite.yaml", "--out", "new", "--quiet", "--set", "model.object=worse:predict").code == 0
    )
    return project


def compared(project: Any, *names: str, **options: Any) -> Comparison:
    return compare(*(project.folder / name for name in names), **options)


def of_pair(comparison: Comparison) -> Mapping[str, Any]:
    [pair] = comparison.pairs
    return {each.address: each for each in pair.moved}


def test_differences_are_new_less_old_and_p_is_mcnemars_and_holms(two: Any) -> None:
    moved = of_pair(compared(two, "old", "new"))
    accuracy = moved["classification/accuracy"]
    assert (accuracy.outcome, accuracy.change.difference < 0) == ("worse", True)
    lost, won = len(accuracy.wrong), len(accuracy.right)
    exact = contingency_tables.mcnemar([[0, lost], [won, 0]], exact=True).pvalue
    assert accuracy.change.p == pytest.approx(exact, rel=1e-12)
    assert accuracy.change.difference == pytest.approx((won - lost) / 20)
    tested = [each for each in moved.values() if each.change.p is not None]
    adjusted = multipletests([each.change.p for each in tested], method="holm")[1].tolist()
    assert [each.p_holm for each in tested] == pytest.approx(adjusted, rel=1e-12)
    assert moved["classification/log_loss"].outcome == "worse"
    assert moved["classification/log_loss"].change.difference > 0


def test_scores_of_probabilities_are_not_compared_of_models_that_answer_classes(two: Any) -> None:
    two.write(
        "only.py", "import toy\n\ndef predict(texts):\n    return [row.index(max(row)) for row in toy.predict(texts)]\n"
    )
    model = '{use: python, object: "only:predict", output: classes, labels: [negative, positive]}'
    two.write("only.yaml", SUITE.replace('{use: python, object: "toy:predict"}', model))
    for name in ("one", "other"):
        assert two.harness("run", "only.yaml", "--out", name, "--quiet").code == 0
    moved = of_pair(compared(two, "one", "other"))
    assert "classification/f1" in moved
    assert not {"classification/log_loss", "classification/ece"} & moved.keys()


CLASSES = """
import toy

def predict(texts):
    return [row.index(max(row)) for row in toy.predict(texts)]

def less(texts):
    return [0 if len(text) % 2 else at for text, at in zip(texts, predict(texts))]
"""


def test_a_class_alone_has_no_probability_beside_it(two: Any) -> None:
    two.write("classes.py", CLASSES)
    for name in ("predict", "less"):
        model = f'{{use: python, object: "classes:{name}", output: classes, labels: [negative, positive]}}'
        two.write(f"{name}.yaml", SUITE.replace('{use: python, object: "toy:predict"}', model))
        assert two.harness("run", f"{name}.yaml", "--out", name, "--quiet").code == 0
    [pair] = compared(two, "predict", "less").pairs
    found = {each.address: each for each in turned_of(pair, most=1)}
    [one] = found["classification/accuracy"].wrong
    assert (one.old, one.new) == ("positive", "positive taken for negative")


def test_the_other_way_round_everything_is_the_other_way(two: Any) -> None:
    there, back = (of_pair(compared(two, *names)) for names in (("old", "new"), ("new", "old")))
    mirror = {"worse": "better", "better": "worse"}
    assert {at: mirror.get(each.outcome, each.outcome) for at, each in there.items()} == {
        at: each.outcome for at, each in back.items()
    }
    for at, each in there.items():
        assert (each.wrong, each.right) == (back[at].right, back[at].wrong)


def test_the_first_lines_say_what_where_and_by_how_much(two: Any) -> None:
    comparison = compared(two, "old", "new")
    [pair] = comparison.pairs
    lines = list(headlines(pair, comparison.alpha))
    assert lines[0].startswith("worse: ")
    assert "classification/accuracy -0.250 [-0.4" in lines[0]
    assert "also by Holm's correction" in lines[0]
    assert overall(pair, comparison.alpha) == "worse"
    same = compared(two, "old", "old")
    assert overall(same.pairs[0], same.alpha) == "undecided"
    assert list(headlines(same.pairs[0], same.alpha)) == [f"none of {len(same.pairs[0].moved)} scores moved"]


def test_samples_that_turned_have_both_answers(two: Any) -> None:
    [pair] = compared(two, "old", "new").pairs
    found = {each.address: each for each in turned_of(pair, most=2)}
    accuracy = found["classification/accuracy"]
    assert (len(accuracy.wrong), accuracy.wrong_count) == (
        2,
        len(of_pair(compared(two, "old", "new"))["classification/accuracy"].wrong),
    )
    one = accuracy.wrong[0]
    known = {row["id"]: row for row in pair.new.run.samples}  # type: ignore[attr-defined]
    assert one.input == known[one.id]["input"]
    assert one.truth == "positive"
    assert one.old.startswith("positive (0.")
    assert one.new == "positive taken for negative (0.60)"
    assert ids_of(pair)[one.key] == one.id
    attacked = found["attack/robust_accuracy"]
    assert attacked.wrong[0].old == "the attack failed"
    assert "becomes" in attacked.wrong[0].new or attacked.wrong[0].new == "wrong without an attack"
    assert all("recall" not in address for address in found)


def test_by_name_only_those_are_compared_and_nothing_is_scored(two: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = of_pair(compared(two, "old", "new"))
    from harness.baselines import differences

    monkeypatch.setattr(differences, "scores_of", lambda *_: pytest.fail("scored"))
    some = of_pair(compared(two, "old", "new", scores=["accuracy", "recall"]))
    assert {each.local.partition("[")[0] for each in some.values()} == {"accuracy", "recall"}
    for at, each in some.items():
        assert replace(each.change, score=whole[at].change.score) == whole[at].change
    shares = of_pair(compared(two, "old", "new", scores=["shares"]))
    assert shares.keys() > some.keys()
    assert {each.local.partition("[")[0] for each in shares.values()} >= {"flip_rate", "robust_accuracy"}
    assert not {"classification/log_loss", "classification/f1", "classification/ece"} & shares.keys()
    with pytest.raises(UserError, match="no score of both is called nothing: there are accuracy"):
        compared(two, "old", "new", scores=["nothing"])


def test_every_pair_or_each_with_the_first(two: Any) -> None:
    def titles(**options: Any) -> list[tuple[str, str]]:
        found = compared(two, "old", "new", "old", scores=["accuracy"], **options)
        return [(Path(pair.old.title).name, Path(pair.new.title).name) for pair in found.pairs]

    assert titles() == [("old", "new"), ("old", "old")]
    assert titles(every_pair=True) == [("old", "new"), ("old", "old"), ("new", "old")]
    with pytest.raises(UserError, match="expected two or more"):
        compared(two, "old")


def test_files_compare_with_runs_and_with_files(two: Any) -> None:
    for name in ("old", "new"):
        assert two.harness("accept", name, "--to", f"{name}.baseline").code == 0
    runs, files = of_pair(compared(two, "old", "new")), of_pair(compared(two, "old.baseline", "new.baseline"))
    assert files["classification/accuracy"].change == runs["classification/accuracy"].change
    mixed = compared(two, "old.baseline", "new")
    [turned, *_] = turned_of(mixed.pairs[0], 1)
    assert turned.wrong[0].input
    [turned, *_] = [
        each
        for each in turned_of(compared(two, "old.baseline", "new.baseline").pairs[0], 1)
        if each.address == "attack/robust_accuracy"
    ]
    assert (turned.wrong[0].id, turned.wrong[0].input, turned.wrong[0].old) == ("", "", "the attack failed")


def test_a_task_that_differs_is_left_out_and_says_why(two: Any) -> None:
    other = SUITE.replace("severities: [3]", "severities: [1]").replace(
        "attack, attacks: [deepwordbug]", "attack, name: other, attacks: [deepwordbug]"
    )
    two.write("other.yaml", other)
    assert two.harness("run", "other.yaml", "--out", "other", "--quiet").code == 0
    [pair] = compared(two, "old", "other").pairs
    assert {each.task for each in pair.moved} == {"classification"}
    old, new = (two.folder / name for name in ("old", "other"))
    assert pair.left_out["stress"] == f"its severities are [3] in {old}, [1] in {new}"
    assert pair.left_out["other"] == f"{old} has no task 'other'"
    assert pair.left_out["attack"].startswith("only ")


def test_another_suite_does_not_compare(two: Any) -> None:
    two.write("other.yaml", SUITE.partition("tasks:")[0] + "tasks: [{use: stress, perturbations: [ocr]}]")
    assert two.harness("run", "other.yaml", "--out", "other", "--quiet").code == 0
    with pytest.raises(UserError, match=r"other does not compare with .*old: stress: its perturbations are"):
        compared(two, "old", "other")


def test_of_several_sets_each_is_compared_by_itself(two: Any) -> None:
    rows = (two.folder / "dev.jsonl").read_text(encoding="utf-8").splitlines()
    two.write("odd.jsonl", "\n".join(row for row in rows if "odd" in row or "great" in row))
    sets = "[{use: files, path: dev.jsonl, name: dev}, {use: files, path: odd.jsonl, name: odd}]"
    two.write("sets.yaml", SUITE.partition("data:")[0] + f"data: {sets}\nresamples: 20\ntasks: [classification]")
    for name, model in (("one", "toy"), ("other", "worse")):
        assert (
            two.harness("run", "sets.yaml", "--out", name, "--quiet", "--set", f"model.object={model}:predict").code
            == 0
        )
    moved = of_pair(compared(two, "one", "other"))
    runs = [Run(two.folder / name) for name in ("one", "other")]
    for at in ("classification/accuracy", "classification/accuracy[data=odd]", "classification/f1[data=odd]"):
        assert [moved[at].change.old, moved[at].change.new] == pytest.approx([run.scores[at].value for run in runs]), at
    assert [moved[f"classification/accuracy{key}"].change.n for key in ("", "[data=odd]")] == [20, 7]
    shares = of_pair(compared(two, "one", "other", scores=["accuracy"]))
    assert {at: (each.change.n, each.change.only_old, each.change.p) for at, each in shares.items()} == {
        at: (moved[at].change.n, 0, moved[at].change.p) for at in shares
    }
    assert shares.keys() == {"classification/accuracy", "classification/accuracy[data=odd]"}


def change(name: str, low: float | None, high: float | None, doubt: str = "") -> Changed:
    score = Score(name, 0.5, None, None, 9, doubt=doubt)
    return Changed(score, 0.4, 0.5, 0.1, low, high, 9, 0, 0, 0.5)


@pytest.mark.parametrize(
    ("moved", "outcome"),
    [
        (change("accuracy", 0.01, 0.2), "better"),
        (change("flip_rate", 0.01, 0.2), "worse"),
        (change("queries", 0.01, 0.2), "different"),
        (change("accuracy", 0.0, 0.2), "undecided"),
        (change("accuracy", None, None), "undecided"),
        (change("accuracy", 0.01, 0.2, "few were changed"), "undecided"),
    ],
)
def test_an_outcome_is_decided_by_the_interval_and_the_way_of_its_score(moved: Changed, outcome: str) -> None:
    assert outcome_of(moved) == outcome
