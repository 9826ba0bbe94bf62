"""What gates can decide before anything runs, by score, with the n of classes and parts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from harness.statistics.intervals import paired_difference
from harness.statistics.power import share_resolution
from harness.statistics.ratios import mean_of_shares

if TYPE_CHECKING:
    from conftest import Project

DATA = "data: {use: files, path: many.jsonl}"
HEAD = "model: python:toy:predict\nseed: 1\ntasks:\n"


def checked(project: Project, tasks: str, *, positive: int = 340, negative: int = 340, options: str = "") -> Any:
    """The rows of `check --json` by score, for a suite with these tasks."""
    rows = [f'{{"text": "good {at}", "label": "positive"}}' for at in range(positive)]
    rows += [f'{{"text": "bad {at}", "label": "negative"}}' for at in range(negative)]
    project.write("many.jsonl", "\n".join(rows))
    project.write("many.harness.yaml", f"{DATA}\n{HEAD}{tasks}")
    called = project.harness("check", "many.harness.yaml", "--json", *options.split())
    assert called.code == 0, called.err
    return {row["address"].partition("/")[2]: row for row in called.json["gates"]}


def ends(row: Any) -> tuple[Any, ...]:
    return row["passes"], row["fails"], row["power_80"]


def test_a_class_has_its_own_n(project: Project) -> None:
    gates = '{accuracy: {min: 0.8}, "recall[class=negative]": {min: 0.8}, "recall[class=positive]": {min: 0.8}}'
    rows = checked(project, f"  - {{use: classification, gates: {gates}}}\n", positive=500, negative=180)
    assert {name: row["n"] for name, row in rows.items()} == {
        "accuracy": 680, "recall[class=negative]": 180, "recall[class=positive]": 500,
    }  # fmt: skip
    for row in rows.values():
        assert ends(row) == tuple(share_resolution("min", 0.8, row["n"]))
        assert row["exact"]


def test_the_n_of_a_class_is_that_of_the_samples_a_run_would_use(project: Project) -> None:
    task = '  - {use: classification, limit: 90, gates: {"recall[class=negative]": {min: 0.8}}}\n'
    found = {checked(project, task, options=f"--sample-seed {seed}")["recall[class=negative]"]["n"] for seed in "012"}
    assert len(found) > 1
    project.harness("run", "many.harness.yaml", "--out", "run", "--sample-seed", "2")
    last = checked(project, task, options="--sample-seed 2")["recall[class=negative]"]["n"]
    assert [row["n"] for row in project.read("run/gates.json")] == [last]


def test_balanced_accuracy_is_planned_from_the_classes(project: Project) -> None:
    gates = "{balanced_accuracy: {min: 0.8}}"
    row = checked(project, f"  - {{use: classification, gates: {gates}}}\n", positive=500, negative=180)
    passes, fails, truth = ends(row["balanced_accuracy"])
    counts = np.array([500, 180])
    assert mean_of_shares(np.round(passes * counts), counts, 0.95, None)[0] == pytest.approx(0.8, abs=0.006)
    assert mean_of_shares(np.round(fails * counts), counts, 0.95, None)[1] == pytest.approx(0.8, abs=0.006)
    rng = np.random.default_rng(0)
    hits = rng.binomial(counts, truth, (1000, 2))
    assert np.mean([mean_of_shares(each, counts, 0.95, None)[0] >= 0.8 for each in hits]) == pytest.approx(
        0.8, abs=0.08
    )
    assert not row["balanced_accuracy"]["exact"]


STRESS = "  - {use: stress, perturbations: [ocr, contractions], severities: [1, 3], limit: 300, gates: %s}\n"


def test_the_worst_of_parts_passes_where_each_does(project: Project) -> None:
    row = checked(project, STRESS % "{worst_accuracy: {min: 0.6}}")["worst_accuracy"]
    assert (row["n"], row["note"].partition(";")[0]) == (300, "each of 4 parts must pass, and be as true")
    assert ends(row) == tuple(share_resolution("min", 0.6, 300, 0.95, 1 - 0.05 / 4, 0.8**0.25))
    least = round(row["passes"] * 300)
    all_pass = (np.random.default_rng(0).binomial(300, row["power_80"], (20_000, 4)) >= least).all(axis=1)
    assert all_pass.mean() == pytest.approx(0.8, abs=0.01)


def test_a_paired_drop_is_planned_with_as_many_other_decisions_as_its_bound(project: Project) -> None:
    row = checked(project, STRESS % '{"accuracy_drop[part=ocr/1]": {max: 0.1}}')["accuracy_drop[part=ocr/1]"]
    assert row["note"] == "if 0.1 of the samples are decided otherwise"
    lost, won = (0.1 + row["power_80"]) / 2, (0.1 - row["power_80"]) / 2
    rng = np.random.default_rng(1)
    drawn = rng.multinomial(300, [0.85 - lost, lost, won, 0.15 - won], 2000).tolist()
    passing = np.mean([paired_difference(*each)[1] <= 0.1 for each in drawn])
    assert passing == pytest.approx(0.8, abs=0.07)


def test_what_depends_on_the_run_says_so(project: Project) -> None:
    gates = '{log_loss: {max: 1}, mcc: {min: 0.5}, "f1[class=positive]": {min: 0.5}}'
    rows = checked(project, f"  - {{use: classification, gates: {gates}}}\n")
    assert all(ends(row) == (None, None, None) for row in rows.values())
    notes = [row["note"].partition(";")[0] for row in rows.values()]
    assert notes == [
        (
            "depends on how much it varies between samples: decided from about "
            f"{1.6449 / rows['log_loss']['n'] ** 0.5:.2g} of the samples' standard deviation away from its bound"
        ),
        "depends on the answers",
        "n is the samples of this class",
    ]


def test_the_precision_of_a_class_is_about_that_of_as_many_answers(project: Project) -> None:
    gates = '{"precision[class=positive]": {min: 0.5}, "f1[class=positive]": {min: 0.5}}'
    rows = checked(project, f"  - {{use: classification, gates: {gates}}}\n", positive=30, negative=70)
    assert [row["n"] for row in rows.values()] == [30, 30]
    row = rows["precision[class=positive]"]
    assert (ends(row), row["exact"]) == (tuple(share_resolution("min", 0.5, 30)), False)


def test_a_percentile_of_too_few_calls_never_passes(project: Project) -> None:
    gates = '{"latency_p99[batch=1]": {max: 9}, "latency_p95[batch=1]": {max: 9}}'
    task = f"  - {{use: performance, batch_sizes: [1], gates: {gates}}}\n"
    called = checked(project, task, positive=100, negative=100)
    assert called["latency_p99[batch=1]"]["note"].startswith("never passes: 299 calls bound the percentile from above")
    assert called["latency_p95[batch=1]"]["note"].startswith("depends on the answers")
