"""How valid a found input is: its share of edits against a library's, its similarity, and what a bound does."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness import Case, Engine, Sample, Session, UserError, predict
from harness.attacked.attacking import Terms
from harness.attacked.attacks import Runner
from harness.attacked.validity import Validity, edit_share
from harness.demands.bounds import Bounds
from harness.models import connect
from harness.tasks.attack import under_attacks

nltk = pytest.importorskip("nltk.metrics.distance")
WORDS = st.lists(st.sampled_from(["a", "b", "c"]), max_size=8)


@given(one=WORDS, other=WORDS)
def test_the_share_of_edits_is_nltks_edit_distance(one: list[str], other: list[str]) -> None:
    assert edit_share(one, other) == nltk.edit_distance(one, other) / max(1, len(one))


def test_what_cannot_be_measured_is_refused() -> None:
    with pytest.raises(UserError, match="similarity is bounded, but nothing embeds"):
        Validity(bounds={"similarity": Bounds(min=0.5)}).require([])
    with pytest.raises(UserError, match="the suite has no model 'enc': add"):
        Validity("enc").require(["other"])


class Shy:
    """Takes every text that has not the word good for a negative one."""

    labels = ("negative", "positive")

    def __call__(self, texts: list[str]) -> Any:
        return [[0.1, 0.9] if "good" in text.split() else [0.9, 0.1] for text in texts]


class Letters:
    """Embeds a text by its letters."""

    labels = ()

    def embed(self, texts: list[str]) -> Any:
        return [[text.count(letter) + 0.01 for letter in "abcdefghijklmnopqrstuvwxyz"] for text in texts]


def saying(text: str) -> Any:
    def attack(sample: Sample[str], rng: Any) -> Session[str]:
        yield from predict([text])
        return text

    return attack


def ended(found: list[str], validity: Validity) -> Any:
    runners = [Runner(saying(each), terms=Terms(validity=validity), name=each) for each in found]
    engine = Engine({"": connect(Shy()), "enc": connect(Letters())}, seed=1)
    case = Case("attack", "a", Sample("1", "a good film", 1), lambda sample, rng: under_attacks(runners, sample, rng))
    [outcome] = engine.run([case])
    assert outcome.error is None, outcome.error
    return outcome.value


def test_a_find_is_measured() -> None:
    found = ended(["a goood film"], Validity("enc"))
    assert (found.outcome, found.by, found.invalid) == ("succeeded", "a goood film", "")
    assert found.edit_share == pytest.approx(1 / 3)
    one, other = (np.array(Letters().embed([each])[0]) for each in ("a good film", "a goood film"))
    assert found.similarity == pytest.approx(one @ other / np.linalg.norm(one) / np.linalg.norm(other))


def test_a_find_that_is_not_valid_counts_as_survived_and_the_next_attack_goes_on() -> None:
    near = Validity("enc", {"similarity": Bounds(min=0.9)})
    lost = ended(["xyz"], near)
    assert (lost.outcome, lost.perturbed, lost.by) == ("failed", "xyz", "")
    assert lost.invalid.startswith("similarity 0.")
    assert lost.invalid.endswith(" is below 0.9")
    found = ended(["xyz", "a goood film"], near)
    assert (found.outcome, found.by, found.invalid) == ("succeeded", "a goood film", "")


def test_nothing_is_measured_where_nobody_asks() -> None:
    found = ended(["a goood film"], Validity())
    assert (found.edit_share, found.similarity, found.invalid) == (None, None, "")
