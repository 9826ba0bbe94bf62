"""One table of all perturbations with what they promise, and one test for each promise."""

from __future__ import annotations

import gzip
import json
import lzma
import re
from collections import Counter
from itertools import pairwise
from pathlib import Path
from random import Random
from statistics import mean
from typing import Any
from unicodedata import category

import harness_text.perturbations as shipped
import pytest
from harness_text.perturbations.contractions import SHORT
from harness_text.perturbations.lookalikes import HOMOGLYPHS, OCR
from harness_text.perturbations.table import TABLE
from hypothesis import example, given, settings
from hypothesis import strategies as st
from perturbation_promises import PROMISES

from harness import UserError, traits_of
from harness.suite import components

RESOURCES = Path(__file__).parents[3] / "shared/data/resources"

PASSAGE = """\
I don't think it is the best of the 12 films I've seen since 1998, but it's a clever one; they're not shy.
The director (aged 45) couldn't have found better actors: she is wonderful, he's funny, and I'm glad we have seen them!
You will laugh 3 times in 10 minutes. It isn't cheap, it cost 2.50 more than the last one, yet I can't complain.
That is all there is to say... Would I go again? I will not wait 20 years."""

REVIEWS = (
    "this film isn't worth the 8 dollars, that we have paid for it.",
    "One of the 10 best thrillers of the year, and it's no cheap pleasure.",
    "It is slow, dull and much too long: 3 hours at the cinema that you won't get back!",
)

AWKWARD = [
    "na\u00efve  \u05e9\u05dc\u05d5\u05dd\u202e e\u0301te\u0301 sche\u0301ma\u0301s\t\U0001f468\u200d\U0001f469\n",
    "\ud800 words\udfff \ud83d\ude00word",
    "\x00\x1f\x85 good\x1cfilm \u2028",
    "\u0939\u093f\u0928\u094d\u0926\u0940 \u0e20\u0e32\u0e29\u0e32 \u0627\u0644\u0639\u0631\u0628\u064a\u0651\u0629",
    "\u0130stanbul \u0131l\u0131k stra\u00dfe \u017ft\u0131ll i\u017f not \u212aind; film\u0130 \u0390\u0390",
]
SIGNS = "abeimnorstvwI1250'\" .,;:!?-\n\t\x00\x1c\u2019\u00e9\u0301\u05d0\u202e\u3000\U0001f600\u200d\ud800"
WORDS = ["not", "do not", "it's", "don't", "film", "na\u00efve", "good\u0301", "1990", "3.5", "\n", "  ", "(fine.)"]
texts = (
    st.text(st.characters(codec=None), max_size=60)
    | st.text(st.sampled_from(SIGNS), max_size=60)
    | st.lists(st.sampled_from(WORDS)).map(" ".join)
    | st.sampled_from(AWKWARD)
)

WORDNET = {"synonyms", "antonyms"}
REWRITING = {"masked_words", "inserted_words", "paraphrase", "back_translation"}
"""What is no pure function: see `test_rewriting.py`."""

ALIASES = {"typos": "keyboard_typos", "casing": "change_case"}

every = pytest.mark.parametrize("name", PROMISES)
misspelling = pytest.mark.parametrize("name", ["delete_letters", "keyboard_typos", "repeat_letters", "swap_letters"])


def perturbed(name: str, text: str, severity: int = 3, seed: int = 0, **parameters: Any) -> str:
    found = getattr(shipped, name)(text, Random(seed), severity=severity, **parameters)
    assert isinstance(found, str)
    return found


def passage(name: str) -> str:
    """A text with many places for it."""
    return " ".join(TABLE[name].on * 4) or PASSAGE


def novelty(text: str, found: str) -> int:
    """How many pairs of neighbouring characters are new."""
    before, after = (Counter(each[at : at + 2] for at in range(len(each) - 1)) for each in (text, found))
    return (after - before).total() + (before - after).total()


def clusters(text: str) -> list[str]:
    """Every character that carries marks or joiners, with them; what white space carries does not count."""
    found = [" "]
    for sign in text:
        tied = sign == "\u200d" or category(sign).startswith("M")
        found[-1:] = [found[-1] + sign] if tied else [found[-1], sign]
    return sorted(each for each in found if len(each) > 1 and not each[0].isspace())


def test_the_table_holds_every_perturbation_that_is_shipped() -> None:
    points = [each for each in components.find("perturbations").values() if each.module.startswith("harness_text")]
    of_names = {point.name: point.load() for point in points}
    assert set(PROMISES) == set(TABLE) == set(shipped.__all__) == set(of_names) - {*ALIASES, *REWRITING, *WORDNET}
    assert all(of_names[name] is getattr(shipped, ALIASES.get(name, name)) for name in {*ALIASES, *PROMISES})


@every
def test_it_says_whether_it_keeps_the_label(name: str) -> None:
    function = getattr(shipped, name)
    assert traits_of(function).keeps_label == PROMISES[name].keeps_label
    assert ("Keeps the label" in " ".join(function.__doc__.split())) == PROMISES[name].keeps_label


@every
@settings(max_examples=50, deadline=None)
@example(text="\u00bcA", severity=5, seed=0)  # a fraction is neither a letter nor a digit, and no mark
@given(text=texts, severity=st.integers(1, 5), seed=st.integers(0, 9))
def test_it_changes_nothing_but_what_it_promises(name: str, text: str, severity: int, seed: int) -> None:
    found, promise = perturbed(name, text, severity, seed), PROMISES[name]
    assert promise.reading(found) == promise.reading(text)
    kept = r"\s" if promise.keeps_spaces else r"[^\S \xa0]"  # line breaks always, but for those it is about
    if name not in {"line_wrap", "sentence_order", "truncation"}:
        assert re.findall(kept, found) == re.findall(kept, text)
    if promise.keeps_words:
        assert len(found.split()) == len(text.split())
    if promise.keeps_marks and name != "change_case":  # whose reading says as much
        assert clusters(found) == clusters(text)


@every
def test_its_promise_holds_on_a_passage(name: str) -> None:
    reading = PROMISES[name].reading
    text = passage(name)
    assert all(reading(perturbed(name, text, 5, seed)) == reading(text) for seed in range(10))


@every
def test_the_generator_alone_decides(name: str) -> None:
    text = passage(name)
    assert perturbed(name, text, seed=1) == perturbed(name, text, seed=1)
    assert len({perturbed(name, text, seed=seed) for seed in range(5)}) > 1


@every
def test_more_severity_changes_more(name: str) -> None:
    text = passage(name)
    changed = [mean(novelty(text, perturbed(name, text, each, seed)) for seed in range(20)) for each in range(1, 6)]
    assert all(less < more for less, more in pairwise(changed)), changed


@every
def test_the_mildest_severity_changes_an_ordinary_review(name: str) -> None:
    for text in TABLE[name].on or REVIEWS:
        assert all(perturbed(name, text, 1, seed) != text for seed in range(20)), text


@every
def test_it_leaves_alone_what_it_has_nothing_to_do_with(name: str) -> None:
    for text in PROMISES[name].idle:
        assert {perturbed(name, text, 5, seed) for seed in range(10)} == {text}


@every
@pytest.mark.parametrize("severity", [0, 6, -1, 2.0, True, "3", None])
def test_it_refuses_other_severities(name: str, severity: object) -> None:
    with pytest.raises(UserError, match=rf"expected a severity of 1, 2, 3, 4 or 5, got {severity!r}"):
        getattr(shipped, name)("", Random(0), severity=severity)


@every
def test_it_takes_ten_thousand_words_and_awkward_runs(name: str) -> None:
    text = f"{' '.join(TABLE[name].on) or REVIEWS[1]}\n" * 700
    assert perturbed(name, text, 5) != text
    for run in (" ", "!", "1.", "a", "\u0301", "rn", "can "):
        perturbed(name, run * 10_000 + "x", 5)


# letters


@misspelling
def test_a_misspelling_is_one_edit_in_a_share_of_the_longer_words(name: str) -> None:
    text = "not never film wonderful it no bad " * 100
    for severity in range(1, 6):
        found = perturbed(name, text, severity).split()
        changed = [(word, other) for word, other in zip(text.split(), found, strict=True) if word != other]
        assert len(changed) == pytest.approx(0.08 * severity * 300, abs=1)
        assert {word for word, _ in changed} == {"never", "film", "wonderful"}
        assert all(word[0] == other[0] and abs(len(word) - len(other)) <= 3 for word, other in changed)


def second_letters(word: str, **layout: Any) -> set[str]:
    """What becomes of the second letter of a word, its other inner letters left alone."""
    found = {perturbed("keyboard_typos", word, seed=seed, **layout) for seed in range(60)}
    return {each[1] for each in found} - {word[1]}


def test_typos_are_on_neighbouring_keys_and_keep_the_case() -> None:
    assert second_letters("LOSE") == set("IPKL")
    assert second_letters("LASE", layout="azerty") == set("ZQ")
    assert second_letters("LASE", layout="qwertz") == set("QWSY")


def test_typos_hit_only_what_nlpaug_calls_a_neighbour() -> None:
    path = RESOURCES / "typos/keyboard_en.json"
    if not path.exists():
        pytest.skip(f"needs {path}")
    theirs = json.loads(path.read_text())
    for key in "qwertyuiopasdfghjklzxcvbnm":
        ours = second_letters(f"x{key}xx")
        assert len(ours) >= 2
        # Either way round: theirs lists u under y but " t" for y under u.
        assert all(other in theirs[key] or key in theirs[other] for other in ours), key


# lookalikes


def test_homoglyphs_are_unicodes_confusables() -> None:
    path = RESOURCES / "homoglyphs/unicode_confusables.txt.gz"
    if not path.exists():
        pytest.skip(f"needs {path}")
    lines = gzip.decompress(path.read_bytes()).decode("utf-8-sig").splitlines()
    rows = [line.split(";") for line in lines if ";" in line.partition("#")[0]]
    skeleton = {
        chr(int(one, 16)): "".join(chr(int(each, 16)) for each in two.split())
        for one, two, *_ in rows
        if " " not in one.strip()
    }
    for letter, twin in HOMOGLYPHS.items():
        assert skeleton.get(twin, twin) == skeleton.get(letter, letter), letter


def replaced(word: str, shape: str, sign: str) -> set[str]:
    """The word with one of the shapes in it replaced."""
    pieces = word.split(shape)
    return {shape.join(pieces[:at]) + sign + shape.join(pieces[at:]) for at in range(1, len(pieces))}


def test_optical_confusions_were_seen_in_somebody_elses_scans() -> None:
    path = RESOURCES / "typos/token_ocr.json.xz"
    if not path.exists():
        pytest.skip(f"needs {path}")
    seen = json.loads(lzma.decompress(path.read_bytes()))
    for shape, signs in OCR.items():
        words = [word for word in seen if shape in word]
        for sign in signs:
            # No word of theirs has a digit.
            assert not words or any(replaced(word, shape, sign) & set(seen[word]) for word in words), (shape, sign)


# words and marks


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I don't know, it's good", "I do not know, it is good"),
        ("I DON'T. Can't? CANNOT", "I DO NOT. Cannot? CAN'T"),
        ("They can not, Will not", "They can't, Won't"),
        ("We\u2019re sure you are not", "We are sure you\u2019re not"),
        ("It is as I have seen it", "It's as I've seen it"),
    ],
)
def test_contractions_go_both_ways_and_keep_case_and_apostrophe(text: str, expected: str) -> None:
    assert perturbed("contractions", text, 5) == expected


def test_contractions_agree_with_somebody_elses() -> None:
    path = RESOURCES / "wordlists/contractions_dict.json"
    if not path.exists():
        pytest.skip(f"needs {path}")
    theirs = {short.lower(): long.lower() for short, long in json.loads(path.read_text()).items()}
    assert {short: theirs[short] for short in SHORT if short in theirs} == {
        short: long for short, long in SHORT.items() if short in theirs
    }
    assert len(SHORT.keys() & theirs.keys()) > 35


def test_whitespace_makes_no_other_word_of_a_negation() -> None:
    for seed in range(200):
        found = perturbed("whitespace", "it was not able, no good, nothing notable, without", 5, seed)
        assert re.fullmatch(r"it *was *not +able, *no +good, *nothing *notable, *without", found)


def test_capitals_or_none() -> None:
    assert perturbed("change_case", "The Film isn't BAD", 5) == "THE FILM ISN'T BAD"
    assert perturbed("change_case", "The Film isn't BAD", 5, to="lower") == "the film isn't bad"


def test_marks_are_dropped_doubled_and_added() -> None:
    found = {perturbed("punctuation", "Good film!", 5, seed) for seed in range(50)}
    assert found >= {"Good film", "Good film!!", "Good, film!"}
    assert {perturbed("punctuation", "Done.", 5, seed) for seed in range(50)} == {"Done", "Done..."}


def test_other_numbers_have_the_same_form() -> None:
    for seed in range(50):
        found = perturbed("change_numbers", "$3.50, 1,000 and 8/10 in 1999", 5, seed)
        assert re.fullmatch(r"\$[1-9]\.\d\d, [1-9],\d{3} and [1-9]/[1-9]\d in [1-9]\d{3}", found)
        assert all(old != new for old, new in zip("31811", re.findall(r"(?<![\d.,])\d", found), strict=True))


def test_filler_words_may_be_given() -> None:
    assert perturbed("filler_words", "ein Film", words=["halt"]) == "ein, halt, Film"
    with pytest.raises(UserError, match="at least one filler word"):
        perturbed("filler_words", "ein Film", words=[])


def test_shuffled_words_all_move_at_the_highest_severity() -> None:
    words = [f"w{at}" for at in range(30)]
    found = perturbed("shuffle_words", " ".join(words), 5).split()
    assert all(one != other for one, other in zip(words, found, strict=True))


def test_words_that_are_alike_do_not_change_places_with_each_other_alone() -> None:
    assert all(perturbed("shuffle_words", "the the the the film", 1, seed)[-4:] != "film" for seed in range(50))
