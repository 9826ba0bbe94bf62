"""Identity swaps: the same text about somebody else, as its author would have written it."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from random import Random

import pytest
from harness_fairness.lexicons import AXES, GENDER, NAMES
from harness_fairness.swaps import Axis
from harness_fairness.words import Words
from hypothesis import given
from hypothesis import strategies as st

SHARED = Path(__file__).parents[3] / "shared" / "data" / "text"


def _versions(axis: str, text: str, most: int = 40, seed: int = 0) -> dict[str, str]:
    found = Axis(axis, AXES[axis]).versions({"": text}, Random(seed), most)
    return {each.group: each.texts[""] for each in found}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("He likes his dog, it likes him and is his.", "She likes her dog, it likes her and is hers."),
        ("She said her mother saw her in the market.", "He said his father saw him in the market."),
        ("It made her feel sad and hurt her feelings.", "It made him feel sad and hurt his feelings."),
        ("HE IS AN ACTOR", "SHE IS AN ACTRESS"),
        ("The actor's wife met a heroine.", "The actress's husband met a hero."),
        ("An heiress and her brothers", "An heir and his sisters"),
        ("A king died.", "A queen died."),
        ("An uncle came.", "An aunt came."),
        ("An aunt and a hostess", "An uncle and a host"),
        ("My mother-in-law waited.", "My father-in-law waited."),
        ("Mr. Smith lost himself. Mr Smith!", "Ms. Smith lost herself. Ms Smith!"),
        ("Mother said so; the MEN agreed", "Father said so; the WOMEN agreed"),
    ],
)
def test_gender_is_exchanged_throughout_and_the_text_still_reads_well(before: str, after: str) -> None:
    assert list(_versions("gender", before).values()) == [after]


@pytest.mark.parametrize(
    "text",
    [
        "the human manner of others",
        "Spider-Man met Queen Latifah at Burger King",
        "a man-made lake",
        "write to he@she.org or @he, see www.she.com, a_he_b",
        "",
        "   \n\t",
    ],
)
def test_parts_of_words_proper_names_and_addresses_are_left_alone(text: str) -> None:
    assert _versions("gender", text) == {}


def test_names_become_the_same_other_name_of_the_same_gender_everywhere() -> None:
    found = _versions("names", "John Smith said Mary's dog bit John. JOHN!")["arab"]
    first, last = found.split()[:2]
    assert first in NAMES["arab"]["name male"].split()
    assert last in NAMES["arab"]["name last"].split()
    assert found == f"{first} {last} said {found.split()[3]} dog bit {first}. {first.upper()}!"
    assert found.split()[3].removesuffix("'s") in NAMES["arab"]["name female"].split()


def test_gender_swaps_change_names_too_so_that_pronouns_still_fit() -> None:
    [found] = _versions("gender", "Ahmed said he is tired.").values()
    name = found.split()[0]
    assert name in GENDER["female"]["name arab"].split()
    assert found == f"{name} said she is tired."


def test_words_that_are_names_only_with_a_capital_are_names_only_then() -> None:
    assert _versions("names", "a frank word with jack") == {}
    assert _versions("names", "I met Frank there.")
    assert _versions("names", "i met michael there")  # who writes no capitals writes none in names
    assert _versions("names", "the Miller and the Smith") == {}  # a last name follows a first name or a title
    assert _versions("names", "Mrs. Smith left")


@pytest.mark.parametrize(
    ("before", "group", "after"),
    [
        ("A Muslim man", "atheist", "An atheist man"),
        ("An atheist.", "christian", "A Christian."),
        ("Muslims pray", "atheist", "Atheists pray"),
        ("the muslims", "jewish", "the jews"),
        ("The Muslims' rights", "jewish", "The Jews' rights"),
        ("a Jew and a Jewish boy", "sikh", "a Sikh and a Sikh boy"),
        ("a Christian, a Christian boy", "jewish", "a Jewish person, a Jewish boy"),
        ("Muslims and Jews", "jewish", "Jews and Muslims"),
        ("a church", "muslim", "a mosque"),
    ],
)
def test_religions(before: str, group: str, after: str) -> None:
    assert _versions("religion", before)[group] == after


def test_a_group_without_the_word_that_a_text_needs_is_left_out() -> None:
    assert "atheist" not in _versions("religion", "the church")
    assert "atheist" in _versions("religion", "the Christians")


@pytest.mark.parametrize(
    ("before", "group", "after"),
    [
        ("an American film", "polish", "a Polish film"),
        ("a Pole in Poland", "iranian", "an Iranian in Iran"),
        ("A Ukrainian", "american", "An American"),
        ("French people", "german", "Germans"),
        ("the Mexicans' food", "british", "the British people's food"),
    ],
)
def test_nationalities(before: str, group: str, after: str) -> None:
    assert _versions("nationality", before)[group] == after


@pytest.mark.parametrize(
    "text", ["she speaks French", "an African American man", "to polish the china", "roast turkey", "in German."]
)
def test_languages_and_other_words_are_no_nationality(text: str) -> None:
    assert _versions("nationality", text) == {}


def test_ages() -> None:
    assert _versions("age", "A 72-year-old woman and an old man")["young"] == "A 22-year-old woman and a young man"
    assert _versions("age", "a young lady, 25 years old")["old"] == "an elderly lady, 75 years old"
    assert _versions("age", "an old house, a 30-year-old whisky, 5 years old, young at heart") == {}


def test_disabilities() -> None:
    assert _versions("disability", "a blind man")["autistic"] == "an autistic man"
    assert _versions("disability", "She is deaf.")["blind"] == "She is blind."
    assert _versions("disability", "a wheelchair user")["blind"] == "a blind person"
    assert _versions("disability", "blind faith, a deaf ear, a blind date") == {}


def test_versions_are_drawn_by_the_seed_and_no_more_than_asked_for() -> None:
    assert len(_versions("nationality", "the French", most=4)) == 4
    assert _versions("nationality", "the French", 4, seed=1) == _versions("nationality", "the French", 4, seed=1)
    assert set(_versions("nationality", "the French", 4, seed=1)) != set(
        _versions("nationality", "the French", 4, seed=2)
    )


def test_fields_of_a_pair_are_changed_together() -> None:
    [found] = Axis("gender", AXES["gender"]).versions({"premise": "John ran.", "hypothesis": "he ran"}, Random(0), 1)
    assert found.texts["hypothesis"] == "she ran"
    assert found.texts["premise"] != "John ran."


@given(
    st.text(max_size=300)
    | st.lists(st.sampled_from(["he", "her", "John", "'s", ".", "a", "Muslims", "'", "-"])).map(" ".join)
)
def test_any_text_is_taken_and_only_words_of_the_axis_change(text: str) -> None:
    for axis in AXES:
        for found in _versions(axis, text, most=2).values():
            assert found != text


@pytest.mark.parametrize(
    ("unit", "swapped"), [("she told him. ", "he told her. "), ("a year old he ", "a year old she "), ("' he", "' she")]
)
def test_a_hostile_text_of_a_million_characters_is_taken(unit: str, swapped: str) -> None:
    """What is quadratic in the length of a text would not come to an end here."""
    text = unit * (1_000_000 // len(unit))
    for axis in ("names", "age", "nationality"):
        assert not _versions(axis, text, most=1)
    [found] = _versions("gender", text, most=1).values()
    assert found == text.replace(unit, swapped)


def _rows(name: str) -> list[dict[str, str]]:
    path = SHARED / name / "dev.jsonl.gz"
    if not path.exists():
        pytest.skip(f"../shared has no {name}: these are the published pairs that the swaps are compared with")
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def test_every_sentence_of_winogender_becomes_its_published_counterpart() -> None:
    by_gender: dict[tuple[str, ...], dict[str, str]] = {}
    for row in _rows("winogender"):
        by_gender.setdefault((row["occupation"], row["participant"], row["answer"]), {})[row["gender"]] = row["text"]
    pairs = [(each["male"], each["female"]) for each in by_gender.values() if {"male", "female"} <= each.keys()]
    assert len(pairs) == 168
    for male, female in pairs:
        assert list(_versions("gender", male).values()) == [female]
        assert list(_versions("gender", female).values()) == [male]


def test_nearly_all_of_winobias_becomes_its_published_counterpart() -> None:
    """The rest are pairs that differ in more than gender, and "pay her tips"."""
    pairs = [(row["pro_text"], row["anti_text"]) for row in _rows("winobias")]
    pairs += [(after, before) for before, after in pairs]
    right = sum(list(_versions("gender", before).values()) == [after] for before, after in pairs)
    assert right >= 1_530
    assert len(pairs) == 1_578


@pytest.mark.slow
def test_every_person_of_the_equity_evaluation_corpus_is_found() -> None:
    rows = _rows("equity_evaluation_corpus")
    unfound = {row["person"] for row in rows if not _versions("gender", row["text"], 1)}
    unfound |= {row["person"] for row in rows if row["race"] and not _versions("names", row["text"], 1)}
    assert not unfound


def test_a_name_that_is_a_first_and_a_last_one_is_what_stands_before_it() -> None:
    axis = Axis("names", NAMES)
    for text, form in (
        ("Thanks to Scott for the film.", "name male"),
        ("Mr. Scott likes it.", "name last"),
    ):
        assert [mention.form for mention in axis.mentions(Words(text))] == [form]
    assert [mention.form for mention in axis.mentions(Words("Emily Scott likes it."))] == ["name female", "name last"]
