"""The report `markdown`: what GitHub shows of a run, with strangers' texts in every field."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from finished_run import GATE, SCORE, written
from harness_report.markdown import markdown
from harness_report.marks import legible
from harness_report.plain import plain
from hypothesis import example, given, settings
from markdown_cells import HOSTILE, TEXTS, Cells

from harness import Run

if TYPE_CHECKING:
    from conftest import Project


def test_the_verdict_comes_first_and_says_why(tmp_path: Path) -> None:
    text = markdown(written(tmp_path, [{**GATE, "verdict": "fail"}]))
    assert text.startswith(
        "## reviews: ✕ fail\n\n1 of 1 gate fails: accuracy: 0.500 \\[0.100, 0.700\\], ≥ 0.8, n 1200."
    )
    assert f"Report: {tmp_path.as_posix()}/report.html" in text.replace("&#95;", "_")


@pytest.mark.parametrize(
    ("verdict", "shown"), [("pass", "✓ pass"), ("fail", "✕ fail"), ("error", "! error"), ("undecided", "? undecided")]
)
def test_every_gate_has_a_row_that_reads_without_colour(tmp_path: Path, verdict: str, shown: str) -> None:
    run = written(tmp_path, [{**GATE, "bound": 0.0005, "verdict": verdict}], undecided="warn")
    assert Cells(markdown(run)).rows[1] == [GATE["address"], "≥ 0.0005", "0.500", "[0.100, 0.700]", "1,200", shown]


def test_an_undecided_gate_says_what_it_counts_as_and_why(tmp_path: Path) -> None:
    run = written(tmp_path, [{**GATE, "verdict": "undecided", "note": "hinges"}], undecided="fail", verdict="undecided")
    assert Cells(markdown(run)).rows[1][-1] == "? undecided (counts as fail): hinges"
    assert markdown(run).startswith("## reviews: ? undecided, which counts as fail\n")


def test_only_scores_of_the_whole_are_headlines(tmp_path: Path) -> None:
    rows = Cells(markdown(written(tmp_path, []))).rows
    assert rows == [["score", "value", "interval", "n"], [GATE["address"], "0.500", "[0.100, 0.700]", "1,200"]]


def test_the_scores_of_every_set_are_headlines(tmp_path: Path) -> None:
    run = written(tmp_path, [])
    scores = {"classification/accuracy[data=hotels]": SCORE, "classification/recall[data=hotels,class=a]": SCORE}
    (tmp_path / "scores.json").write_text(json.dumps({**scores, GATE["address"]: SCORE}), encoding="utf-8")
    named = [row[0] for row in Cells(markdown(run)).rows[1:]]
    assert named == ["classification/accuracy[data=hotels]", GATE["address"]]


def test_errors_and_cut_inputs_are_told(tmp_path: Path) -> None:
    tasks = {"classification": {"parts": [""], "cases": 20, "errors": 3}}
    text = markdown(written(tmp_path, [], tasks=tasks, limit=64, data=[{"name": "", "samples": 20, "cut": 2}]))
    assert "- classification: 3 of 20 cases errored" in text
    assert "- 2 of 20 inputs are longer than the model's 64 tokens" in text


def test_the_worst_samples_of_a_gate_are_folded(project: Project) -> None:
    project.edit("quick.yaml", "accuracy: {min: 0.5}", '"recall[class=positive]": {min: 0.99}')
    rows = [{"text": f"<b>@octocat</b> | {word} #{at}", "label": "positive"} for at, word in enumerate(["bad"] * 4)]
    project.write("dev.jsonl", "".join(json.dumps(row) + "\n" for row in rows))
    project.harness("run", "quick.yaml", "--out", "out")
    text = markdown(Run(Path("out")))
    folded = text.partition("<details><summary>worst samples of classification/recall[class=positive]</summary>\n\n")[2]
    lines = folded.partition("\n\n</details>")[0].splitlines()
    assert [line.startswith("- ") for line in lines] == [True] * 3
    assert "<b>" not in text
    assert "@octocat" not in text


def test_an_unfinished_run_has_a_summary_too(tmp_path: Path) -> None:
    run = written(tmp_path, [], state="stopped", verdict=None)
    for name in ("scores.json", "gates.json"):
        (tmp_path / name).unlink()
    assert markdown(run).startswith("## reviews: … unfinished\n\nThe run is stopped")


@pytest.mark.parametrize("hostile", HOSTILE, ids=ascii)
def test_a_strangers_text_stays_in_its_cell(tmp_path: Path, hostile: str) -> None:
    gate = {**GATE, "address": f"classification/x{hostile}", "verdict": "fail", "note": hostile}
    text = markdown(written(tmp_path, [gate], name=hostile))
    assert "<" not in text
    assert Cells(text).tags <= {"h2", "p", "table", "thead", "tbody", "tr", "th", "td"}
    assert [len(row) for row in Cells(text).rows] == [6, 6, 4, 4]


@settings(max_examples=60, deadline=None)
@given(TEXTS)
def test_any_text_is_shown_as_it_is(text: str) -> None:
    shown = Cells(f"| x |\n|---|\n| .{plain(text)}. |").rows
    assert [[cell.replace("\u200b", "") for cell in row] for row in shown][1:] == [
        [f".{' '.join(legible(text).split())}."]
    ]


@settings(max_examples=60, deadline=None)
@given(TEXTS)
@example("https://evil.example and www.evil.example")
@example("_@octocat é@octocat #12")
def test_nothing_is_mentioned_linked_or_quoted_as_code(text: str) -> None:
    source = plain(text)
    assert not re.search(r"[<>`|\n\r]|(?<!\w)@\w|#\d+(?!\d*;)|://|www\.", source)


def test_a_lone_surrogate_can_be_written(tmp_path: Path) -> None:
    assert markdown(written(tmp_path, [{**GATE, "verdict": "fail", "note": "\ud800"}])).encode()
