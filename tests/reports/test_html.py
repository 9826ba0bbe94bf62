"""The HTML report: verdict first, everything shown, nothing but text where data or model spoke."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from finished_run import finish, payload_name
from harness_report import html
from harness_report.marks import MAX_SHOWN_CHARACTERS

from harness import Record, Run, Sample
from harness.records.folder import RunFolder
from harness.reports import Attacked, Classified, Explained

LABELS = ["negative", "positive"]
HOSTILE = [
    "</script><script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{7*7}} {% raw %} {# c #}",
    "\u202eright to left\u202c",
    "nul\x00 and bell\x07",
    "lone \ud800 surrogate",
    "w" * 1_000_000,
    "<b>&amp;</b>",
]
SCORE = {"value": 0.5, "low": 0.1, "high": 0.7, "n": 2}
GATE = {"address": "classification/accuracy", "kind": "min", "bound": 0.8, **SCORE}


def _write(folder: Path, texts: tuple[str, str], *, hostile: str = "", **info: Any) -> Run:
    """A run of two samples and three tasks; `hostile` goes into every field a stranger controls."""
    with RunFolder(folder) as run:
        samples = [Sample("s1", texts[0] + hostile, 1), Sample("s2" + hostile, texts[1], 0)]
        run.write_samples(samples, LABELS)
        run.write_info(
            {
                "name": "reviews" + hostile,
                "suite": {
                    "model": {"use": "python", "object": "m:f" + hostile},
                    "data": {"use": "files"},
                    "tasks": [],
                    "max_errors": 1,
                },
                "fingerprints": {"suite": "a", "model": "b", "data": "c"},
                "labels": [label + hostile for label in LABELS],
                "confidence": 0.95,
                "tasks": {
                    name: {"payload": payload_name(kind), "parts": [""], "cases": 2}
                    for name, kind in (("classification", Classified), ("attack", Attacked), ("explain", Explained))
                },
                "state": "finished",
                "verdict": "fail",
                **info,
            }
        )
        part = "bug" + hostile
        right = Classified("negative", [0.9, 0.1])
        attacked = Attacked("succeeded", "A good flim" + hostile, [0.2, 0.8], [0.7, 0.3], 7)
        units = ["A ", "good ", "film" + hostile]
        explained = Explained(units, [0.0, 0.5, -0.2], "positive", 0.8, 0.3, 0.1)
        broken: Record[Any] = Record(
            "classification", "", "s2", "error", f"Traceback\nValueError: broken{hostile}", 1, None
        )
        tasks: dict[str, tuple[type[Any], list[Record[Any]]]] = {
            "classification": (Classified, [Record("classification", "", "s1", "ok", None, 1, right), broken]),
            "attack": (Attacked, [Record("attack", part, "s1", "ok", None, 9, attacked)]),
            "explain": (Explained, [Record("explain", part, "s1", "ok", None, 9, explained)]),
        }
        for name, (payload, records) in tasks.items():
            finish(run, name, payload, records, samples, [label + hostile for label in LABELS])
        run.write_json("scores.json", {"classification/accuracy": SCORE})
        run.write_json("gates.json", [{**GATE, "verdict": "fail", "note": "because" + hostile}])
    return Run(folder)


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    return html(_write(tmp_path_factory.mktemp("run"), ("A good film", "A bad film")))


class Read(HTMLParser):
    """The elements, attributes and text of a page."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_verdict_comes_first_and_says_why(page: str) -> None:
    text = Read(page.partition("<body>")[2]).text
    assert text.split()[:2] == ["✕", "Fail"] or text.split()[0].endswith("ail")
    assert text.index("ail") < text.index("accuracy") < text.index("Gates") < text.index("Confusion matrix")
    assert "0.8" in text.partition("Gates")[0]


def test_every_gate_is_shown_with_its_interval_and_note(page: str) -> None:
    text = Read(page).text
    for shown in ("classification/accuracy", "≥ 0.8", "0.500", "[0.100, 0.700]", "because"):
        assert shown in text


def test_scores_are_drawn_with_their_interval(page: str) -> None:
    drawn = [element for element, _ in Read(page).elements]
    assert drawn.count("svg") >= 2


def test_wrong_predictions_are_listed(page: str) -> None:
    section = Read(page.partition("Wrong predictions")[2].partition("</section>")[0]).text
    assert "A good film" in section
    assert "negative" in section
    assert "0.900" in section


def test_changed_words_of_an_attack_are_marked(page: str) -> None:
    assert "<del>film</del>" in page
    assert ">flim</ins>" in page
    assert "<del>good</del>" not in page


def test_attributions_are_coloured_by_sign(page: str) -> None:
    elements = [attributes for _, attributes in Read(page).elements if "unit" in (attributes.get("class") or "")]
    units = {
        attributes["title"]: (attributes["class"] or "").rpartition(" ")[0]
        for attributes in elements
        if "title" in attributes
    }
    assert units == {"+0.500": "unit for", "\N{MINUS SIGN}0.200": "unit against"}


def test_errored_cases_are_shown_with_their_traceback(page: str) -> None:
    text = Read(page).text
    assert "ValueError: broken" in text
    assert "Traceback" in text


@pytest.mark.parametrize(
    "hostile", HOSTILE, ids=["script", "attribute", "template", "bidi", "control", "surrogate", "long", "tags"]
)
def test_hostile_text_stays_text(hostile: str, page: str, tmp_path: Path) -> None:
    attacked = html(_write(tmp_path, ("A good film", "A bad film"), hostile=hostile))
    attacked.encode("utf-8")
    allowed = {tag for tag, _ in Read(page).elements}
    assert {tag for tag, _ in Read(attacked).elements} - allowed <= {"span"}
    assert not any(
        name.startswith("on") or name == "src" for _, attributes in Read(attacked).elements for name in attributes
    )
    plain = hostile[:15_000] if hostile.isascii() and hostile.isprintable() else ""
    assert Read(attacked).text.count(plain) >= 8
    assert len(attacked) < 200 * MAX_SHOWN_CHARACTERS
    assert not {"\u202e", "\x00", "\ud800"} & set(attacked)


def test_the_page_loads_nothing(page: str) -> None:
    elements = Read(page).elements
    assert not [tag for tag, _ in elements if tag in {"img", "iframe"}]
    assert [(each["href"] or "")[:19] for tag, each in elements if tag == "link"] == ["data:image/svg+xml,"]
    assert [attributes for tag, attributes in elements if tag == "script"] == [{}]
    assert all(attributes["href"] and attributes["href"].startswith("#") for tag, attributes in elements if tag == "a")
    assert "default-src 'none'" in page


@pytest.mark.parametrize("state", ["running", "interrupted"])
def test_an_unfinished_run_says_so(state: str, tmp_path: Path) -> None:
    run = _write(tmp_path, ("A good film", "A bad film"), state=state, verdict=None)
    (tmp_path / "gates.json").unlink()
    assert "nfinished" in Read(html(run)).text


def test_gates_with_the_same_worst_samples_share_a_heading(tmp_path: Path) -> None:
    run = _write(tmp_path, ("A good film", "A bad film"))
    gates = [{**GATE, "verdict": "fail", "address": f"attack/{name}"} for name in ("robust_accuracy", "success")]
    (tmp_path / "gates.json").write_text(json.dumps(gates), encoding="utf-8")
    text = " ".join(Read(html(run)).text.split())
    assert text.count("Worst samples of") == 1
    assert text.partition("Worst samples of")[2].split()[:2] == ["attack/robust_accuracy,", "attack/success"]


@pytest.mark.parametrize("name", ["scores.json", "gates.json", "samples.parquet"])
def test_a_page_says_what_of_its_run_is_lost(name: str, tmp_path: Path) -> None:
    run = _write(tmp_path, ("A good film", "A bad film"))
    assert "This page is incomplete" not in Read(html(run)).text
    (tmp_path / name).write_bytes(b"garbage")
    text = Read(html(Run(tmp_path))).text
    assert "This page is incomplete: " in text
    assert "the run's files were changed" in text


def test_a_strangers_records_are_shown_as_a_table(tmp_path: Path) -> None:
    run = _write(tmp_path, ("A good film", "A bad film"))
    lines = (
        '{"task":"explain","part":"x","sample":"s1","status":"ok","error":null,"asked":1,"payload":{"loudness":11}}\n'
    )
    (tmp_path / "records" / "explain.jsonl").write_text(lines, encoding="ascii")
    (tmp_path / "records" / "explain.parquet").unlink()
    text = Read(html(run)).text
    assert "loudness" in text
    assert "11" in text
