"""The gates of a run together: what an undecided one needs, and Holm's correction, by simulation and by p-values."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from harness import Score
from harness.demands.gate import BoundKind, Gate
from harness.scores.gates import Decision, TaskScores
from harness.scores.score import share
from harness.suite.file import Suite
from harness.tasks.task import ScoringContext
from harness.verdicts.deciding import NEVER, at_confidence, by_chance, decisions_of, family_error


def suite(correction: str = "none") -> Suite:
    return Suite.model_validate({"tasks": [{"use": "classification"}], "correction": correction})


def scores(counts: list[int], n: int, confidence: float) -> dict[str, Score]:
    return {f"s{at}": share(f"s{at}", k, n, confidence) for at, k in enumerate(counts)}


def decided(counts: list[int], n: int, bound: float, correction: str = "none") -> list[Decision]:
    """Gates `min` on shares, each a score of its own."""
    gates = {"t": [Gate(f"t/s{at}", "min", bound) for at in range(len(counts))]}
    again = {"t": TaskScores(scores(counts, n, 0.95))}
    return decisions_of(suite(correction), gates, again, lambda _, level: TaskScores(scores(counts, n, level)))


def gates_of(count: int, kind: BoundKind = "min") -> list[Gate]:
    return [Gate(f"t/s{at}", kind, 0.8) for at in range(count)]


def holm(p: list[float], alpha: float = 0.05) -> list[bool]:
    """Holm's step-down procedure, as it is written in textbooks."""
    order, found = np.argsort(p), [False] * len(p)
    for rank, at in enumerate(order):
        if p[at] > alpha / (len(p) - rank):
            break
        found[at] = True
    return found


@settings(max_examples=25, deadline=None)
@given(counts=st.lists(st.integers(55, 90), min_size=1, max_size=8))
def test_holm_rejects_what_its_p_values_reject(counts: list[int]) -> None:
    from statsmodels.stats.multitest import multipletests

    p = [float(stats.binom.cdf(k, 100, 0.8)) for k in counts]
    failed = [each.verdict == "fail" for each in decided(counts, 100, 0.8, "holm")]
    assert failed == holm(p) == multipletests(p, 0.05, "holm")[0].tolist()


def test_the_family_error_of_six_gates_at_their_bounds_is_holms() -> None:
    drawn = np.random.default_rng(3).binomial(340, 0.8, (2000, 6)).tolist()
    failed = {
        way: np.mean([any(each.verdict == "fail" for each in decided(row, 340, 0.8, way)) for row in drawn])
        for way in ("none", "holm")
    }
    assert failed["holm"] <= 0.05 + 2 * (0.05 * 0.95 / 2000) ** 0.5
    assert 0.15 < failed["none"] <= family_error(suite(), gates_of(6)) == pytest.approx(0.3)


def test_what_no_longer_fails_is_undecided_and_says_why() -> None:
    counts = [72, 80, 80, 80, 80, 80]
    assert decided(counts, 100, 0.8)[0].verdict == "fail"
    first = decided(counts, 100, 0.8, "holm")[0]
    assert (first.verdict, first.needs) == ("undecided", None)
    assert first.note == "it fails alone, but not as one of 6 gates (Holm's correction)"
    assert decided([60, *counts[1:]], 100, 0.8, "holm")[0].verdict == "fail"


def test_an_undecided_gate_says_how_many_samples_it_needs() -> None:
    [found] = decided([249], 300, 0.8)
    assert (found.verdict, found.needs) == ("undecided", 1075)
    assert found.note == "at 0.83, 1,075 samples would decide with 80 % power; it had 300"


@pytest.mark.parametrize("counts", [[240], [270], [200]])
def test_only_an_undecided_gate_away_from_its_bound_needs_samples(counts: list[int]) -> None:
    [found] = decided(counts, 300, 0.8)
    assert found.needs is None
    assert found.note == (NEVER if found.verdict == "undecided" else "")


@pytest.mark.parametrize(("value", "about"), [(0.84, 1084), (0.76, 1084)])
def test_another_score_needs_samples_by_the_square_root_law(value: float, about: int) -> None:
    scored = {"t": TaskScores({"auc": Score("auc", value, value - 0.05, value + 0.05, 280)})}
    gates = {"t": [Gate("t/auc", "min", 0.8)]}
    [found] = decisions_of(suite(), gates, scored, lambda *_: TaskScores({}))
    needed = 280 * (0.05 / 0.04 * (1 + stats.norm.ppf(0.8) / stats.norm.ppf(0.95))) ** 2
    assert found.needs == int(np.ceil(needed)) == pytest.approx(about, rel=0.1)
    assert "about" in found.note


def test_the_family_error_is_that_of_all_gates_or_of_one() -> None:
    found = [
        family_error(suite(way), gates_of(gates)) for way, gates in itertools.product(("none", "holm"), (0, 1, 6, 40))
    ]
    assert found == pytest.approx([0, 0.05, 0.3, 1, 0, 0.05, 0.05, 0.05])


def test_a_run_that_fails_with_several_gates_says_how_often_that_is_chance() -> None:
    [line] = by_chance(suite(), gates_of(6), "fail")
    assert "one fails by chance in at most 30 % of runs" in line
    assert "`correction: holm` in the suite makes that 5 %" in line
    assert (
        by_chance(suite(), gates_of(6), "pass")
        == by_chance(suite(), gates_of(1), "fail")
        == by_chance(suite("holm"), gates_of(6), "fail")
        == []
    )


def test_at_a_higher_confidence_as_many_resamples_lie_beyond_the_ends() -> None:
    found = at_confidence(ScoringContext([], {}), 0.99)
    assert (found.confidence, found.resamples) == (0.99, 5000)


def test_gates_on_changes_are_a_family_of_their_own_that_holm_corrects() -> None:
    assert family_error(suite(), [*gates_of(2), *gates_of(6, "drop")]) == pytest.approx(0.15)
    assert by_chance(suite(), gates_of(6, "rise"), "fail") == []
    rise = Score("s", 0.03, 0.001, 0.06, 500)
    certain = Score("s", 0.09, 0.04, 0.14, 500)

    def decided_with(*changes: Score) -> list[str]:
        named = {f"s{at}": each for at, each in enumerate(changes)}
        scored = {"t": TaskScores({}, cases=500, changes=named)}
        gates = {"t": [Gate(f"t/{name}", "rise", 0.0) for name in named]}
        wider = {
            at: replace(each, low=float(each) - 1.5 * (float(each) - (each.low or 0))) for at, each in named.items()
        }
        again = TaskScores({}, cases=500, changes=wider)
        return [each.verdict for each in decisions_of(suite(), gates, scored, lambda *_: again)]

    assert decided_with(rise) == ["fail"]
    assert decided_with(rise, certain) == ["undecided", "fail"]
