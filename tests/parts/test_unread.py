"""How much of a text the model reads."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import pytest

from harness.models import connect
from harness.parts.unread import cuts_of, read_of


def cut_at(count: int) -> Any:
    return lambda texts: [max(0, len(text.split()) - count) for text in texts]


@pytest.mark.parametrize("count", range(9))
def test_the_longest_beginning_of_which_nothing_is_cut(count: int) -> None:
    text = " one  two three\nfour five six seven "
    read, rest, unread = read_of(text, cut_at(count))
    assert (read + rest, unread) == (text, max(0, 7 - count))
    assert len(read.split()) == min(7, count)


def test_inputs_that_are_no_texts_and_models_that_do_not_say_are_left() -> None:
    pair = {"premise": "a b c", "hypothesis": "d"}
    assert read_of(pair, cut_at(1)) == (pair, "", 0)
    assert read_of("a b c", None) == ("a b c", "", 0)


def test_an_adapter_that_cannot_count_is_left_to_its_questions() -> None:
    def broken(texts: Sequence[str]) -> list[int]:
        raise ValueError("no")

    assert read_of("a b c", broken) == ("a b c", "", 0)


@pytest.mark.parametrize(("side", "known"), [("right", True), ("left", False)])
def test_a_model_that_cuts_the_beginning_is_left_alone(side: str, known: bool) -> None:
    def model(texts: Sequence[str]) -> list[list[float]]:
        return [[0.5, 0.5]] * len(texts)

    vars(model).update(cut=cut_at(1), tokenizer=lambda: SimpleNamespace(truncation_side=side))
    assert (cuts_of(connect(model)) is not None) == known
