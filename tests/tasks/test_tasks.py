"""The tasks by hand: what their sessions ask and return, and what their scores are on records one can count."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import ceil
from random import Random
from typing import Any

import pytest
from by_hand import LABELS, answers, by_address, context, drive, ran

from harness import (
    AnswerError,
    Attribution,
    ClassPredictions,
    Record,
    Sample,
    ScoringContext,
    Session,
    Skipped,
    Task,
    Traits,
    UserError,
    connect,
    predict,
    traits_of,
)
from harness.runs.scoring import score_task
from harness.scores.gates import Gate, decide
from harness.sessions.predict import AskOnce
from harness.suite.file import PartSpec
from harness.tasks.attack import Attacked, attack, under_attack
from harness.tasks.classification import Classified, classification, classified
from harness.tasks.explain import Explained, explain, explained
from harness.tasks.measuring import named
from harness.tasks.task import Context

# Classification

CLASSIFY = AskOnce(lambda answers: classified(answers, LABELS))


def test_classifying_asks_one_row() -> None:
    found, asked = drive(CLASSIFY(Sample("1", "fine", 1), Random(0)), lambda text: [0.25, 0.75])
    assert (found, asked) == (Classified("positive", [0.25, 0.75]), [["fine"]])


def test_the_first_of_equal_classes_is_predicted() -> None:
    assert drive(CLASSIFY(Sample("1", "odd", 1), Random(0)), lambda text: [0.5, 0.5])[0].predicted == "negative"


def test_classification_scores_are_those_counted_by_hand() -> None:
    texts = {"a": 1, "b": 1, "c": 1, "d": 0, "e": 0, "f": 0}
    shares = {"a": 0.9, "b": 0.6, "c": 0.2, "d": 0.1, "e": 0.7, "f": 0.8}  # right on a, b and d
    found = ran(
        classification(Context(), metrics=named("recall")), texts, lambda asked: [answers(shares[t]) for t in asked]
    )
    values = {address: (score.value, score.n) for address, score in found.items()}
    assert values == {
        "accuracy": (3 / 6, 6),
        "recall": (pytest.approx((1 / 3 + 2 / 3) / 2), 6),
        "recall[class=negative]": (1 / 3, 3),
        "recall[class=positive]": (2 / 3, 3),
        "precision[class=negative]": (1 / 2, 2),
        "precision[class=positive]": (2 / 4, 4),
        "f1[class=negative]": (pytest.approx(2 / 5), 3),
        "f1[class=positive]": (pytest.approx(4 / 7), 3),
    }


def test_a_class_without_rows_has_no_recall() -> None:
    found = ran(classification(Context(), metrics=[]), {"a": 1}, lambda asked: [answers(0.9)] * len(asked))
    assert found["recall[class=positive]"].value == 1
    assert (found["recall[class=negative]"].value, found["recall[class=negative]"].n) == (None, 0)
    assert found["f1[class=negative]"].value is None


def test_without_a_good_case_every_score_is_undefined() -> None:
    scores = classification(Context(), metrics=named("f1", "ece")).score([], ScoringContext(LABELS, {}))
    names = ["accuracy", "f1", "ece", *["recall", "precision", "f1"] * 2]
    assert [(score.name, score.value, score.note) for score in scores] == [
        (name, None, "no case was measured") for name in names
    ]


def test_a_metric_of_ones_own_is_a_function(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(predictions: ClassPredictions) -> float:
        return float("nan")

    monkeypatch.setattr("harness.suite.components.load", lambda kind, name: never)
    found = ran(classification(Context(), metrics=named("never")), {"a": 1}, lambda asked: [answers(0.9)] * len(asked))
    assert (found["never"].value, found["never"].note, found["never"].n) == (None, "not defined on these labels", 1)


def test_an_unknown_metric_is_an_error_with_the_nearest() -> None:
    with pytest.raises(UserError, match=r"no metric is called 'eec': .*; did you mean 'ece'\?"):
        classification(Context(), metrics=named("eec"))


# Attack

SAMPLE = Sample("1", "fine", 1)


def right(text: str) -> list[float]:
    return answers(0.9 if text in {"fine", "very fine"} else 0.2)


def returning(found: Any, tries: Sequence[str] = ()) -> Callable[[Sample[Any], Random], Session[Any]]:
    def session(sample: Sample[Any], rng: Random) -> Session[Any]:
        if tries:
            yield from predict(tries)
        return found

    return session


def test_an_attack_that_finds_a_wrong_answer_succeeds() -> None:
    result, asked = drive(under_attack(returning("fone", ["a", "b", "fone"]), SAMPLE, Random(0)), right)
    assert result == Attacked("succeeded", "fone", pytest.approx(answers(0.9)), pytest.approx(answers(0.2)), 3)  # type: ignore[arg-type]
    assert asked == [["fine"], ["a", "b", "fone"], ["fone"]]


@pytest.mark.parametrize("found", ["fine", "very fine"])
def test_an_attack_cannot_claim_a_success(found: str) -> None:
    result, asked = drive(under_attack(returning(found), SAMPLE, Random(0)), right)
    assert isinstance(result, Attacked)
    assert (result.outcome, result.perturbed, result.queries) == ("failed", found, 0)
    assert asked == [["fine"], [found]]


def test_a_sample_that_is_wrong_untouched_is_not_attacked() -> None:
    result, asked = drive(under_attack(returning("x", ["x"]), Sample("1", "odd", 1), Random(0)), right)
    assert isinstance(result, Skipped)
    assert (result.payload.outcome, result.payload.perturbed, result.payload.queries) == ("skipped", "odd", 0)
    assert asked == [["odd"]]


@pytest.mark.parametrize("found", [None, True, ["fone"]])
def test_an_attack_has_to_return_an_input(found: object) -> None:
    with pytest.raises(TypeError, match="expected the attack to return its best input, a text, but got"):
        drive(under_attack(returning(found), SAMPLE, Random(0)), right)


def test_an_attack_may_live_with_an_answer_that_failed() -> None:
    def session(sample: Sample[Any], rng: Random) -> Session[str]:
        try:
            yield from predict(["unanswerable"])
        except AnswerError:
            return "fone"
        raise NotImplementedError

    started = under_attack(session, SAMPLE, Random(0))
    next(started)
    started.send([right("fine")])
    started.throw(AnswerError("no"))
    with pytest.raises(StopIteration) as ended:
        started.send([right("fone")])
    assert (ended.value.value.outcome, ended.value.value.queries) == ("succeeded", 1)


def test_an_attack_that_is_given_up_is_closed() -> None:
    closed = []

    def session(sample: Sample[Any], rng: Random) -> Session[str]:
        try:
            yield from predict(["x"])
        finally:
            closed.append(sample.id)
        return "x"

    started = under_attack(session, SAMPLE, Random(0))
    next(started)
    started.send([right("fine")])
    started.close()
    assert closed == ["1"]


def attacked(sample: str, part: str, outcome: Any, queries: int = 0) -> Record[Attacked]:
    status: Any = "skipped" if outcome == "skipped" else "ok"
    return Record("attack", part, sample, status, None, 0, Attacked(outcome, "", [], [], queries))


RECORDS = [
    attacked("1", "a", "failed", 2), attacked("1", "b", "failed", 5),
    attacked("2", "a", "succeeded", 4), attacked("2", "b", "failed", 7),
    attacked("3", "a", "skipped"), attacked("3", "b", "skipped"),
    attacked("4", "a", "failed", 6),  # the other attack errored
    attacked("5", "a", "succeeded", 8), attacked("5", "b", "succeeded", 9),
]  # fmt: skip


def test_attack_scores_are_those_counted_by_hand() -> None:
    task = attack(context(a=returning(""), b=returning("")), attacks=[])
    values = {
        address: (score.value, score.n)
        for address, score in by_address(task.score(RECORDS, ScoringContext(LABELS, {}))).items()
    }
    assert values == {
        "robust_accuracy": (1 / 4, 4),
        "clean_accuracy": (3 / 4, 4),
        "robust_accuracy[part=a]": (2 / 5, 5),
        "attack_success_rate[part=a]": (2 / 4, 4),
        "queries[part=a]": ((2 + 4 + 6 + 8) / 4, 4),
        "robust_accuracy[part=b]": (2 / 4, 4),
        "attack_success_rate[part=b]": (1 / 3, 3),
        "queries[part=b]": ((5 + 7 + 9) / 3, 3),
    }


def test_robust_accuracy_is_over_all_attacks_through_the_engine() -> None:
    def first(sample: Sample[str], rng: Random) -> Session[str]:
        yield from predict([sample.input])
        return sample.input.replace("a", "x")

    def second(sample: Sample[str], rng: Random) -> Session[str]:
        yield from ()
        return sample.input.replace("b", "x")

    task = attack(context(first=first, second=second), attacks=[])
    texts = {"a": 1, "b": 1, "ab": 1, "c": 1, "x": 1}  # an x makes the model wrong
    found = ran(task, texts, lambda asked: [answers(0.1 if "x" in text else 0.9) for text in asked])
    assert (found["robust_accuracy"].value, found["clean_accuracy"].value) == (1 / 5, 4 / 5)
    assert found["robust_accuracy[part=first]"].value == found["robust_accuracy[part=second]"].value == 2 / 5
    assert (found["queries[part=first]"].value, found["queries[part=second]"].value) == (1, 0)


def test_a_model_that_is_never_right_cannot_be_attacked() -> None:
    task = attack(context(a=returning("")), attacks=[])
    found = by_address(task.score([attacked("1", "a", "skipped")], ScoringContext(LABELS, {})))
    assert found["robust_accuracy"].value == 0
    assert found["attack_success_rate[part=a]"].note == "the model gets no sample right"


@pytest.mark.parametrize(
    ("address", "kind", "bound"),
    [
        ("robust_accuracy", "min", 0.95), ("robust_accuracy", "max", 0.965), ("clean_accuracy", "min", 0.95),
        ("attack_success_rate[part=a]", "max", 0.05), ("queries[part=a]", "max", 5), ("queries[part=a]", "min", 2.9),
    ],
)  # fmt: skip
def test_a_gate_that_an_errored_attack_could_turn_is_undecided(address: str, kind: Any, bound: float) -> None:
    task = attack(context(a=returning("")), attacks=[])
    records = [attacked(str(at), "a", "failed", 3) for at in range(90)]
    errored: list[Record[Attacked]] = [
        Record("attack", "a", str(at), "error", "Traceback", 0, None) for at in range(90, 93)
    ]
    samples = [Sample(str(at), "", 1) for at in range(93)]
    gate = Gate(f"attack/{address}", kind, bound)
    assert (
        decide(gate, score_task(task, records, ScoringContext(LABELS, {}), samples), max_errors=3).verdict
        != "undecided"
    )
    scored = score_task(task, [*records, *errored], ScoringContext(LABELS, {}), samples)
    assert decide(gate, scored, max_errors=3).note == "hinges on 3 errored cases"


def test_an_errored_classification_is_right_at_best_and_wrong_at_worst() -> None:
    task = classification(Context(), metrics=[])
    records: list[Record[Any]] = [Record("c", "", "1", "ok", None, 1, Classified("positive", answers(0.9)))]
    errored: Record[Any] = Record("c", "", "2", "error", "Traceback", 0, None)
    samples = [Sample("1", "", 1), Sample("2", "", 0)]
    scored = score_task(task, [*records, errored], ScoringContext(LABELS, {"1": 1, "2": 0}), samples)
    assert (scored.scores["accuracy"].value, scored.scores["accuracy"].n) == (1, 1)
    assert [extreme["accuracy"].value for extreme in scored.extremes] == [1, 1 / 2]


# Explain

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
    session = explained(returning(Attribution([TEXT], [1.0], 0)), Sample("1", TEXT, 1), Random(0), LABELS)
    found, asked = drive(session, linear)
    assert found.explained == "negative"
    assert found.probability == pytest.approx(0.2)
    assert found.comprehensiveness == pytest.approx(0.2 - 0.7)
    assert asked == [[TEXT], [""] * 5 + [TEXT] * 5]


def test_an_input_without_words_has_no_faithfulness() -> None:
    session = explained(returning(Attribution([], [], 0)), Sample("1", "", 0), Random(0), LABELS)
    found, asked = drive(session, linear)
    assert (found.comprehensiveness, found.sufficiency, asked) == (None, None, [[""]])


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


# All of them


@pytest.mark.parametrize("kind", ["attacks", "explainers"])
def test_a_task_without_parts_is_an_error(kind: str) -> None:
    with pytest.raises(UserError, match=f"{kind}: expected at least one"):
        Context().components(kind, [])


def test_two_parts_of_a_name_are_an_error() -> None:
    with pytest.raises(UserError, match="two parts are called 'deepwordbug': give one of them another `name`"):
        Context().components("attacks", [PartSpec(use="deepwordbug")] * 2)


def test_a_part_can_be_named() -> None:
    specs = [PartSpec(use="deepwordbug"), PartSpec(use="deepwordbug", name="hard")]
    assert list(Context().components("attacks", specs)) == ["deepwordbug", "hard"]


@pytest.mark.parametrize("task", [attack, explain])
def test_an_exclusive_procedure_runs_alone(task: Callable[..., Task[Any]]) -> None:
    function = Traits(exclusive=True)(returning(""))
    made = task(context(a=function, b=returning("")), **{"attacks" if task is attack else "explainers": []})
    sessions = {part: prepare(connect(len, labels=LABELS)) for part, prepare in made.parts.items()}
    assert {part: traits_of(session).exclusive for part, session in sessions.items()} == {"a": True, "b": False}
