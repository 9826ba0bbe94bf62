"""What a part of stress asks: several draws, another model, and what a perturbation asks itself."""

from __future__ import annotations

from functools import partial
from random import Random

import fake_models as fakes
import pytest

from harness import Session, UserError, predict
from harness.parts.perturbing import perturbed, unasked
from harness.stressed.asking import Manner, Stressed, under_stress


def shuffled(text: str, rng: Random) -> str:
    return " ".join(rng.sample(text.split(" "), 3))


def capitals(text: str, rng: Random) -> str:
    return text.upper()


def asking(text: str, rng: Random) -> Session[str]:
    [row] = yield from predict([text])
    return f"{text} {row.label}"


def test_each_draw_is_another_input_of_the_same_part() -> None:
    outcome = fakes.one(
        fakes.Recorder(), lambda it, rng: under_stress(partial(perturbed, shuffled), it, rng, Manner(draws=4)), "a b c"
    )
    assert isinstance(outcome.value, Stressed)
    assert len(outcome.value.perturbed) == len(outcome.value.after) == 4
    assert len(set(outcome.value.perturbed)) > 1


def test_a_reference_is_asked_the_same() -> None:
    model, other = fakes.Recorder(), fakes.Recorder()
    how = Manner(reference="old", labels=())
    outcome = fakes.one(model, lambda it, rng: under_stress(partial(perturbed, capitals), it, rng, how), old=other)
    assert isinstance(outcome.value, Stressed)
    assert len(outcome.value.reference) == 2
    assert sorted(model.seen) == sorted(other.seen) == ["TEXT", "text"]


def test_a_perturbation_may_ask_a_model() -> None:
    outcome = fakes.one(fakes.Recorder(), lambda it, rng: under_stress(partial(perturbed, asking), it, rng))
    assert isinstance(outcome.value, Stressed)
    assert outcome.value.perturbed[0][:-1] == "text "


def test_one_that_asks_is_refused_where_nobody_answers() -> None:
    assert unasked(perturbed(shuffled, "a b c", Random(0)), "it")
    with pytest.raises(UserError, match="asks a model"):
        unasked(perturbed(asking, "a b c", Random(0)), "perturbation 'asking'")
