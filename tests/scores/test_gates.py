"""Gates: what the interval, the errors and the policy make of a bound."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness import Score
from harness.demands.gate import BoundKind, Gate
from harness.scores.gates import VERDICT_ORDER, Decision, TaskScores, decide, resolve_undecided, verdict_of
from harness.types import Undecided, Verdict


def score(value: float | None = 0.8, low: float | None = 0.7, high: float | None = 0.9, note: str = "") -> Score:
    return Score("accuracy", value, low, high, 50, note=note)


def decided(kind: BoundKind, bound: float, scored: TaskScores | None = None, max_errors: int = 0) -> Decision:
    return decide(Gate("task/accuracy", kind, bound), scored or TaskScores({"accuracy": score()}), max_errors)


@pytest.mark.parametrize(
    ("kind", "bound", "verdict"),
    [
        ("min", 0.65, "pass"), ("min", 0.7, "pass"), ("min", 0.71, "undecided"), ("min", 0.8, "undecided"),
        ("min", 0.9, "undecided"), ("min", 0.91, "fail"),
        ("max", 0.95, "pass"), ("max", 0.9, "pass"), ("max", 0.89, "undecided"), ("max", 0.7, "undecided"),
        ("max", 0.69, "fail"),
    ],
)  # fmt: skip
def test_the_interval_decides(kind: BoundKind, bound: float, verdict: Verdict) -> None:
    assert decided(kind, bound).verdict == verdict


def test_a_decision_is_a_row_of_gates_json() -> None:
    assert decided("min", 0.5) == Decision("task/accuracy", "min", 0.5, 0.8, 0.7, 0.9, 50, "pass")


@pytest.mark.parametrize("kind", get_args(BoundKind))
def test_a_score_without_an_interval_is_undecided(kind: BoundKind) -> None:
    unknown = {"accuracy": score(low=None, high=None)}
    assert decided(kind, 0.5, TaskScores(unknown, changes=unknown, ratios=unknown)).verdict == "undecided"


def test_a_missing_score_is_an_error_that_names_the_nearest() -> None:
    decision = decided("min", 0.5, TaskScores({"acuracy": score(), "ece": score()}))
    assert (decision.verdict, decision.value, decision.n) == ("error", None, 0)
    assert decision.note == "there is no such score; this task has acuracy, ece; did you mean 'acuracy'?"


def test_an_undefined_score_is_an_error_that_says_why() -> None:
    decision = decided("min", 0.5, TaskScores({"accuracy": score(None, None, None, "no case to count")}))
    assert (decision.verdict, decision.note) == ("error", "no case to count")


def test_a_score_of_no_case_is_an_error() -> None:
    decided = decide(Gate("t/f1[class=rare]", "min", 0.0), TaskScores({"f1[class=rare]": Score("f1", 0.0, 0, 0, 0)}), 0)
    assert (decided.verdict, decided.note) == ("error", "it rests on no case")


def test_a_doubt_leaves_a_gate_undecided_whatever_the_interval() -> None:
    scores = {"accuracy": Score("accuracy", 0.9, 0.8, 1.0, 50, doubt="it changed 4 of 50 samples")}
    for bound in (0.5, 0.99, 1.5):
        decided = decide(Gate("t/accuracy", "min", bound), TaskScores(scores), 0)
        assert (decided.verdict, decided.value, decided.note) == ("undecided", 0.9, "it changed 4 of 50 samples")


def test_more_errors_than_allowed_are_an_error_whatever_the_score() -> None:
    decision = decided("min", 0.0, TaskScores({"accuracy": score()}, errors=2, cases=50), max_errors=1)
    assert (decision.verdict, decision.note) == ("error", "2 of 50 cases errored; max_errors is 1")


@pytest.mark.parametrize(
    ("extremes", "verdict"),
    [
        ([score(0.82, 0.72, 0.92), score(0.78, 0.68, 0.88)], "pass"),
        ([score(0.82, 0.72, 0.92), score(0.7, 0.59, 0.8)], "undecided"),
        ([score(0.78, 0.68, 0.88), score(0.82, 0.72, 0.92), score(0.6, 0.5, 0.7)], "undecided"),
        ([score(0.82, 0.72, 0.92), score(None, None, None)], "undecided"),
        ([], "undecided"),
    ],
)
def test_allowed_errors_leave_a_verdict_that_holds_at_best_and_at_worst(
    extremes: list[Score], verdict: Verdict
) -> None:
    scored = TaskScores({"accuracy": score()}, [{"accuracy": each} for each in extremes], errors=1, cases=50)
    decision = decided("min", 0.6, scored, max_errors=1)
    assert (decision.verdict, decision.value) == (verdict, 0.8)
    assert decision.note == ("" if verdict == "pass" else "hinges on 1 errored case")


def test_a_failure_that_errors_could_have_saved_is_undecided() -> None:
    better = [{"accuracy": score(0.95, 0.9, 1.0)}, {"accuracy": score(0.7, 0.6, 0.8)}]
    assert decided("min", 0.92, TaskScores({"accuracy": score()}, better, 3, 50), max_errors=3).verdict == "undecided"


@pytest.mark.parametrize(
    ("policy", "value", "counts_as"),
    [("fail", 0.9, "fail"), ("pass", 0.1, "pass"), ("warn", 0.9, "undecided"), ("point", 0.5, "pass"),
     ("point", 0.49, "fail")],
)  # fmt: skip
def test_the_policy_says_what_undecided_counts_as(policy: Undecided, value: float, counts_as: Verdict) -> None:
    assert resolve_undecided(Decision("t/s", "min", 0.5, value, 0.0, 1.0, 9, "undecided"), policy) == counts_as


@pytest.mark.parametrize("policy", get_args(Undecided))
@pytest.mark.parametrize("verdict", ["pass", "fail", "error"])
def test_no_policy_touches_a_verdict_that_is_decided(policy: Undecided, verdict: Verdict) -> None:
    assert resolve_undecided(Decision("t/s", "min", 0.5, 0.1, 0.0, 1.0, 9, verdict), policy) == verdict


@pytest.mark.parametrize("worst", VERDICT_ORDER)
def test_a_run_is_as_good_as_its_worst_gate(worst: Verdict) -> None:
    assert verdict_of(["pass", worst, "pass"]) == worst


def test_a_run_without_gates_passes() -> None:
    assert verdict_of([]) == "pass"


SHARES = st.floats(0, 1)
THREE, TWO = (st.lists(SHARES, min_size=size, max_size=size) for size in (3, 2))


@given(
    st.lists(SHARES, min_size=3, max_size=3), st.lists(SHARES, min_size=2, max_size=2), st.sampled_from(["min", "max"])
)
def test_a_laxer_bound_never_makes_a_verdict_worse(values: list[float], bounds: list[float], kind: BoundKind) -> None:
    low, value, high = sorted(values)
    scored = TaskScores({"accuracy": score(value, low, high)})
    lax, strict = sorted(bounds, reverse=kind == "max")
    assert VERDICT_ORDER.index(decided(kind, lax, scored).verdict) <= VERDICT_ORDER.index(
        decided(kind, strict, scored).verdict
    )


@pytest.mark.parametrize(
    ("decision", "words"),
    [
        (Decision("t/s", "min", 0.35, 0.31, 0.24, 0.39, 200, "undecided"), "0.310 [0.240, 0.390], ≥ 0.35, n 200"),
        (Decision("t/s", "max", 3, 0.5, None, None, 2, "undecided"), "0.500, ≤ 3, n 2"),
        (Decision("t/s", "min", 1e-4, None, None, None, 0, "error", "no case"), "no value, ≥ 0.0001, n 0; no case"),
    ],
)
def test_a_decision_says_itself_in_words(decision: Decision, words: str) -> None:
    assert str(decision) == words
