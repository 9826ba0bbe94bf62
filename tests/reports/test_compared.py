"""The page of a comparison: the answer at the head, differences against zero, samples with both answers."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from harness_report import html
from harness_report.compared import Around

import harness
from harness.reports import Comparison

HOSTILE = ["<script>document.title = 'owned'</script>", '"><img src=x onerror="document.title=\'owned\'">',
           "{{ 7 * 7 }} {% raw %}", "\u202etxet", "</style><style>body{display:none}</style>"]  # fmt: skip


def answered(sure: float, turned: int) -> Any:
    def model(texts: list[str]) -> list[list[float]]:
        rows = [[sure, 1 - sure] if len(text) % 2 else [1 - sure, sure] for text in texts]
        return [row[::-1] if at < turned else row for at, row in enumerate(rows)]

    return model


@pytest.fixture(scope="module")
def comparison(tmp_path_factory: pytest.TempPathFactory) -> Comparison:
    """Of two runs on hostile texts and labels: the second model turns the first samples that it is asked."""
    folder, labels = tmp_path_factory.mktemp("compared"), HOSTILE[:2]
    texts = [*HOSTILE, *(f"text {'x' * at}" for at in range(20))]
    truth = [labels[(len(text) + 1) % 2] for text in texts]
    for name, turned in (("old", 0), ("new", 8)):
        harness.evaluate(answered(0.8, turned), (texts, truth), ["classification"], labels=labels, resamples=20,
                         progress=False, out=folder / name)  # fmt: skip
    return harness.compare(folder / "old", folder / "new")


def test_the_answer_is_the_head_and_every_score_has_a_row(comparison: Comparison) -> None:
    page = html(comparison)
    head = page.partition("<main>")[0]
    assert 'class="top worse"' in head
    assert "worse: " in head
    [pair] = comparison.pairs
    assert page.count('<tr><th scope="row">') == len(pair.moved)
    assert "8 samples newly wrong, 0 newly right" in page
    assert page.count('<li><details><summary><span class="badge wrong">newly wrong') == 8
    assert "<dt>Old</dt>" in page


def test_nothing_of_strangers_is_markup(comparison: Comparison) -> None:
    page = html(comparison)
    for each in (HOSTILE[0], HOSTILE[1], HOSTILE[4]):
        assert each not in page
    assert "\u202e" not in page
    assert "<script" not in page


def test_of_several_pairs_there_is_a_table_of_them(comparison: Comparison) -> None:
    page = html(Comparison([comparison.pairs[0]] * 3, 0.95))
    assert re.findall(r'<a href="#(pair-\d)">', page) == ["pair-0", "pair-1", "pair-2"]
    assert html(Comparison([comparison.pairs[0]] * 31, 0.95)).count("newly wrong") == 0


def test_zero_is_in_the_middle_and_the_better_side_is_shaded(comparison: Comparison) -> None:
    assert [Around(0.5).at(each) for each in (-0.5, 0, 0.25)] == [0, 50, 75]
    rows = {
        address: row
        for row in html(comparison).replace("<wbr>", "").split("<tr>")
        for address in re.findall(r"<bdi>(classification/\w+)", row)
    }
    assert '<rect class="demanded" x="50.0%" width="50.0%"' in rows["classification/accuracy"]
    assert '<rect class="demanded" x="0.0%" width="50.0%"' in rows["classification/ece"]
    assert "<svg" not in rows["classification/log_loss"]
    assert 'class="dot fail"' in rows["classification/accuracy"]


def test_in_a_notebook_it_is_a_piece_of_html(comparison: Comparison) -> None:
    piece = comparison._repr_html_()
    assert piece.startswith("<div><b>")
    assert "classification/accuracy" in piece
    assert not [each for each in (HOSTILE[0], HOSTILE[1], "<script", "<style") if each in piece]


@pytest.mark.skipif(shutil.which("chromium") is None, reason="needs a chromium on the path")
def test_in_a_browser_nothing_fails_and_nothing_is_wider_than_the_page(comparison: Comparison, tmp_path: Path) -> None:
    playwright = pytest.importorskip("playwright.sync_api")
    (tmp_path / "page.html").write_text(html(comparison), encoding="utf-8")
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for width in (360, 1280):
            tab, wrong = browser.new_page(viewport={"width": width, "height": 800}), list[str]()
            tab.on("console", lambda message, wrong=wrong: wrong.append(message.text))
            tab.goto((tmp_path / "page.html").as_uri())
            assert wrong == []
            assert tab.title() != "owned"
            assert tab.evaluate("document.documentElement.scrollWidth") <= width
        browser.close()
