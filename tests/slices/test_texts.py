"""Counts of texts, each with texts that would be miscounted by a simpler rule."""

from __future__ import annotations

import pytest

from harness.slices.texts import (
    count_entities,
    count_negations,
    count_numbers,
    count_rare_words,
    count_words,
    script_of,
)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        ("It was fine.", 0),
        ("John Smith went to New York, Paris and Rome.", 4),
        ("I said I'd go. The end! Well", 0),
        ("we met Anna", 1),
        ("ALL IN CAPITALS, EVEN ROME", 0),
        ("So (Good) we saw Dr. No", 2),
        ("\u00c0 la mer avec \u00c9lodie", 1),
    ],
)
def test_spans_of_capitals_that_begin_no_sentence_are_entities(text: str, count: int) -> None:
    assert count_entities(text) == count


@pytest.mark.parametrize(
    ("text", "count"), [("no", 1), ("isn't, CAN\u2019T, cannot", 3), ("notable knot", 0), ("neither nor", 2), ("", 0)]
)
def test_negating_words_are_whole_words(text: str, count: int) -> None:
    assert count_negations(text) == count


@pytest.mark.parametrize(
    ("text", "count"), [("3 of 1,200.50", 2), ("19:30 and 50%", 2), ("the 3rd", 1), ("B2B", 0), ("-4.5", 1), ("two", 0)]
)
def test_numbers_in_figures_count_once_each(text: str, count: int) -> None:
    assert count_numbers(text) == count


def test_words_have_inner_apostrophes_and_hyphens() -> None:
    assert count_words("it's a well-known, 3rd place") == 5


def test_a_rare_word_stands_in_no_other_text() -> None:
    assert count_rare_words(["a red red fox", "A dog", "the red dog"]) == [1, 0, 1]


HINDI = "यह होटल बहुत सुंदर है और सबको पसंद आया"
CHINESE = "四星的酒店,虽然房间有点小,但是服务很好,wifi 100"
ARABIC = "كان الفندق جميلا جدا وكانت الغرفة نظيفة"
GERMAN = "Das Hotel war sehr sauber und das Personal immer freundlich"


@pytest.mark.parametrize(("text", "script"), [
    (HINDI, "devanagari"), (CHINESE, "cjk"), (ARABIC, "arabic"), (GERMAN, "latin"), ("naïve café", "latin"),
    ("Привет, world", "cyrillic"), ("", ""), ("12 + 3 = 15", ""), ("١٢", ""),
])  # fmt: skip
def test_the_script_of_a_text_is_that_of_most_letters(text: str, script: str) -> None:
    assert script_of(text) == script
