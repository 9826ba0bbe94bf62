"""What perturbations do to a thousand sentences of film reviews, and that no two do the same."""

from __future__ import annotations

import gzip
import json
from functools import cache
from itertools import combinations
from pathlib import Path
from random import Random

import harness_text.perturbations as shipped
import pytest
from harness_text.perturbations.table import TABLE

from harness.parts.languages import MadeFor, made_for
from harness.suite.components import Component

REVIEWS = Path(__file__).parents[3] / "shared/data/text/mr_rotten_tomatoes/train.jsonl.gz"
FOREIGN = {
    "latin": "The film isn't good, and it is 90 minutes too long.",
    "cjk": "\u8fd9\u5bb6\u9152\u5e97\u7684\u670d\u52a1\u975e\u5e38\u597d\uff0c\u623f\u95f4\u5f88\u5e72\u51c0\u3002",
    "devanagari": "\u092f\u0939 \u092b\u093f\u0932\u094d\u092e \u092c\u0939\u0941\u0924 \u0905\u091a\u094d\u091b\u0940",
    "arabic": "\u0627\u0644\u063a\u0631\u0641\u0629 \u0646\u0638\u064a\u0641\u0629 \u0625\u0644\u0649 \u062d\u062f",
}


@cache
def reviews() -> list[str]:
    if not REVIEWS.exists():
        pytest.skip(f"needs {REVIEWS}")
    with gzip.open(REVIEWS, "rt", encoding="utf-8") as lines:
        return [json.loads(line)["text"] for line, _ in zip(lines, range(1000), strict=False)]


@cache
def perturbed(name: str) -> list[str]:
    """The texts, each by a generator of its own; a perturbation of another language gets its own texts."""
    function = getattr(shipped, name)
    return [function(text, Random(seed), severity=3) for seed, text in enumerate([*reviews(), *TABLE[name].on])]


def known(name: str) -> MadeFor:
    return made_for(Component("perturbations", name, getattr(shipped, name)))


def changed(name: str) -> int:
    """How many reviews it changes: none where it is not made for English."""
    fit = known(name).fits("a film", "en")
    return fit * sum(one != other for one, other in zip(reviews(), perturbed(name), strict=False))


@pytest.mark.parametrize("name", TABLE)
def test_it_changes_half_of_the_reviews_or_its_row_says_why_not(name: str) -> None:
    row, count = TABLE[name], changed(name)
    assert (count >= 500) == (not row.few), count
    assert bool(row.on) == bool(row.few)
    assert all(one != other for one, other in zip(row.on, perturbed(name)[1000:], strict=True))


def test_no_two_agree_on_nearly_all_texts() -> None:
    """Of the texts that either changes."""
    for one, other in combinations(TABLE, 2):
        pairs = list(zip(reviews(), perturbed(one), perturbed(other), strict=False))
        touched = [(a, b) for text, a, b in pairs if {a, b} != {text}]
        alike = sum(a == b for a, b in touched)
        assert not touched or alike / len(touched) <= 0.95, (one, other)


@pytest.mark.parametrize("name", TABLE)
def test_other_scripts_are_untouched_where_it_is_made_for_some(name: str) -> None:
    scripts = known(name).scripts
    for script, text in FOREIGN.items():
        assert known(name).fits(text, "") == (not scripts or script in scripts)


def test_there_are_more_than_forty_five() -> None:
    assert len(TABLE) >= 45
