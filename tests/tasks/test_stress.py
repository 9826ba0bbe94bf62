"""The task `stress`: what is counted over which samples, for classes, values and label sets."""

from __future__ import annotations

from functools import partial
from random import Random
from typing import Any

import pytest
from by_hand import LABELS, answers, context, recorded, scored

from harness import Sample, Score, Task, UserError, perturbation, predict
from harness.demands.gate import Gate
from harness.parts.perturbing import perturbed, unasked
from harness.scores.gates import TaskScores, decide
from harness.scores.touched import doubt
from harness.stressed.asking import under_stress
from harness.tasks.stress import stress
from harness.tasks.task import ScoringContext

TEXTS = {"good 1": 1, "good 2": 1, "bad 3": 0, "odd 4": 1}


def shout(text: str, rng: Random) -> str:
    """Writes in capitals, which the model below cannot read."""
    return text.upper() if "1" in text or "3" in text else text


def mumble(text: str, rng: Random, *, severity: int = 3) -> str:
    return text + " hm" * severity


@perturbation(keeps_label=False)
def negate(text: str, rng: Random) -> str:
    return text.replace("good", "bad")


def reader(texts: list[str]) -> list[list[float]]:
    return [answers(0.9 if "good" in text or "BAD" in text else 0.1) for text in texts]


def made(*functions: Any, **parameters: Any) -> Task[Any]:
    return stress(context(**{each.__name__: each for each in functions}), perturbations=[], **parameters)


def unchanged(text: str, rng: Random) -> str:
    return text


def twice(text: str, rng: Random) -> list[str]:
    return [text + "!", text.upper()]


def without_b(text: str, rng: Random) -> str:
    return text.replace("b", "")


def of(task: Task[Any]) -> dict[str, Score]:
    return scored(task, [Sample(text, text, label) for text, label in TEXTS.items()], reader)


def test_what_is_scored_are_the_samples_that_changed() -> None:
    found = of(made(shout))  # "GOOD 1" and "BAD 3" change, and both are then decided otherwise
    assert {address: (score.value, score.n) for address, score in found.items()} == {
        "clean_accuracy": (3 / 4, 4),
        "worst_accuracy": (0 / 2, 2),
        "worst_accuracy_drop": (2 / 2, 2),
        "accuracy[part=shout]": (0 / 2, 2),
        "accuracy_drop[part=shout]": (2 / 2, 2),
        "flip_rate[part=shout]": (2 / 2, 2),
        "changed[part=shout]": (2 / 4, 4),
    }


def test_a_perturbation_runs_at_every_severity_it_knows() -> None:
    assert list(made(mumble, shout, severities=[1, 4]).parts) == ["mumble/1", "mumble/4", "shout"]
    records: list[Any] = recorded(made(mumble, severities=[1, 4]), [Sample("a", "good", 1)], reader)
    assert [record.payload.perturbed for record in records] == [["good hm"], ["good hm hm hm hm"]]


def test_a_part_that_does_not_keep_the_label_has_flips_only() -> None:
    found = of(made(shout, negate))
    assert {address for address in found if "negate" in address} == {"flip_rate[part=negate]", "changed[part=negate]"}
    assert found["flip_rate[part=negate]"].value == 1
    assert (found["worst_accuracy"].value, found["worst_accuracy"].note) == (0, "of shout")


def test_what_changed_nothing_is_skipped_and_has_no_flip_rate() -> None:
    task = made(mumble, severities=[1])
    same = stress(context(same=unchanged), perturbations=[])
    assert {record.status for record in recorded(same, [Sample("a", "good", 1)], reader)} == {"skipped"}
    assert {record.status for record in recorded(task, [Sample("a", "good", 1)], reader)} == {"ok"}
    found = scored(same, [Sample("a", "good", 1)], reader)["flip_rate[part=same]"]
    assert (found.value, found.n, found.note) == (None, 0, "it changed 0 of 1 samples, and a gate needs 30")


def forty(*functions: Any, **parameters: Any) -> dict[str, Score]:
    """Of forty samples "good 1 n" ten have the 1 that `shout` looks for."""
    samples = [Sample(f"{at}", f"good {1 if at < 10 else 2}{'!' * at}", 1) for at in range(40)]
    return scored(made(*functions, **parameters), samples, reader)


def test_a_part_that_changed_few_samples_decides_no_gate_and_is_not_the_worst() -> None:
    found = forty(shout, mumble, severities=[1])
    few, why = found["accuracy[part=shout]"], "it changed 10 of 40 samples, and a gate needs 30"
    assert (few.value, few.n, few.doubt) == (0, 10, why)
    worst = found["worst_accuracy"]
    assert (worst.value, worst.n, worst.doubt) == (1, 40, "")
    assert worst.note == f"of mumble/1; without shout ({why})"
    gates = TaskScores(found)
    assert decide(Gate("stress/accuracy[part=shout]", "min", 0.9), gates, 0).verdict == "undecided"
    assert decide(Gate("stress/accuracy[part=shout]", "min", 0.9), gates, 0).note == why
    assert decide(Gate("stress/worst_accuracy", "min", 0.9), gates, 0).verdict == "pass"


def test_where_every_part_changed_few_the_worst_is_shown_and_decides_nothing() -> None:
    worst = forty(shout)["worst_accuracy"]
    assert (worst.value, worst.note, bool(worst.doubt)) == (0, "of shout", True)


def test_a_suite_may_set_how_many_samples_a_part_has_to_change() -> None:
    assert forty(shout, min_changed=10)["accuracy[part=shout]"].doubt == ""
    assert forty(shout, min_changed=11)["accuracy[part=shout]"].doubt.endswith("and a gate needs 11")


def test_a_tenth_of_many_samples_has_to_change() -> None:
    assert doubt(59, 600, None, "it changed") == "it changed 59 of 600 samples, and a gate needs 60"
    assert doubt(60, 600, None, "it changed") == ""


def test_of_several_versions_all_have_to_be_right() -> None:
    both = stress(context(both=twice), perturbations=[])
    found = scored(both, [Sample("a", "good", 1), Sample("b", "odd", 0)], reader)
    assert (found["accuracy[part=both]"].value, found["flip_rate[part=both]"].value) == (1 / 2, 1 / 2)


def made_of(perturb: Any, value: Any, taken: Any = None) -> list[Any]:
    return unasked(perturbed(perturb, value, Random(0), taken=taken), "it")


def test_every_text_of_a_pair_is_perturbed() -> None:
    texts = frozenset({str})
    assert made_of(shout, {"first": "a 1", "second": "b 2"}, texts) == [{"first": "A 1", "second": "b 2"}]
    assert made_of(lambda text, rng: [text, text * 2], {"a": "x", "b": "y"}, texts) == [
        {"a": "x", "b": "y"},
        {"a": "xx", "b": "yy"},
    ]


def test_a_value_has_errors_their_rise_and_shifts() -> None:
    def length(texts: list[str]) -> list[float]:
        return [float(len(text)) for text in texts]

    samples = [Sample("a", "xx", truth=3.0), Sample("b", "xxxx", truth=4.0)]
    found = scored(made(mumble, severities=[1]), samples, length, ["value"], "value")
    values = {address: score.value for address, score in found.items()}
    assert values == {
        "clean_mae": 0.5,
        "worst_mae": 2.5,
        "mae[part=mumble/1]": 2.5,
        "mae_rise[part=mumble/1]": 2.0,
        "shift[part=mumble/1]": 3.0,
        "changed[part=mumble/1]": 1.0,
    }


def test_of_label_sets_exact_matches_count() -> None:
    def tags(texts: list[str]) -> list[list[float]]:
        return [[float("a" in text), float("b" in text)] for text in texts]

    samples = [Sample("1", "a", truth=(0,)), Sample("2", "ab", truth=(0, 1))]
    task = stress(context(drop=without_b), perturbations=[])
    found = scored(task, samples, tags, ["x", "y"], "labels")
    assert (found["clean_accuracy"].value, found["accuracy[part=drop]"].value) == (1, 0)
    assert (found["flip_rate[part=drop]"].value, found["flip_rate[part=drop]"].n) == (1, 1)


@pytest.mark.parametrize("wrong", [None, 3, [], ["a", 3], {"a": "b"}])
def test_a_perturbation_that_gives_no_text_is_an_error(wrong: Any) -> None:
    with pytest.raises(TypeError, match="expected the perturbation to return a text, or a list of texts"):
        next(under_stress(partial(perturbed, lambda text, rng: wrong), Sample("a", "x", 0), Random(0)))


@pytest.mark.parametrize("wrong", [3, ["a", "b"], {"a": 3}, {}, None])
def test_what_is_no_text_is_not_perturbed(wrong: Any) -> None:
    with pytest.raises(TypeError, match=r"expected (an input|a mapping of columns to texts|a text pair)"):
        next(perturbed(shout, wrong, Random(0), taken=frozenset({str})))


def test_a_severity_that_would_never_be_set_is_refused() -> None:
    def positional(text: str, rng: Random, severity: int = 3) -> str:
        return text + "!" * severity

    with pytest.raises(UserError, match=r"'positional': 'severity' would never be set: expected .* behind a `\*`"):
        made(positional)


def test_a_perturbation_may_ask_and_one_that_yields_anything_else_is_an_error() -> None:
    def asking(text: str, rng: Random) -> Any:
        [row] = yield from predict([text])
        return f"{text} {row.label}"

    def wrong(text: str, rng: Random) -> Any:
        yield text

    [right] = recorded(made(asking), [Sample("a", "good", 1)], reader)
    assert right.payload is not None
    assert right.payload.perturbed == ["good 1"]
    [record] = recorded(made(wrong), [Sample("a", "good", 1)], reader)
    assert record.error is not None


def test_an_errored_case_could_have_been_right_or_wrong_before_and_after() -> None:
    extremes = made(shout).extremes
    assert extremes is not None
    found = [(each.before, each.after) for each in extremes(Sample("a", "x", 1), ScoringContext(LABELS, {}))]
    right, wrong = [0.0, 1.0], [1.0, 0.0]
    assert found == [(right, [right]), (right, [wrong]), (wrong, [right]), (wrong, [wrong])]
    assert extremes(Sample("a", "x", 2.0), ScoringContext(["value"], {}, output="value")) == []
