"""The task `explain` by hand: comprehensiveness and sufficiency of words whose weights are known."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from random import Random

import pytest
from by_hand import LABELS, SAMPLE, answers, by_address, context, drive, ran, returning, right

from harness import (
    Attribution,
    Record,
    Sample,
    ScoringContext,
    Session,
)
from harness.tasks.explain import Explained, explain, explained

WEIGHTS = {"w0 ": 0.05, "w1 ": 0.2, "w2 ": -0.1, "w3 ": 0.1, "w4 ": 0.0, "w5 ": 0.15, "w6 ": 0.02, "w7": 0.08}
TEXT = "".join(WEIGHTS)


def linear(text: str) -> list[float]:
    """Positive by 0.3 and the weights of the words that are there."""
    return answers(0.3 + sum(weight for word, weight in WEIGHTS.items() if word in text))


def eraser(weights: Sequence[float], top: Sequence[int]) -> tuple[float, float]:
    """DeYoung et al. (2020), section 4.2, of a linear model: what the top 1, 5, 10, 20 and 50 % of words add.

    Averaged over these thresholds as the authors' own code does; the formula in print also counts a zeroth.
    """
    sizes = [ceil(len(weights) * share) for share in (0.01, 0.05, 0.1, 0.2, 0.5)]
    taken = [sum(weights[at] for at in top[:size]) for size in sizes]
    return sum(taken) / 5, sum(sum(weights) - each for each in taken) / 5


@pytest.mark.parametrize(
    ("claimed", "top"),
    [
        (list(WEIGHTS.values()), [1, 5, 3, 7, 0, 6, 4, 2]),
        ([8, 7, 6, 5, 4, 3, 2, 1], [0, 1, 2, 3, 4, 5, 6, 7]),
        ([0, 0, 0, 0, 0, 0, 0, 1], [7, 0, 1, 2, 3, 4, 5, 6]),
    ],
    ids=["true", "falling", "ties"],
)
def test_comprehensiveness_and_sufficiency_are_eraser_s(claimed: list[float], top: list[int]) -> None:
    session = explained(returning(Attribution(list(WEIGHTS), claimed, 1)), Sample("1", TEXT, 1), Random(0), LABELS)
    found, _ = drive(session, linear)
    comprehensiveness, sufficiency = eraser(list(WEIGHTS.values()), top)
    assert found.comprehensiveness == pytest.approx(comprehensiveness)
    assert found.sufficiency == pytest.approx(sufficiency)
    assert found.explained == "positive"
    assert found.probability == pytest.approx(0.8)


def test_faithfulness_is_of_the_class_that_is_explained() -> None:
    first, rest = "w0 ", TEXT.removeprefix("w0 ")
    session = explained(returning(Attribution([first, rest], [0, 1.0], 0)), Sample("1", TEXT, 1), Random(0), LABELS)
    found, asked = drive(session, linear)
    assert found.explained == "negative"
    assert found.probability == pytest.approx(0.2)
    assert found.comprehensiveness == pytest.approx(0.2 - 0.65)
    assert asked == [[TEXT], [first] * 5 + [rest] * 5]


@pytest.mark.parametrize(("units", "text"), [([], ""), ([TEXT], TEXT), (["四星的酒店"], "四星的酒店")])
def test_an_input_of_less_than_two_units_has_no_faithfulness(units: list[str], text: str) -> None:
    session = explained(returning(Attribution(units, [1.0] * len(units), 0)), Sample("1", text, 0), Random(0), LABELS)
    found, asked = drive(session, linear)
    assert (found.comprehensiveness, found.sufficiency, asked) == (None, None, [[text]])


def test_few_inputs_that_were_cut_into_units_decide_no_gate() -> None:
    def whole(sample: Sample[str], rng: Random) -> Session[Attribution]:
        yield from ()
        units = ["w1 ", "rest"] if sample.input == "w1 rest" else [sample.input]
        return Attribution(units, [1.0] * len(units), 1)

    texts = {"w1 rest": 1} | {f"四星的酒店{at}": 1 for at in range(39)}
    found = ran(explain(context(whole=whole), explainers=[]), texts, lambda asked: [linear(t) for t in asked])
    score = found["comprehensiveness"]
    assert (score.value is None, score.n) == (False, 1)
    assert score.doubt == "the explainer found several units in 1 of 40 samples, and a gate needs 30"


@pytest.mark.parametrize(
    ("found", "message"),
    [
        ("w0", "expected the explainer to return an Attribution, but got 'w0'"),
        (Attribution(["fin"], [1.0], 1), "expected units that join to 'fine', but got"),
        (Attribution(["fi", "ne"], [1.0], 1), "expected one weight per unit, but got 1 for 2"),
        (Attribution(["fine"], [float("nan")], 1), "expected finite weights for one of 2 classes"),
        (Attribution(["fine"], [1.0], 2), "expected finite weights for one of 2 classes"),
    ],
)
def test_an_attribution_that_does_not_fit_is_an_error(found: object, message: str) -> None:
    with pytest.raises((TypeError, ValueError), match=message):
        drive(explained(returning(found), SAMPLE, Random(0), LABELS), right)


def test_explain_scores_average_over_samples_then_explainers() -> None:
    def record(part: str, sample: str, value: float | None) -> Record[Explained]:
        return Record("explain", part, sample, "ok", None, 0, Explained([], [], "positive", 0.9, value, value))

    records = [record("a", "1", 0.2), record("b", "1", 0.4), record("a", "2", 0.9), record("a", "3", None)]
    task = explain(context(a=returning(""), b=returning("")), explainers=[])
    found = by_address(task.score(records, ScoringContext(LABELS, {})))
    assert found["comprehensiveness"].value == pytest.approx((0.3 + 0.9) / 2)
    assert found["sufficiency[part=a]"].value == pytest.approx((0.2 + 0.9) / 2)
    assert found["comprehensiveness"].n == found["sufficiency[part=a]"].n == 2
    assert found["comprehensiveness[part=b]"].value == pytest.approx(0.4)


def test_explanations_go_through_the_engine() -> None:
    def honest(sample: Sample[str], rng: Random) -> Session[Attribution]:
        yield from ()
        return Attribution(list(WEIGHTS), list(WEIGHTS.values()), 1)

    found = ran(explain(context(honest=honest), explainers=[]), {TEXT: 1}, lambda asked: [linear(t) for t in asked])
    assert found["comprehensiveness[part=honest]"].value == pytest.approx(
        eraser(list(WEIGHTS.values()), [1, 5, 3, 7, 0, 6, 4, 2])[0]
    )
