"""Hostile texts, ids and labels through all tasks: every case ends, and what is kept of it is what it was."""

from __future__ import annotations

import math
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any
from xml.dom import minidom

import harness
from benchmarks.hostile import material
from harness.files import encodable
from harness.runs.render import render

PERTURBATIONS = (
    "keyboard_typos", "swap_letters", "delete_letters", "repeat_letters", "change_case", "punctuation", "whitespace",
    "contractions", "ocr", "homoglyphs", "leetspeak", "filler_words", "change_numbers", "shuffle_words",
)  # fmt: skip
SEVERITIES = (1, 3, 5)

ATTACKED, EXPLAINED = 120, 100
"""Texts of a block that are attacked and explained, since that asks many questions."""


def predict(texts: list[str]) -> list[list[float]]:
    """Answers that depend on every character."""
    return [[0.9, 0.1] if (len(text) + text.count("a")) % 2 else [0.2, 0.8] for text in texts]


def block(rng: Random, folder: Path, texts: int) -> Counter[str]:
    """Run all tasks on some texts, and count cases by task and what came of each."""
    first, second = (f"{material.text(rng)[:200]}{at}" for at in range(2))
    rows = [
        {"id": f"{at} {material.text(rng)[:200]}", "text": material.text(rng), "label": rng.choice([first, second])}
        for at in range(texts)
    ]
    tasks: list[Any] = [
        "classification",
        {"use": "stress", "perturbations": list(PERTURBATIONS), "severities": list(SEVERITIES)},
        {"use": "attack", "attacks": ["deepwordbug"], "limit": ATTACKED},
        {"use": "explain", "explainers": ["leave_one_out"], "limit": EXPLAINED},
    ]
    columns = {"input": "text", "label": "label", "id": "id"}
    try:
        run = harness.evaluate(
            predict, rows, tasks, labels=[first, second], columns=columns, resamples=20, out=folder, progress=False
        )
    except harness.UserError as error:
        return Counter({f"texts: refused: {str(error)[:80]!r}": texts})
    return _counted(run, rows)


def _counted(run: harness.Run, rows: list[dict[str, str]]) -> Counter[str]:
    found = Counter[str]()
    kept = {row["id"]: row["input"] for row in run.samples}
    for row in rows:
        if kept.get(encodable(row["id"])) != encodable(row["text"]):
            found["texts: silently other text or id"] += 1
    for task in run.tasks:
        for record in run.records(task):
            problem = record.error.strip().splitlines()[-1][:160] if record.error else ""
            found[f"{task}: {problem}" if problem else f"{task}: valid"] += 1
    for address, score in run.scores.items():
        if score.value is not None and not math.isfinite(score.value):
            found[f"texts: silently other: {address} is {score.value}"] += 1
    minidom.parseString(render("junit", run))
    render("markdown", run).decode()
    page = (run.folder / "report.html").read_bytes()
    found["texts: raw control signs in the report"] += b"\x1b" in page or b"\0" in page
    return +found
