"""Attacks on texts: their texts, searches, constraints and edits, without a library beside them."""

from __future__ import annotations

from functools import partial
from random import Random
from typing import Any

import numpy as np
import pytest
from harness_text.attacks.bad_characters import CHANGES, bad_characters
from harness_text.attacks.bae import bae
from harness_text.attacks.constraints import at_least, at_most_words, no_stop_word, not_edited
from harness_text.attacks.edited import Edited
from harness_text.attacks.evolution import evolved
from harness_text.attacks.letters import EVERY, everywhere, somewhere
from harness_text.attacks.meaning import Similar, around
from harness_text.attacks.random_edits import random
from harness_text.attacks.textbugger import textbugger
from hypothesis import given
from hypothesis import strategies as st

from harness import Case, Engine, Outcome, Sample, Session, predict
from harness.tasks.attack import under_attack

TEXTS = st.text(st.sampled_from("ab'-_ \n.,!é中😀\u200b"), max_size=30) | st.text(max_size=40)


@given(text=TEXTS, data=st.data())
def test_an_edit_changes_its_word_and_nothing_around_it(text: str, data: Any) -> None:
    edited = Edited(text)
    assert [text[start:end] for start, end in edited.spans] == edited.words
    if not edited.words:
        return
    at = data.draw(st.integers(0, len(edited.words) - 1))
    start, end = edited.spans[at]
    made = edited.replaced(at, "zz")
    assert made.text == text[:start] + "zz" + text[end:]
    assert list(made.newly) == [at]
    assert made.edited == {at}
    assert edited.replaced(at, edited.words[at]).text == text


def test_a_word_that_is_left_out_takes_a_blank_along() -> None:
    text = Edited("a good film , mostly")
    assert text.replaced(0, "").text == "good film , mostly"
    assert text.replaced(2, "").text == "a good , mostly"
    assert text.replaced(3, "").text == "a good film ,"
    assert text.replaced(3, "").replaced(1, "").edited == set()


def test_places_of_edited_words_move_with_words_before_them() -> None:
    text = Edited("a good film").replaced(2, "movie")
    assert text.edited == {2}
    assert text.replaced(0, "").edited == {1}
    assert text.replaced(0, "such a").edited == {0, 1, 3}


def test_constraints() -> None:
    text = Edited("The film is good").replaced(1, "movie")
    assert [not_edited(text, at) for at in range(4)] == [True, False, True, True]
    assert [no_stop_word(text, at) for at in range(4)] == [True, True, False, True]
    assert [at_least(4)(text, at) for at in range(4)] == [False, True, False, True]
    other = text.replaced(3, "bad")
    assert list(at_most_words(1)([text, other], text, Edited("The film is good"))) == [text]


@given(word=st.text(st.characters(categories=["L", "N"]), max_size=12), seed=st.integers(0, 99))
def test_edits_of_letters_leave_the_first_and_the_last_alone(word: str, seed: int) -> None:
    made = [*everywhere(word, EVERY, Random(seed)), *somewhere(word, EVERY, Random(seed))]
    assert all(each[0] == word[0] and each[-1] == word[-1] for each in made)
    assert all(abs(len(each) - len(word)) <= 1 for each in made)
    assert bool(made) == (len(word) > 2) or not made


def test_a_window_is_around_a_word() -> None:
    text = Edited("one two three four five six")
    assert [around(text, at, 3) for at in range(6)] == [
        "one two three",
        "one two three",
        "two three four",
        "three four five",
        "four five six",
        "four five six",
    ]


class Reader:
    """Likes texts by their letters: each "good" for it, each other word a little against it."""

    labels = ("negative", "positive")

    def __call__(self, texts: list[str]) -> Any:
        liked = [1 / (1 + np.exp(-2 * text.split().count("good") + len(text.split()) / 10)) for text in texts]
        return [[1 - each, each] for each in liked]


class Encoder:
    """Embeds a text by how many of each letter it has."""

    labels = ()

    def embed(self, texts: list[str]) -> Any:
        return [[text.lower().count(letter) + 0.01 for letter in "abcdefghijklmnopqrstuvwxyz"] for text in texts]


def attacked(attack: Any, text: str, **models: Any) -> Outcome:
    engine = Engine({"": Reader(), **models}, seed=3)
    [outcome] = engine.run([Case("attack", "a", Sample("1", text, 1), partial(under_attack, attack))])
    assert outcome.error is None, outcome.error
    return outcome


@pytest.mark.parametrize("attack", [random, textbugger, bad_characters])
def test_an_attack_on_the_one_word_that_matters_succeeds(attack: Any) -> None:
    found: Any = attacked(attack, "a good film of the old and fine sort").value
    assert found.outcome == "succeeded"
    assert "good" not in found.perturbed.split()


@pytest.mark.parametrize("attack", [random, textbugger, bad_characters])
@pytest.mark.parametrize("text", ["good", "", "the", "😀", "\u202eabc", "\x00\x01", "good " * 300])
def test_texts_of_any_kind_end_without_an_error(attack: Any, text: str) -> None:
    quick = partial(attack, max_queries=60)
    assert attacked(quick, text).value is not None


@pytest.mark.parametrize("kind", sorted(CHANGES))
def test_bad_characters_are_unseen(kind: Any) -> None:
    found: Any = attacked(partial(bad_characters, kind=kind), "a good film of the old and fine sort").value
    assert found.perturbed != "a good film of the old and fine sort"
    assert found.queries <= 1 + 160 * 11


def test_evolution_finds_the_least_of_a_bowl() -> None:
    best: dict[str, Any] = {"at": np.zeros(2), "score": np.inf}

    def asked(points: Any) -> Session[Any]:
        yield from predict(["x"])
        scores = ((points - [3, -1]) ** 2).sum(axis=1)
        if scores.min() < best["score"]:
            best.update(at=points[scores.argmin()], score=scores.min())
        return scores, False

    session = evolved(asked, [(-5, 5), (-5, 5)], np.random.default_rng(1), size=10, generations=60)
    for _ in session:
        try:
            while True:
                session.send([[1.0, 0.0]])
        except StopIteration:
            break
    assert np.allclose(best["at"], [3, -1], atol=0.1)


def test_similarity_keeps_what_is_near_and_says_how_near() -> None:
    text = Edited("a good film")
    near, far = text.replaced(1, "gooood"), text.replaced(1, "xyzzyxyzzy")
    session = Similar("enc", 0.8, window=None)([near, far], text, text)
    question = next(session)
    assert question.kind == "embed"
    with pytest.raises(StopIteration) as stop:
        session.send(np.array(Encoder().embed(list(map(str, question.inputs)))))
    [kept] = stop.value.value
    assert kept.text == near.text
    assert 0.8 < kept.similarity < 1


def test_bae_takes_words_that_a_model_fills_in() -> None:
    class Filler:
        labels = ("bad", "fine", "##ly", "!")

        def fill(self, texts: list[str], top: int = 1) -> Any:
            return [[[0, 1, 3][:top], [-0.1, -0.2, -0.3][:top]] for _ in texts]

    found: Any = attacked(partial(bae, candidates=3), "a good film of the old sort", mlm=Filler()).value
    assert found.outcome == "succeeded"
    assert found.perturbed in {"a bad film of the old sort", "a fine film of the old sort"}
