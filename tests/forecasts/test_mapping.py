"""How the labels of data fit a model's, as `harness init` writes it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from harness.forecasts.mapping import UNKNOWN, Fitting, fitting
from harness.suite.reading import parse


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("ckpt").mkdir()
    configure({"0": "negative", "1": "positive"})


def configure(names: Any, **others: Any) -> None:
    Path("ckpt/config.json").write_text(json.dumps({"id2label": names, **others}), encoding="utf-8")


def fitted(*labels: Any, column: str = "label") -> Fitting:
    rows = [{"text": f"text {at}", column: label} for at, label in enumerate(labels)]
    Path("dev.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return fitting("transformers:./ckpt", "files:dev.jsonl")


@pytest.mark.parametrize(
    ("labels", "entry"),
    [
        ((1, 0, 1), "labels: {0: negative, 1: positive}  # by their order: check it"),
        (("1", "2"), "labels: {1: negative, 2: positive}  # by their order: check it"),
        (("POSITIVE", " negative"), "# the data's labels are the model's: negative, positive"),
        (("neg", "pos"), "# labels: {neg: ..., pos: ...}  # EDIT: which of the model's is each? negative, positive"),
    ],
)
def test_the_mapping_is_written_where_order_or_names_say_it(labels: Any, entry: str) -> None:
    found = fitted(*labels)
    assert found.entry == entry


def test_a_label_that_is_no_plain_word_stays_one_line_of_yaml() -> None:
    configure({"0": "no: really\n- x", "1": "true"})
    found = fitted(0, 1)
    assert "\n" not in found.entry + found.line
    read, _ = parse(found.entry, "entry")
    assert read == {"labels": {0: "no: really\n- x", 1: "true"}}


@pytest.mark.parametrize("why", ["no data", "no column", "a value", "too many", "no model"])
def test_what_is_not_known_is_left_to_the_user(why: str) -> None:
    if why == "a value":
        configure({"0": "x"})
    found = fitted(*(range(5) if why == "too many" else (0, 1)), column="y" if why == "no column" else "label")
    if why == "no data":
        found = fitting("transformers:./ckpt", "files:gone.jsonl")
    if why == "no model":
        found = fitting("python:my_model:predict", "files:dev.jsonl")
    assert found is UNKNOWN
