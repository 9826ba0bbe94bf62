"""The truth of a sample: read from a column of classes, a value, or label sets."""

from __future__ import annotations

from typing import Any

import pytest

from harness import UserError
from harness.data.samples import read_samples
from harness.suite.file import DataSpec


def read(output: str, known: list[str], column: Any, *values: Any, **spec: Any) -> list[Any]:
    columns = column if isinstance(column, list) else [column]
    rows = [{"text": str(at), "id": at, **dict(zip(columns, each, strict=True))} for at, each in enumerate(values)]
    made = DataSpec.model_validate({"use": "x", "columns": {"label": column, "id": "id"}, **spec})
    samples = read_samples(rows, made, known, 0, output).samples
    return [sample.truth for sample in sorted(samples, key=lambda sample: sample.id)]


def test_the_truth_of_a_value_is_a_number() -> None:
    assert read("value", ["value"], "y", [3], ["-2.5"], [1e3]) == [3.0, -2.5, 1000.0]


def test_the_truth_of_label_sets_is_a_list_or_a_column_each() -> None:
    labels = ["toxic", "insult", "threat"]
    assert read("labels", labels, "tags", [["Insult", "toxic"]], [[]], [["threat"]]) == [(0, 1), (), (2,)]
    assert read("labels", labels, ["insult", "toxic", "threat"], [1, 0, 0], ["0", "1", 0], [True, 1.0, 1]) == [
        (1,), (0,), (0, 1, 2)
    ]  # fmt: skip
    assert read("labels", labels, "tags", [[1]], labels={1: "threat"}) == [(2,)]


@pytest.mark.parametrize(
    ("output", "column", "value", "message"),
    [
        ("value", "y", ["high"], "row 1 of the data has 'high' in column 'y': expected a finite number"),
        ("value", "y", [None], "expected a finite number"),
        ("value", "y", [True], "expected a finite number"),
        ("value", "y", ["nan"], "expected a finite number"),
        ("value", ["y", "z"], [1, 2], r"the label has 2 columns \(y, z\), but the model answers value"),
        ("probabilities", ["y", "z"], [1, 0], r"several label columns are for models with `output: labels`"),
        ("labels", "y", ["a, b"], r"expected a list of the labels that apply; .*`columns: \{label: \[a, b\]\}`"),
        ("labels", "y", [["c"]], r"the model does not know the label 'c' of the data"),
        ("labels", ["a"], [1], r"no column of the data is the model's label 'b': the label columns are a; expected a"),
        ("labels", ["a", "b"], [1, 2], "row 1 of the data has 2 in column 'b': expected 0 or 1"),
    ],
)
def test_a_truth_that_cannot_be_is_refused(output: str, column: Any, value: list[Any], message: str) -> None:
    with pytest.raises(UserError, match=message):
        read(output, ["value"] if output == "value" else ["a", "b"], column, value)
