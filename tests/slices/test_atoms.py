"""The phrases that weak segments are made of."""

from __future__ import annotations

from harness.slices.atoms import phrases


def test_a_text_has_its_length_what_is_in_it_and_its_frequent_words() -> None:
    stated = phrases(["no refund came", "a refund of 3", "fine", "a long and winding road"])
    length = ["words from 2.5", "words under 3.5", "words under 4.25"]
    has = ["no numbers", "no entities", "has negation"]
    assert stated[0].split("\n") == [*length, *has, "says 'came'", "says 'no'", "says 'refund'"]
    assert "has numbers" in stated[1].split("\n")


def test_a_row_has_the_quartiles_of_its_numbers_and_its_categories() -> None:
    stated = phrases([{"age": age, "city": "ab"[age % 2]} for age in range(8)])
    assert stated[7].split("\n") == ["age from 1.75", "age from 3.5", "age from 5.25", "city is b"]


def test_of_other_inputs_nothing_is_said() -> None:
    assert phrases([[1, 2], [3, 4]]) == ["", ""]
