"""Scores as a table and in a notebook."""

from __future__ import annotations

from harness.frames.scores import score_page, score_table
from harness.scores.score import share, undefined

SCORES = {
    "attack/robust_accuracy[part=deepwordbug]": share("robust_accuracy", 3, 4, 0.95, part="deepwordbug"),
    "classification/recall[class=<b>,data=films]": share("recall", 1, 2, 0.95, class_="<b>", data="films"),
    "classification/ece": undefined("ece", "no <probabilities>"),
}


def test_every_score_is_a_row_with_what_narrows_it() -> None:
    robust, recall, ece = score_table(SCORES).to_pylist()
    assert (robust["task"], robust["score"], robust["part"], robust["class"]) == (
        "attack", "robust_accuracy", "deepwordbug", None
    )  # fmt: skip
    assert (robust["value"], robust["n"], robust["low"] < 0.75 < robust["high"]) == (0.75, 4, True)
    assert (recall["class"], recall["data"], recall["address"]) == ("<b>", "films", list(SCORES)[1])
    assert (ece["value"], ece["low"], ece["note"]) == (None, None, "no <probabilities>")


def test_no_score_is_a_table_with_the_same_columns() -> None:
    assert score_table({}).schema == score_table(SCORES).schema
    assert len(score_table({})) == 0


def test_a_notebook_shows_a_row_per_score_and_no_markup_of_strangers() -> None:
    page = score_page("a<b", SCORES)
    assert page.count("<tr>") == 4
    assert "a&lt;b" in page
    assert "<b>,data" not in page
