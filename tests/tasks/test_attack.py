"""The task `attack` by hand: what counts as a success, and its scores on records one can count."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from by_hand import LABELS, SAMPLE, answers, by_address, context, drive, ran, recorded, returning, right

from harness import (
    AnswerError,
    Record,
    Sample,
    ScoringContext,
    Session,
    Skipped,
    predict,
)
from harness.demands.gate import Gate
from harness.records.table import RecordTable
from harness.scores.gates import TaskScores, decide
from harness.tasks.attack import Attacked, attack, under_attack
from harness.verdicts.scoring import score_task


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


@pytest.mark.parametrize(("found", "tries", "edited"), [
    ("fine", ["fine"], False), ("fine", [], False), ("fone", [], True), ("fine", ["fone"], True),
])  # fmt: skip
def test_what_an_attack_never_changed_is_not_edited(found: str, tries: list[str], edited: bool) -> None:
    result, _ = drive(under_attack(returning(found, tries), SAMPLE, Random(0)), right)
    assert isinstance(result, Attacked)
    assert result.edited is edited


def test_what_an_attack_could_not_edit_decides_no_gate() -> None:
    samples = {f"fine {at}": 1 for at in range(60)}
    task = attack(context(idle=idle_but_for_five), attacks=[])
    found = ran(task, samples, always_sure)
    robust, why = found["robust_accuracy"], "the attack could edit 5 of 60 samples, and a gate needs 30"
    assert (robust.value, robust.n, robust.doubt) == (1, 60, why)
    assert (found["edited"].value, found["edited[part=idle]"].value) == (5 / 60, 5 / 60)
    decided = decide(Gate("attack/robust_accuracy", "min", 0.5), TaskScores(found), 0)
    assert (decided.verdict, decided.value, decided.note) == ("undecided", 1, why)
    lenient = ran(attack(context(idle=idle_but_for_five), attacks=[], min_changed=5), samples, always_sure)
    assert decide(Gate("attack/robust_accuracy", "min", 0.5), TaskScores(lenient), 0).verdict == "pass"


def idle_but_for_five(sample: Sample[str], rng: Random) -> Session[str]:
    yield from predict([sample.input])
    return sample.input + "!" * (sample.input in {f"fine {at}" for at in range(5)})


def always_sure(texts: list[str]) -> list[list[float]]:
    return [answers(0.9)] * len(texts)


def test_the_few_that_did_not_error_decide_no_gate() -> None:
    task = attack(context(a=returning("")), attacks=[], min_changed=1)
    errored = [Record[Attacked]("attack", "a", f"e{at}", "error", "no", 0, None) for at in range(18)]
    records = RecordTable.of([attacked("1", "a", "failed"), attacked("2", "a", "failed"), *errored], Attacked)
    scores = score_task(
        task, records, ScoringContext(LABELS, {}), [Sample(f"e{at}", "x", 0) for at in range(18)]
    ).scores
    assert (scores["robust_accuracy"].value, scores["robust_accuracy"].n) == (1, 2)
    assert scores["clean_accuracy"].doubt == "only 2 of 20 cases of a did not error"
    decided = decide(Gate("attack/robust_accuracy[part=a]", "max", 1.0), TaskScores(scores), 20)
    assert (decided.verdict, decided.note) == ("undecided", "only 2 of 20 cases of a did not error")


def test_an_attack_that_asks_nothing_is_named() -> None:
    def hasty(sample: Sample[str], rng: Random) -> str:
        return sample.input.upper()

    [record] = recorded(attack(context(hasty=hasty), attacks=[]), [SAMPLE], always_sure)
    why = "attack 'hasty' is no generator: ask with `yield from predict(...)`, but got 'FINE'"
    assert why in str(record.error).replace("part 'hasty'", "attack 'hasty'")


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
    before = [int(sample) / 1000, 1 - int(sample) / 1000] if sample.isdigit() else []
    return Record("attack", part, sample, status, None, 0, Attacked(outcome, "", before, [], queries))


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
        "edited": (3 / 4, 4),
        "robust_accuracy[part=a]": (2 / 5, 5),
        "attack_success_rate[part=a]": (2 / 4, 4),
        "edited[part=a]": (4 / 5, 5),
        "queries[part=a]": ((2 + 4 + 6 + 8) / 4, 4),
        "robust_accuracy[part=b]": (2 / 4, 4),
        "attack_success_rate[part=b]": (1 / 3, 3),
        "edited[part=b]": (3 / 4, 4),
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
    records = [attacked(str(at), "a", "failed", 3 + (at == 0) - (at == 1)) for at in range(90)]
    errored: list[Record[Attacked]] = [
        Record("attack", "a", str(at), "error", "Traceback", 0, None) for at in range(90, 93)
    ]
    samples = [Sample(str(at), "", 1) for at in range(93)]
    gate = Gate(f"attack/{address}", kind, bound)
    without = score_task(task, RecordTable.of(records, Attacked), ScoringContext(LABELS, {}), samples)
    assert decide(gate, without, max_errors=3).verdict != "undecided"
    scored = score_task(task, RecordTable.of([*records, *errored], Attacked), ScoringContext(LABELS, {}), samples)
    assert decide(gate, scored, max_errors=3).note == "hinges on 3 errored cases"
