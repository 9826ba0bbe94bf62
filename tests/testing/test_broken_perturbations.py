"""Every check of perturbations can fail: some with one thing broken each, and the line that is reported."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from functools import partial
from random import Random
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from findings import lines

from harness import (
    Case,
    Engine,
    Sample,
    Severity,
)
from harness.parts.perturbing import perturbed
from harness.stressed.asking import under_stress

if TYPE_CHECKING:
    from collections import OrderedDict


Image = np.ndarray


def unseeded(text: str, rng: Random) -> str:
    return text + str(random.random())


def counting(text: str, rng: Random, *, seen: list[str] = []) -> str:  # noqa: B006
    seen.append(text)
    return f"{text} {len(seen)}"


def failing(text: str, rng: Random) -> str:
    return text.encode().decode()


def crashing(text: str, rng: Random) -> str:
    return text.replace(text[0], "")


def none(text: str, rng: Random) -> str:
    return None  # type: ignore[return-value]


def numbers(text: str, rng: Random) -> list[str]:
    return [text, 3]  # type: ignore[list-item]


def mild(text: str, rng: Random, *, severity: Severity = 3) -> str:
    return text + "!?"[(1, 2).index(severity)]


def brighter(image: Image, rng: Random) -> Image:
    """Changes what it is given, which is a copy."""
    image[:] = np.minimum(image, 254) + 1
    return image


def buffered(image: Image, rng: Random, *, buffer: list[Any] = []) -> Image:  # noqa: B006
    buffer[:] = [each for each in buffer if each.shape == image.shape] or [image.copy()]
    buffer[0][:] = 255 - image
    return buffer[0]  # type: ignore[no-any-return]


def untaken(text, rng: Random) -> str:  # type: ignore[no-untyped-def]  # noqa: ANN001
    return str(text)


def positional(text: str, rng: Random, share: float = 0.5) -> str:
    return text


def keywords(text: str, rng: Random, **options: float) -> str:
    return text


def untyped(text: str, rng: Random, *, share=0.5) -> str:  # type: ignore[no-untyped-def]  # noqa: ANN001
    return text


def unresolved(text: str, rng: Random, *, odd: OrderedDict[str, int] | None = None) -> str:
    return text


def ill(text: str, rng: Random, *, share: float = "half") -> str:  # type: ignore[assignment]
    return text


def anything(text: str, rng: Random, *, share: object = 0.5) -> str:
    return text


def elsewhere(value: bytes, rng: Random) -> bytes:
    return value


PERTURBATIONS: Mapping[Callable[..., Any], str] = {
    unseeded: "deterministic: 'empty' gives another result when it is run again: draw from the `rng`",
    counting: "deterministic: 'empty' gives another result",
    failing: "hostile inputs: it fails on 'lone surrogates', and on",
    crashing: "hostile inputs: it fails on 'empty', and on 1 more: IndexError: string index out of range",
    none: "TypeError: expected the perturbation to return a text, or a list of texts, but got None",
    numbers: "expected the perturbation to return a text, or a list of texts, but got ['', 3]",
    mild: "it fails on 'empty' at severity 3, and on",
    buffered: "interleaved: 'image 1' gives another result when it is run among others",
    keywords: "parameter options: no suite can set it",
    positional: "parameter share: no suite can set it: write it behind a `*`",
    untyped: "parameter share: it has no type that can be read: annotate it",
    unresolved: "parameter odd: it has no type that can be read",
    ill: "parameter share: its default 'half' is not of its type",
    anything: "parameter share: {'a': ['mapping']} is accepted: give it a narrower type than",
    elsewhere: "input: perturbation 'elsewhere' takes bytes, of which there are no specimens: give some as",
}


@pytest.mark.parametrize(("component", "line"), PERTURBATIONS.items(), ids=lambda each: getattr(each, "__name__", ""))
def test_a_broken_perturbation_is_found(component: Any, line: str) -> None:
    assert line in lines(component)


def test_one_that_does_not_say_what_it_takes_is_found() -> None:
    assert "input: perturbation 'untaken' does not say what it takes" in lines(untaken, kind="perturbation")


def test_an_error_is_shown_with_its_place_in_the_components_file() -> None:
    assert f"({__file__}:{crashing.__code__.co_firstlineno + 1})" in lines(crashing)


def test_a_perturbation_that_changes_its_input_in_place_is_given_a_copy() -> None:
    assert lines(brighter) == ""


def test_the_clean_answer_is_that_of_the_untouched_input() -> None:
    asked: list[int] = []

    def model(images: list[Image]) -> list[list[float]]:
        asked.extend(int(image.max()) for image in images)
        return [[0.5, 0.5]] * len(images)

    sample = Sample("0", np.zeros((2, 2, 1), np.uint8))
    list(
        Engine({"": model}).run(
            [Case("t", "p", sample, lambda it, rng: under_stress(partial(perturbed, brighter), it, rng))]
        )
    )
    assert sorted(asked) == [0, 1]
