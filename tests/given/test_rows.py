"""Data in memory: whatever speaks a protocol becomes the same rows, and what does not is refused in words."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from harness import UserError
from harness.given.rows import given_data

TEXTS, LABELS = ["a good film", "a bad film", "good", "awful"], [1, 0, 1, 0]
COLUMNS = {"text": TEXTS, "label": LABELS}
ROWS = [{"text": text, "label": label} for text, label in zip(TEXTS, LABELS, strict=True)]


def _frame(library: str) -> Any:
    module = pytest.importorskip(library)
    if library == "duckdb":
        return module.from_arrow(pa.table(COLUMNS))
    return module.DataFrame(COLUMNS)


@pytest.mark.parametrize("library", ["pandas", "polars", "duckdb"])
def test_a_frame_of_any_library_is_its_rows(library: str) -> None:
    assert given_data(_frame(library)).rows == ROWS


@pytest.mark.parametrize("made", [pa.table, pa.RecordBatch.from_pydict, lambda columns: pa.table(columns).to_reader()])
def test_what_arrow_has_is_its_rows(made: Any) -> None:
    assert given_data(made(COLUMNS)).rows == ROWS


def test_the_index_of_a_frame_is_no_column() -> None:
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"a": [1.5, None], "b": ["x", "y"]}, index=pandas.Index([7, 9], name="key"))
    assert given_data(frame).rows == [{"a": 1.5, "b": "x"}, {"a": None, "b": "y"}]
    assert given_data(frame[frame.b == "y"]).rows == [{"a": None, "b": "y"}]


def test_cells_that_arrow_cannot_have_are_read_as_the_frame_gives_them() -> None:
    pandas = pytest.importorskip("pandas")
    pictures = [np.zeros((2, 2), dtype=np.uint8)] * 2
    rows = given_data(pandas.DataFrame({"image": pictures, "label": [0, 1]})).rows
    assert [(row["image"].shape, row["label"]) for row in rows] == [((2, 2), 0), ((2, 2), 1)]


@pytest.mark.parametrize("form", ["", "torch", "numpy"])
def test_a_data_set_gives_plain_labels_in_any_format(form: str) -> None:
    datasets = pytest.importorskip("datasets")
    found = given_data(datasets.Dataset.from_dict(COLUMNS).with_format(form or None))
    assert found.rows == ROWS
    assert {type(row["label"]) for row in found.rows} == {int}


class Places:
    """A data set as torch has it: a length and places, and no end of its own to loop to."""

    def __init__(self, label: Any) -> None:
        self._label = label

    def __len__(self) -> int:
        return len(TEXTS)

    def __getitem__(self, at: int) -> Any:
        if at >= len(TEXTS):
            raise IndexError
        return TEXTS[at], self._label(LABELS[at])


@pytest.mark.parametrize(
    "data",
    [
        list(zip(TEXTS, LABELS, strict=True)),
        zip(TEXTS, np.array(LABELS), strict=True),
        Places(int),
        ((text for text in TEXTS), (label for label in LABELS)),
        (pa.array(TEXTS), pa.chunked_array([LABELS])),
        (TEXTS, np.array(LABELS)[:, None]),
        (TEXTS, pa.table({"y": LABELS})),
        ({"text": np.str_(text), "label": np.int64(label)} for text, label in zip(TEXTS, LABELS, strict=True)),
    ],
    ids=["pairs", "zip", "places", "generators", "arrow", "column", "frame", "rows"],
)
def test_pairs_and_series_of_any_make_are_rows(data: Any) -> None:
    assert given_data(data).rows == ROWS


def test_tensors_are_rows_images_and_labels() -> None:
    torch = pytest.importorskip("torch")
    numbers = torch.tensor([[1.5, 2.0], [0.5, 1.0]], requires_grad=True)
    assert given_data((numbers, torch.tensor([1, 0]))).rows == [
        {"x0": 1.5, "x1": 2.0, "label": 1},
        {"x0": 0.5, "x1": 1.0, "label": 0},
    ]
    images = torch.zeros((2, 4, 4), dtype=torch.uint8)
    for given in (images, list(images)):
        found = given_data((given, [torch.tensor(1), torch.tensor(0)]))
        assert (found.kind, [type(row["image"]) for row in found.rows]) == ("image", [np.ndarray] * 2)
    assert given_data(Places(torch.tensor)).rows == ROWS


def test_a_sparse_matrix_is_rows() -> None:
    sparse = pytest.importorskip("scipy.sparse")
    assert given_data((sparse.csr_matrix([[0, 2]]), [1])).rows == [{"x0": 0, "x1": 2, "label": 1}]


def test_labels_of_several_columns_are_a_column_each() -> None:
    several = np.array([[1, 0], [0, 1]])
    found = given_data((["a", "b"], several))
    assert (found.rows[0], found.columns["label"]) == ({"text": "a", "0": 1, "1": 0}, ["0", "1"])
    named = given_data((["a", "b"], pa.table({"rude": [1, 0], "funny": [0, 1]})))
    assert named.columns["label"] == ["rude", "funny"]
    with pytest.raises(UserError, match="the inputs and the labels both have a column 'rude'"):
        given_data(([{"rude": 1.5}], pa.table({"rude": [1], "funny": [0]})))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (np.zeros((3, 2)), "expected rows as mappings, .* but got ndarray of list"),
        (object(), "but got object"),
        ([([TEXTS, np.array(LABELS)])], "expected pairs .*, but got batches, the first of 4 inputs and labels: give"),
        ((1, 2, 3), "but got tuple of int"),
    ],
)
def test_anything_else_is_refused(data: Any, message: str) -> None:
    with pytest.raises(UserError, match=message):
        given_data(data)


def test_a_lazy_frame_is_told_to_collect() -> None:
    polars = pytest.importorskip("polars")
    with pytest.raises(UserError, match=r"but got LazyFrame: call its `collect\(\)` first"):
        given_data(polars.DataFrame(COLUMNS).lazy())
