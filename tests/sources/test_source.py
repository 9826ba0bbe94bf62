"""Data that a task takes besides its samples: by the name of a set or any other way, and what is refused of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from harness import AnswerSource, Source, UserError
from harness.kinds.inputs import input_kind
from harness.models import connect
from harness.sources.context import Context
from harness.suite.file import DataSpec


def model(texts: list[str]) -> list[list[float]]:
    return [[0.5, 0.5] for _ in texts]


VICTIM = connect(model, labels=["no", "yes"])


def written(folder: Path, name: str, rows: list[dict[str, Any]]) -> None:
    (folder / name).write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def spec(path: str, **keys: Any) -> DataSpec:
    return DataSpec.model_validate({"use": "files", "path": path, **keys})


def source(folder: Path, rows: list[dict[str, Any]], **keys: Any) -> Source:
    written(folder, "train.jsonl", rows)
    return Context(folder).source("train", spec("train.jsonl", **keys))


def answers(folder: Path, rows: list[dict[str, Any]], **keys: Any) -> AnswerSource:
    written(folder, "oof.jsonl", rows)
    return Context(folder).answers("out_of_fold", spec("oof.jsonl", **keys))


def refusal(call: Any) -> str:
    with pytest.raises(UserError) as refused:
        call()
    return str(refused.value)


def test_samples_have_the_models_labels(tmp_path: Path) -> None:
    found = source(tmp_path, [{"text": "a", "label": "yes"}, {"text": "b", "label": "no"}]).read(VICTIM)
    assert {sample.input: sample.truth for sample in found.samples} == {"a": 1, "b": 0}


def test_rows_need_no_label(tmp_path: Path) -> None:
    [sample] = source(tmp_path, [{"text": "a"}]).read(VICTIM).samples
    assert sample.truth is None


def test_a_name_alone_is_a_set_of_the_suite_and_else_a_component(tmp_path: Path) -> None:
    written(tmp_path, "train.jsonl", [{"text": "a"}])
    context = Context(tmp_path, {"train": spec("train.jsonl")})
    found = context.source("train", DataSpec(use="train"))
    assert (found.set, len(found.rows)) == ("train", 1)
    message = refusal(lambda: context.source("train", DataSpec(use="trian")))
    assert "no data is called 'trian'" in message
    assert message.endswith("the suite's sets are train; did you mean 'train'?")


def test_what_is_wrong_names_the_key(tmp_path: Path) -> None:
    found = source(tmp_path, [{"txt": "a"}])
    with pytest.raises(UserError, match="train: the data has no column 'text' for the input") as refused:
        found.read(VICTIM)
    assert refused.value.at == ("train",)


def test_labels_that_the_model_does_not_know_are_named(tmp_path: Path) -> None:
    found = source(tmp_path, [{"text": "a", "label": "perhaps"}])
    assert "does not know the label 'perhaps'" in refusal(lambda: found.read(VICTIM))


def test_another_kind_of_input_is_refused(tmp_path: Path) -> None:
    found = source(tmp_path, [{"age": 3, "pay": 1.5}])
    message = refusal(lambda: found.require_like(input_kind("text"), ["text"], [], None))
    assert message == "train: it has rows of cells, the samples are texts: expected one kind of input"


def test_other_columns_of_rows_are_named(tmp_path: Path) -> None:
    found = source(tmp_path, [{"age": 3, "wage": 1.5}])
    message = refusal(lambda: found.require_like(input_kind("row"), ["age", "pay"], [], None))
    assert "age, wage" in message
    assert "pay and wage stand in one of the two only" in message or "pay, wage stand in one" in message


def test_answers_stand_in_columns_called_like_the_classes(tmp_path: Path) -> None:
    rows = [{"text": "a", "yes": 0.9, "no": 0.1}, {"text": "b", "yes": 0.2, "no": 0.8}]
    inputs, found = answers(tmp_path, rows, columns={"label": ["yes", "no"]}).answers(VICTIM)
    assert dict(zip(inputs, found.tolist(), strict=True)) == {"a": [0.1, 0.9], "b": [0.8, 0.2]}


def test_answers_may_be_renamed(tmp_path: Path) -> None:
    named = {"columns": {"label": ["p1", "p0"]}, "labels": {"p0": "no", "p1": "yes"}}
    _, found = answers(tmp_path, [{"text": "a", "p0": 0.25, "p1": 0.75}], **named).answers(VICTIM)
    assert found.tolist() == [[0.25, 0.75]]


@pytest.mark.parametrize(
    ("row", "columns", "message"),
    [
        ({"text": "a", "label": "yes"}, {}, "expected a column of probabilities for each class (no and yes)"),
        ({"text": "a", "yes": 1, "maybe": 0}, {"label": ["yes", "maybe"]}, "no column is called like the class 'no'"),
        ({"text": "a", "yes": 2, "no": 0}, {"label": ["yes", "no"]}, "row 1 has"),
        ({"text": "a", "yes": "x", "no": 0}, {"label": ["yes", "no"]}, "expected a probability in each of"),
    ],
)
def test_what_are_no_answers_is_refused(tmp_path: Path, row: dict[str, Any], columns: Any, message: str) -> None:
    found = answers(tmp_path, [row], columns=columns)
    assert message.replace(" and ", ", ") in refusal(lambda: found.answers(VICTIM)).replace(" and ", ", ")


def test_the_fingerprint_of_answers_is_theirs_too(tmp_path: Path) -> None:
    columns = {"label": ["yes", "no"]}
    one = answers(tmp_path, [{"text": "a", "yes": 0.9, "no": 0.1}], columns=columns).read(VICTIM)
    other = answers(tmp_path, [{"text": "a", "yes": 0.8, "no": 0.2}], columns=columns).read(VICTIM)
    assert one.fingerprint != other.fingerprint
