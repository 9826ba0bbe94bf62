"""A comparison as Markdown: the answer first, nothing of strangers as markup, and never too long for a comment."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest
from harness_report.compared_markdown import MOST_CHARACTERS
from harness_report.markdown import markdown
from hypothesis import given, settings
from markdown_cells import HOSTILE, TEXTS, Cells

from harness import Score
from harness.baselines.differences import Changed
from harness.comparisons.comparison import Comparison, Moved, Pair

KNOWN_TAGS = {"h2", "p", "ul", "li", "strong", "table", "thead", "tbody", "tr", "th", "td"}


def moved(local: str, difference: float = -0.1, note: str = "") -> Moved:
    change = Changed(Score("accuracy", 0.7, None, None, 9), 0.8, 0.8 + difference, difference, difference - 0.05,
                     difference + 0.05, 1234, 0, 0, 0.001, note=note)  # fmt: skip
    return Moved("classification", local, change, "worse" if difference < 0 else "better", 0.002)


def comparison(*pairs: tuple[str, list[Moved], dict[str, str]]) -> Comparison:
    def side(title: str) -> Any:
        return SimpleNamespace(title=title, truths={})

    return Comparison([Pair(side("released"), side(name), found, left) for name, found, left in pairs], 0.95)


def test_the_answer_comes_first() -> None:
    text = markdown(comparison(("new", [moved("accuracy")], {"stress": "its severities differ"})))
    assert text.startswith("## new against released: ✕ worse\n\n- worse: 1 of 1 score, 1 also by Holm's correction: ")
    assert "- stress: not compared: its severities differ" in text
    head, row = Cells(text).rows
    assert head == ["score", "old", "new", "difference", "interval", "n", "p", "outcome"]
    interval = "[−0.150, −0.050]"  # noqa: RUF001
    assert row == ["classification/accuracy", "0.800", "0.700", "−0.100", interval, "1,234", "0.002", "✕ worse"]  # noqa: RUF001


def test_of_many_pairs_there_is_a_row_each() -> None:
    rows = Cells(markdown(comparison(*((f"run {at}", [moved("accuracy", at - 1.5)], {}) for at in range(4))))).rows
    assert [row[0] for row in rows] == ["new", "run 0", "run 1", "run 2", "run 3"]
    assert [row[2] for row in rows[1:]] == ["✕ worse", "✕ worse", "✓ better", "✓ better"]


@settings(max_examples=60, deadline=None)
@given(TEXTS, TEXTS)
def test_no_text_is_markup(one: str, other: str) -> None:
    text = markdown(comparison((one, [moved(f"recall[class={other}]", note=one)], {one: other})))
    assert Cells(text).tags <= KNOWN_TAGS
    assert "<!--" not in text


@pytest.mark.parametrize(
    "made",
    [
        comparison(*((f"run {at}", [moved("accuracy")], {f"task {at}": "|" * 9000}) for at in range(435))),
        comparison(("x" * 9000, [moved(f"recall[class={'<' * 5000}{at}]", note="&" * 9000) for at in range(3000)], {})),
        comparison(("new", [], {"|" * 9000 + str(at): "|" * 9000 for at in range(3000)})),
    ],
)
def test_it_fits_a_comment_whatever_was_compared(made: Comparison) -> None:
    text = markdown(made)
    assert len(text) <= MOST_CHARACTERS < 65_000
    assert "more lines are left out here" in text
    assert text.rstrip().endswith("have them.")


def test_samples_that_turned_are_listed_as_they_are(project: Any) -> None:
    rows = [{"text": f"good {text}", "label": "positive"} for text in HOSTILE if text.isprintable()]
    project.write("dev.jsonl", "".join(json.dumps(row) + "\n" for row in [*rows, {"text": "bad", "label": "negative"}]))
    project.write(
        "suite.yaml",
        'model: {use: python, object: "toy:predict"}\ndata: {use: files, path: dev.jsonl}\ntasks: [classification]\n',
    )
    project.write(
        "never.py",
        "def predict(texts):\n    return [[1, 0] for _ in texts]\npredict.labels = ['negative', 'positive']\n",
    )
    project.harness("run", "suite.yaml", "--out", "old", "--quiet")
    project.harness("run", "suite.yaml", "--out", "new", "--quiet", "--set", "model.object=never:predict")
    called = project.harness("compare", "old", "new", "--markdown", "out/compared.md")
    assert called.code == 0, called.err
    text = (project.folder / "out" / "compared.md").read_text(encoding="utf-8")
    assert f"{len(rows)} newly wrong, 0 newly right" in text
    assert text.count("- newly wrong: ") == 5
    assert Cells(text).tags <= KNOWN_TAGS
