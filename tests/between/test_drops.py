"""What is lost on another set of data, compared between two models: values, intervals, and gates on it."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from harness import Run, Score, compare
from harness.baselines.differences import Changed
from harness.between.drops import drops, needed
from harness.statistics.paired import of_shares

SUITE = """\
model: {use: python, object: "toy:predict"}
data: [{use: files, path: dev.jsonl, name: dev}, {use: files, path: odd.jsonl, name: odd}]
resamples: 20
tasks:
  - use: classification
    gates: {"accuracy_drop[data=odd]": {KIND: 0.05}}
  - {use: stress, perturbations: [keyboard_typos], severities: [3]}
"""
WORSE = """
import toy

def predict(texts):
    return [[0.6, 0.4] if len(text) % 2 else row for text, row in zip(texts, toy.predict(texts))]

predict.labels = toy.predict.labels
"""


@pytest.fixture
def sets(project: Any) -> Any:
    """Two runs on two sets, `old` without gates, and the suite whose gate is on a drop."""
    rows = (project.folder / "dev.jsonl").read_text(encoding="utf-8").splitlines()
    project.write("odd.jsonl", "\n".join(row for row in rows if "odd" in row or "great" in row))
    project.write("worse.py", WORSE)
    project.write("plain.yaml", SUITE.replace('    gates: {"accuracy_drop[data=odd]": {KIND: 0.05}}\n', ""))
    project.write("suite.yaml", SUITE.replace("KIND", "rise"))
    assert project.harness("run", "plain.yaml", "--out", "old", "--quiet").code == 0
    return project


def candidate(project: Any, *options: str) -> Any:
    worse = ("--set", "model.object=worse:predict")
    return project.harness("run", "suite.yaml", "--out", "new", "--quiet", "--undecided", "warn", *worse, *options)


def test_every_drop_of_two_runs_is_new_less_old(sets: Any) -> None:
    assert candidate(sets, "--baseline", "old").code in {0, 1}
    runs = [Run(sets.folder / name) for name in ("old", "new")]
    [pair] = compare(sets.folder / "old", sets.folder / "new").pairs
    moved = {each.address: each.change for each in pair.moved}
    dropped = [at for at in runs[1].scores if "_drop[data=odd" in at and runs[1].scores[at].value is not None]
    assert {"classification/accuracy_drop[data=odd]", "stress/worst_accuracy_drop[data=odd]"} <= set(dropped)
    for at in dropped:
        assert [moved[at].old, moved[at].new] == pytest.approx([run.scores[at].value for run in runs]), at
        assert moved[at].difference == pytest.approx(moved[at].new - moved[at].old), at


def test_a_gate_on_how_far_a_drop_rose_is_decided_and_decided_again(sets: Any) -> None:
    candidate(sets, "--baseline", "old")
    [gate] = Run(sets.folder / "new").gates
    assert (gate.address, gate.kind) == ("classification/accuracy_drop[data=odd]", "rise")
    assert gate.value is not None
    assert gate.low is not None
    assert gate.low <= gate.value
    again = json.loads(sets.harness("gate", "new", "--json", "--undecided", "warn").out)["gates"]
    assert again == json.loads((sets.folder / "new" / "gates.json").read_text(encoding="utf-8"))


def test_it_is_decided_against_a_file_too(sets: Any) -> None:
    assert sets.harness("accept", "old", "--to", "old.baseline").code == 0
    candidate(sets, "--baseline", "old.baseline")
    [gate] = Run(sets.folder / "new").gates
    assert gate.verdict != "error"
    assert gate.value is not None


def test_the_other_word_is_refused(sets: Any) -> None:
    sets.write("suite.yaml", SUITE.replace("KIND", "drop"))
    called = candidate(sets, "--baseline", "old")
    assert called.code == 2
    assert "of 'accuracy_drop[data=odd]' less is better: expected `rise`, but got `drop`" in called.err


def test_only_a_drop_between_sets_needs_the_scores_on_both() -> None:
    assert list(needed("f1_drop[data=b,part=p]")) == ["f1[part=p]", "f1[data=b,part=p]"]
    assert list(needed("f1_drop[part=p]")) == list(needed("f1[data=b]")) == []


def test_the_interval_covers_the_change_of_a_drop() -> None:
    """Two models on two independent sets: the true change of the drop is -.03 + .08 = .05; both ends err by 5 %."""
    rng, missed, runs = np.random.default_rng(0), [0, 0], 2000

    def changed(n: int, to_wrong: float, to_right: float) -> Changed:
        at = rng.choice(4, n, p=[0.8 - to_wrong, to_wrong, to_right, 0.2 - to_right])
        old, new = np.isin(at, (0, 1)), np.isin(at, (0, 2))
        found = of_shares(old, new, 0.95)
        score = Score("accuracy", float(new.mean()), None, None, n)
        return Changed(score, float(old.mean()), float(new.mean()), *found[:3], n, 0, 0, None)

    for _ in range(runs):
        change = drops({"accuracy": changed(300, 0.06, 0.03)}, {"accuracy": changed(200, 0.1, 0.02)}, "b")
        [found] = change.values()
        assert found.low is not None
        assert found.high is not None
        missed[0] += found.low > 0.05
        missed[1] += found.high < 0.05
    assert all(0.03 < each / runs < 0.05 + 2 * (0.05 * 0.95 / runs) ** 0.5 for each in missed), missed
