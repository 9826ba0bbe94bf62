"""Attacks from the literature against TextAttack's own classes, text by text and row by row."""

from __future__ import annotations

import gzip
import json
from functools import cache, partial
from typing import Any

import pytest
from harness_text.attacks.pruthi import pruthi
from harness_text.attacks.pwws import pwws
from harness_text.attacks.textbugger import textbugger
from harness_text.attacks.textfooler import textfooler
from textattack_by_hand import SAMPLES, SHARED, Bag, prepared, run, told

from harness import Sample, paired_difference

NEIGHBOURS = SHARED / "data/resources/synonyms/counterfitted_neighbors.json.gz"
RECIPES = "textattack_substituted"
OUTCOMES = [(True, True), (True, False), (False, True), (False, False)]
needs_shared = pytest.mark.skipif(not NEIGHBOURS.exists(), reason="needs ../shared")


@pytest.mark.parametrize("budget", [None, 40])
def test_pwws_is_textattacks_on_every_sample(budget: int | None) -> None:
    samples = [each for each in SAMPLES if each.id != "odd"]
    theirs = told(run(prepared("PWWSRen2019", budget), samples))
    ours = told(run(partial(pwws, max_queries=budget), samples))
    if budget is None:
        assert ours == theirs
    assert {name: each[0] for name, each in ours.items()} == {name: each[0] for name, each in theirs.items()}


@needs_shared
def test_textfooler_is_textattacks_with_the_same_neighbours() -> None:
    theirs = told(run(prepared(f"{RECIPES}:textfooler"), SAMPLES))
    assert told(run(partial(textfooler, neighbours=NEIGHBOURS), SAMPLES)) == theirs


def test_pruthi_asks_as_many_rows_as_textattack() -> None:
    theirs, ours = told(run(prepared("Pruthi2019"), SAMPLES)), told(run(pruthi, SAMPLES))
    assert {name: each[0] for name, each in ours.items()} == {name: each[0] for name, each in theirs.items()}
    assert {name: each[2] for name, each in ours.items()} == {name: each[2] for name, each in theirs.items()}


@cache
def sentences(count: int) -> list[Sample[str]]:
    with gzip.open(SHARED / "data/text/sst2/dev.jsonl.gz", "rt", encoding="utf-8") as file:
        rows = [json.loads(line) for line, _ in zip(file, range(count), strict=False)]
    return [Sample(str(at), row["text"], int(row["label"])) for at, row in enumerate(rows)]


@cache
def minilm() -> Any:
    from harness_transformers import transformers

    return transformers(path=str(SHARED / "models/minilm-sentiment"))


@pytest.mark.slow
@needs_shared
@pytest.mark.parametrize(
    ("attack", "recipe"),
    [(pwws, "PWWSRen2019"), (partial(textfooler, neighbours=NEIGHBOURS), f"{RECIPES}:textfooler")],
    ids=["pwws", "textfooler"],
)
def test_on_a_hundred_sentences_every_outcome_text_and_count_is_textattacks(attack: Any, recipe: str) -> None:
    samples = sentences(100)
    assert told(run(attack, samples, minilm())) == told(run(prepared(recipe), samples, minilm()))


@pytest.mark.slow
@needs_shared
@pytest.mark.parametrize(
    ("attack", "recipe"),
    [(pruthi, "Pruthi2019"), (partial(textbugger, neighbours=NEIGHBOURS), f"{RECIPES}:textbugger")],
    ids=["pruthi", "textbugger"],
)
def test_drawn_edits_are_as_strong_as_textattacks_within_ten_points(attack: Any, recipe: str) -> None:
    samples = sentences(200)
    ours, theirs = told(run(attack, samples, minilm())), told(run(prepared(recipe), samples, minilm()))
    robust = [(ours[name][0] == "failed", theirs[name][0] == "failed") for name in ours]
    both, first, second, neither = map(robust.count, OUTCOMES)
    low, high = paired_difference(both, first, second, neither, 0.975)
    assert -0.1 <= low <= high <= 0.1


def test_the_bag_is_no_constant() -> None:
    assert len({round(float(row[1]), 3) for row in Bag()([each.input for each in SAMPLES])}) > 3
