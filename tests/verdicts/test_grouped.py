"""Samples in groups, from the suite's column to the gate: every score's interval is that of the groups."""

from __future__ import annotations

import json
from typing import Any

import pytest

from harness import Sample, ScoringContext, UserError
from harness.data.samples import groups_of, read_samples
from harness.records.record import Record
from harness.records.table import RecordTable
from harness.sources.context import Context
from harness.statistics.exact import clopper_pearson
from harness.suite.file import DataSpec
from harness.tasks.classification import Classified, classification
from harness.tasks.measuring import named
from harness.verdicts.grouped import FEW_GROUPS
from harness.verdicts.scoring import score_sets

LABELS = ["negative", "positive"]
SUITE = """\
model: {use: python, object: "toy:predict"}
data: {use: files, path: turns.jsonl, columns: {group: user}}
resamples: 20
tasks:
  - use: classification
    metrics: [balanced_accuracy, log_loss]
    gates: {accuracy: {min: 0.7}}
"""


def scores_of(groups: list[str], errors: int = 0) -> Any:
    """The scores of answers that are wrong for every fifth group of ten samples, and of errored cases."""
    samples = [Sample(str(at), f"text {at}", at % 2, group=group) for at, group in enumerate(groups)]
    records = [
        Record("t", "", sample.id, "error", "it broke", 1, None)
        if at < errors
        else Record("t", "", sample.id, "ok", None, 1, answer(sample.label, right=at // 10 % 5 > 0))
        for at, sample in enumerate(samples)
    ]
    task = classification(Context(), metrics=named("balanced_accuracy", "ece", "log_loss"))
    return score_sets(task, RecordTable.of(records, Classified), {"": samples}, ScoringContext(LABELS, {}))


def answer(label: int, *, right: bool) -> Classified:
    chosen = label if right else 1 - label
    sure = [0.1, 0.9] if chosen else [0.9, 0.1]
    return Classified(LABELS[chosen], sure)


def width(score: Any) -> float:
    return float(score.high - score.low)


GROUPED = [str(at // 10) for at in range(300)]


def test_every_score_is_wider_by_its_groups_and_has_the_same_value() -> None:
    alone, grouped = (scores_of(groups).scores for groups in ([""] * 300, GROUPED))
    assert {at: score.value for at, score in alone.items()} == {at: score.value for at, score in grouped.items()}
    assert all(width(grouped[at]) > 2 * width(score) for at, score in alone.items())
    assert width(grouped["accuracy"]) == pytest.approx(width_of_share(24, 30), rel=0.1)


def width_of_share(hits: int, n: int) -> float:
    low, high = clopper_pearson(hits, n)
    return high - low


def test_groups_of_one_sample_change_nothing() -> None:
    assert scores_of([str(at) for at in range(300)]).scores == scores_of([""] * 300).scores


def test_one_group_has_no_interval() -> None:
    score = scores_of(["all"] * 300).scores["accuracy"]
    assert (score.value, score.low, score.high, score.note) == (0.8, None, None, FEW_GROUPS)


def test_what_errors_might_have_been_is_widened_too() -> None:
    alone, grouped = (scores_of(groups, errors=5).extremes for groups in ([""] * 300, GROUPED))
    assert len(grouped) == len(alone) == 3
    assert all(
        width(each["accuracy"]) > 2 * width(other["accuracy"]) for each, other in zip(grouped, alone, strict=True)
    )


def test_the_column_gives_the_groups_and_a_missing_cell_none() -> None:
    rows: list[dict[str, Any]] = [
        {"text": "a", "label": "positive", "user": 7},
        {"text": "b", "label": "positive", "user": None},
    ]
    data = read_samples(rows, DataSpec(use="rows", columns={"group": "user"}), LABELS, 0)
    assert {sample.input: sample.group for sample in data.samples} == {"a": "7", "b": ""}
    assert list(groups_of(data.samples).values()) == ["7"]
    plain = read_samples(rows, DataSpec(use="rows", columns={"input": "text"}), LABELS, 0)
    assert plain.fingerprint != data.fingerprint


def test_a_column_that_is_not_there_is_named() -> None:
    rows = [{"text": "a", "label": "positive", "user": 7}]
    with pytest.raises(UserError, match="no column 'usr' for the group: its columns are text, label, user"):
        read_samples(rows, DataSpec(use="rows", columns={"group": "usr"}), LABELS, 0)


def test_a_run_decides_by_groups_and_gate_decides_the_same_again(project: Any) -> None:
    rows = [{"text": f"a {'good' if at // 10 % 5 else 'bad'} day {at}", "label": "positive", "user": at // 10} for at in
            range(150)]  # fmt: skip
    project.write("turns.jsonl", "".join(json.dumps(row) + "\n" for row in rows))
    project.write("turns.yaml", SUITE)
    grouped = project.harness("run", "turns.yaml", "--out", "grouped", "--json").json["gates"][0]
    alone = project.harness("run", "turns.yaml", "--out", "alone", "--json", "--set", "data.columns={}").json["gates"][
        0
    ]
    assert (grouped["value"], alone["value"]) == (0.8, 0.8)
    assert (grouped["verdict"], alone["verdict"]) == ("undecided", "pass")
    assert project.harness("gate", "grouped", "--json").json["gates"][0] == grouped
    assert project.read("grouped/run.json")["data"][0]["groups"] == 15
    assert "Groups of samples" in (project.folder / "grouped" / "report.html").read_text(encoding="utf-8")
