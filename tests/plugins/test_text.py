"""The native text components, driven by hand: nothing of a text gets lost, no budget is exceeded."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from random import Random
from zlib import crc32

import pytest
from harness_text.deepwordbug import deepwordbug
from harness_text.kinds import word_weights
from harness_text.words import replaced, unit_spans, units, word_spans
from hypothesis import given, settings
from hypothesis import strategies as st

from harness import Attribution, Sample, Session
from harness.parts.leave_one_out import leave_one_out

anything = st.text(st.characters(codec=None), max_size=60)
spaced = st.text(
    st.sampled_from(list("ab' -\u2019\u00e9\u0301\u05d0\u202e\U0001f600\u200d\x00\x1c\u3000\ud800\n\t.,")), max_size=40
)
AWKWARD = [
    "naïve  \u05e9\u05dc\u05d5\u05dd\u202e e\u0301\t\U0001f468\u200d\U0001f469\n",
    "\ud800 a\udfff",
    "\x00\x1f\x85 \u2028",
]
texts = anything | spaced | st.sampled_from(AWKWARD)


def drive(session: Session[object], model: Callable[[str], list[float]]) -> tuple[object, list[list[str]]]:
    """The result of a session on a model of one text, and what it asked."""
    asked: list[list[str]] = []
    try:
        question = next(session)
        while True:
            asked.append([str(text) for text in question.inputs])
            question = session.send([model(text) for text in asked[-1]])
    except StopIteration as stop:
        return stop.value, asked


def random_model(text: str) -> list[float]:
    share = 0.5 + crc32(text.encode("utf-8", "surrogatepass")) % 100 / 201
    return [share, 1 - share]


@settings(max_examples=50, deadline=None)
@given(texts)
def test_units_join_to_the_text_they_were_cut_from(text: str) -> None:
    cut = units(text)
    assert "".join(cut) == text
    assert all(cut)
    assert len(cut) >= max(len(text.split()), bool(text))
    assert [text[start:end] for start, end in unit_spans(text)] == [unit.strip() for unit in cut if unit.strip()]


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        (
            "四星的酒店\uff0c虽然iPhone15很好。",
            ["四", "星", "的", "酒", "店\uff0c", "虽", "然", "iPhone15", "很", "好。"],
        ),
        ("\uff08你好\uff09\uff01 very good", ["\uff08你", "好\uff09\uff01 ", "very ", "good"]),
        ("น้ำดี มาก", ["น้ำ", "ดี ", "ม", "า", "ก"]),
        ("東京のﾊﾟﾝ", ["東", "京", "の", "ﾊﾟ", "ﾝ"]),
        ("ខ្ញុំត្ត", ["ខ្ញុំ", "ត្ត"]),
        ("한국어 호텔", ["한국어 ", "호텔"]),
    ],
)
def test_where_words_are_not_parted_units_are_characters(text: str, cut: list[str]) -> None:
    assert units(text) == cut


BASES, MARKS = "กเຂໂ四か\u0f40ក", "\u0e31\u0e48\u0e33\u0eb1\u0eb3\u3099\u0f71\u17b6\u0301"


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(BASES), st.text(st.sampled_from(MARKS), max_size=2)).map("".join)))
def test_characters_are_unicodes_grapheme_clusters(written: list[str]) -> None:
    regex = pytest.importorskip("regex")
    assert units("".join(written)) == regex.findall(r"\X", "".join(written))


def test_a_chinese_text_is_explained_character_by_character() -> None:
    found, _ = drive(
        leave_one_out(Sample("1", "很好吃"), Random(0)), lambda text: [0.1, 0.9] if "好" in text else [0.8, 0.2]
    )
    assert isinstance(found, Attribution)
    assert found.units == ["很", "好", "吃"]
    assert found.weights == pytest.approx([0, 0.7, 0])


def test_units_keep_a_words_space_and_the_first_keeps_what_precedes_it() -> None:
    assert units("  a bc,\n d ") == ["  a ", "bc,\n ", "d "]
    assert units(" \n ") == [" \n "]
    assert units("") == []


@settings(max_examples=50, deadline=None)
@given(texts)
def test_word_spans_are_disjoint_in_order_and_hold_words(text: str) -> None:
    ends = [0, *(place for span in word_spans(text) for place in span)]
    assert ends == sorted(ends)
    assert all(re.fullmatch(r"\w(.*\w)?", text[slice(*span)], re.DOTALL) for span in word_spans(text))


def test_words_hold_inner_apostrophes_and_hyphens_only() -> None:
    text = "'Don\u2019t' re-use -x- it's: 3.5"
    assert [text[slice(*span)] for span in word_spans(text)] == ["Don\u2019t", "re-use", "x", "it's", "3", "5"]
    assert replaced("one two", (4, 7), "2") == "one 2"


# leave_one_out


def test_leave_one_out_by_hand() -> None:
    shares = {"very good film": 0.9, "good film": 0.8, "very film": 0.3, "very good ": 0.85}
    found, asked = drive(
        leave_one_out(Sample("1", "very good film"), Random(0)), lambda text: [1 - shares[text], shares[text]]
    )
    assert isinstance(found, Attribution)
    assert found.units == ["very ", "good ", "film"]
    assert found.weights == pytest.approx([0.1, 0.6, 0.05])
    assert found.label == 1
    assert asked == [["very good film", "good film", "very film", "very good "]]


@settings(max_examples=25, deadline=None)
@given(texts)
def test_leave_one_out_asks_the_text_without_each_unit(text: str) -> None:
    found, [[whole, *without]] = drive(leave_one_out(Sample("1", text), Random(0)), random_model)
    cut = units(text)
    assert whole == text
    assert without == ["".join(cut[:at] + cut[at + 1 :]) for at in range(len(cut))]
    assert isinstance(found, Attribution)
    assert (found.units, len(found.weights)) == (cut, len(cut))


def test_leave_one_out_of_a_text_without_words() -> None:
    assert drive(leave_one_out(Sample("1", ""), Random(0)), random_model) == (Attribution([], [], 0), [[""]])
    found, asked = drive(leave_one_out(Sample("1", " "), Random(0)), lambda text: [0.75, 0.25])
    assert found == Attribution([" "], [0.0], 0)
    assert asked == [[" ", ""]]


# deepwordbug


def distance(one: str, other: str) -> int:
    """Levenshtein's distance: the last row of the usual table."""
    row = list(range(len(other) + 1))
    for at, letter in enumerate(one, 1):
        before, row[0] = row[0], at
        for to, letter_too in enumerate(other, 1):
            before, row[to] = row[to], min(row[to] + 1, row[to - 1] + 1, before + (letter != letter_too))
    return row[-1]


def attacked(
    text: str, model: Callable[[str], list[float]], budget: int = 30, seed: int = 0
) -> tuple[str, list[list[str]]]:
    found, asked = drive(deepwordbug(Sample("1", text, 0), Random(seed), edit_distance=budget), model)
    assert isinstance(found, str)
    return found, asked


def around(text: str) -> list[str]:
    """What stands before, between and after the words."""
    ends = [0, *(place for span in word_spans(text) for place in span), len(text)]
    return [text[start:end] for start, end in zip(ends[::2], ends[1::2], strict=True)]


@settings(max_examples=50, deadline=None)
@given(texts, st.integers(0, 6), st.integers(0, 9))
def test_deepwordbug_stays_within_its_edits_and_changes_words_only(text: str, budget: int, seed: int) -> None:
    found, asked = attacked(text, random_model, budget, seed)
    assert distance(text, found) <= budget
    assert re.fullmatch(".+".join(map(re.escape, around(text))), found, re.DOTALL)
    assert len(found.split()) == len(text.split())
    assert found == text or found in {each for question in asked[1:] for each in question}


@settings(max_examples=25, deadline=None)
@given(spaced, st.integers(0, 9))
def test_deepwordbug_never_ends_with_a_text_the_model_is_surer_of(text: str, seed: int) -> None:
    found, _ = attacked(text, random_model, seed=seed)
    assert random_model(found)[0] <= random_model(text)[0]


def test_deepwordbug_attacks_the_most_important_word_first_and_stops_at_success() -> None:
    def model(text: str) -> list[float]:
        share = 0.2 + 0.5 * ("great" in text) + 0.2 * ("film" in text)
        return [share, 1 - share]

    found, asked = attacked("a film so great", model)
    assert asked[0] == ["a film so great", "a [UNK] so great", "a film [UNK] great", "a film so [UNK]"]
    assert found.startswith("a film so ")
    assert found != "a film so great"
    assert len(asked) == 2


def test_deepwordbug_asks_the_four_edits_of_a_word() -> None:
    _, asked = attacked("word", lambda text: [0.9, 0.1])
    lengths = sorted(len(each) for each in asked[1])
    assert lengths == [3, 4, 4, 5]
    assert all(distance("word", each) <= 2 for each in asked[1])


def test_deepwordbug_gives_its_best_try_when_it_does_not_succeed() -> None:
    words = [f"w{number:02}x" for number in range(12)]

    def model(text: str) -> list[float]:
        share = 0.9 - sum(word not in text for word in words) / 100
        return [share, 1 - share]

    found, _ = attacked(" ".join(words), model, budget=5)
    assert 0 < distance(" ".join(words), found) <= 5


def test_the_generator_alone_decides_what_deepwordbug_does() -> None:
    text = "the quick brown fox jumps over the lazy dog"
    assert attacked(text, random_model, seed=1) == attacked(text, random_model, seed=1)
    assert attacked(text, random_model, seed=1) != attacked(text, random_model, seed=2)


def test_deepwordbug_leaves_alone_what_has_no_word_of_two_letters() -> None:
    for text in ("", " ", "a b", "?! \U0001f600"):
        assert attacked(text, random_model) == (text, [[text]])


def test_ten_thousand_words_are_cut_explained_and_attacked() -> None:
    text = "ab " * 10_000
    assert len(units(text)) == len(word_spans(text)) == 10_000

    def first(questions: Session[object]) -> Sequence[object]:
        return next(questions).inputs

    assert len(first(leave_one_out(Sample("1", text), Random(0)))) == 10_001
    found, _ = attacked(text, lambda each: [0.5 + len(each) % 7 / 100, 0.5 - len(each) % 7 / 100], budget=3)
    assert distance(text[:50], found[:50]) <= 3


def test_white_space_alone_is_cut_in_linear_time() -> None:
    assert units(" " * 10**6) == [" " * 10**6]


def test_units_are_compared_word_by_word() -> None:
    assert word_weights(["a ", "fine ", "film"], [1, 2, 3]).tolist() == [1 * 1 / 2, 2 * 4 / 5, 3]
    assert word_weights(["a", " fi", "ne", " film"], [1, 3, 2, 5]).tolist() == pytest.approx([1, 2 + 2, 4])
    assert word_weights(["", "fine"], [7, 2]).tolist() == [2]
    assert word_weights([" "], [1]).tolist() == []
    assert word_weights(["很好", "吃"], [2, 5]).tolist() == [1, 1, 5]
