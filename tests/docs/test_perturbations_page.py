"""The page of perturbations has a line for each, as the table, the traits and the reviews have it."""

from __future__ import annotations

import pytest
from harness_text.perturbations.table import TABLE

from benchmarks.perturbations import BEGIN, END, PAGE, REVIEWS, page_table
from harness.suite.components import find

TEXT = PAGE.read_text(encoding="utf-8")


def test_every_perturbation_stands_in_the_table() -> None:
    lines = TEXT.split(BEGIN)[1].split(END)[0].splitlines()[2:]
    assert [line.split("`")[1] for line in lines] == sorted(TABLE)
    for line, name in zip(lines, sorted(TABLE), strict=True):
        assert TABLE[name].few in line
        assert TABLE[name].source in line


def test_those_that_are_no_plain_functions_are_named_too() -> None:
    of_texts = {each.name for each in find("perturbations").values() if each.module.startswith("harness_text")}
    assert {name for name in of_texts if f"`{name}`" not in TEXT} == set()


@pytest.mark.skipif(not REVIEWS.exists(), reason="needs the film reviews in ../shared")
def test_the_table_is_what_the_benchmark_writes() -> None:
    assert TEXT.split(BEGIN)[1].split(END)[0] == page_table()
