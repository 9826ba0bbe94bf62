"""What is wrong with a file of answers is said before anything runs, with the row and what to do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from harness import UserError
from harness.suite import components

BOTH = {"id": "id", "probabilities": ["no", "yes"]}


def model(path: Path, columns: Any = None, **options: Any) -> Any:
    return components.load("models", "predictions")(path=path, columns=columns, **options)


@pytest.mark.parametrize(
    ("text", "columns", "message"),
    [
        ("", BOTH, "p.csv is empty"),
        ("id,no,yes\n", BOTH, "it has no rows"),
        ("a,0.4,0.6\nb,1,0\n", BOTH, "it has no column 'id'.*is its first line no header"),
        ("id,no,yes\na,1,0\n", {"id": "id", "probabilities": ["no", "yess"]}, "did you mean 'yes'"),
        ("id,no,yes\na,1,0\na,0,1\n", BOTH, r"the id 'a' stands 2 times \(rows 1, 2\)"),
        ("id,no,yes\n,1,0\n", BOTH, "row 1 has no id in column 'id'"),
        ("id,no,yes\na,1,0\nb,0.5,0.6\n", BOTH, r"row 2 \(id 'b'\) has the answer \[0.5, 0.6\]"),
        ("id,no,yes\na,nan,0\n", BOTH, r"row 1 \(id 'a'\) has the answer \[nan, 0.0\]"),
        ("id,no,yes\na,-0.5,1.5\n", BOTH, "each in 0..1 and together 1"),
        ("id,no,yes\na,,1\n", BOTH, "row 1 has '' in column 'no': expected a number"),
        ("id,no,yes\na,1,0\n", {"id": "id"}, "nothing says where the answers stand"),
        ("id,no,yes\na,1,0\n", {"label": "no", "value": "yes"}, "expected one of probabilities, label, value"),
        ("id,no,yes\na,1,0\n", {"id": "id", "probabilities": "yes"}, "that of the second of two classes"),
        ("id,no,yes\na,1,0\n", {"id": "id", "probabilities": []}, "expected columns of answers"),
        ("id,no,no\na,1,0\n", BOTH, "its header has 'no' twice"),
        ("id,no,yes\na,inf,0\n", {"id": "id", "value": "no"}, "has the answer"),
    ],
)
def test_a_table_that_is_no_file_of_answers_is_refused(tmp_path: Path, text: str, columns: Any, message: str) -> None:
    (tmp_path / "p.csv").write_text(text, encoding="utf-8")
    with pytest.raises(UserError, match=message) as error:
        model(tmp_path / "p.csv", columns)
    assert "model 'predictions': " in str(error.value)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"labels": ["a"]}, r"it has 2 columns of probabilities for 1 labels \(a\)"),
        ({"output": "value"}, "`probabilities` are answers of the output probabilities, labels"),
    ],
)
def test_labels_and_output_have_to_fit(tmp_path: Path, options: Any, message: str) -> None:
    (tmp_path / "p.csv").write_text("id,no,yes\na,1,0\n", encoding="utf-8")
    with pytest.raises(UserError, match=message):
        model(tmp_path / "p.csv", BOTH, **options)


def test_a_class_that_is_no_label_is_named_with_the_nearest(tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text("id,is\na,positve\n", encoding="utf-8")
    with pytest.raises(UserError, match=r"row 1 answers 'positve'.*did you mean 'positive'"):
        model(tmp_path / "p.csv", {"id": "id", "label": "is"}, labels=["negative", "positive"])


@pytest.mark.parametrize(
    ("arrays", "options", "message"),
    [
        ({"a": np.eye(2), "b": np.eye(2)}, {}, r"it has 2 arrays \(a, b\): name one with"),
        ({"a": np.eye(2)}, {}, "nothing says what its 2 columns of probabilities are"),
        ({"a": np.ones(3)}, {}, "may be values or the probability of the second of two classes"),
        ({"a": np.array([0, 1])}, {}, "its classes are numbers: add `labels"),
        ({"a": np.array([0, 5])}, {"labels": ["x", "y"]}, "row 2 answers '5'"),
        ({"a": np.ones((2, 2, 2))}, {"output": "value"}, "expected an array of numbers"),
        ({"a": np.eye(2), "id": np.arange(3)}, {"columns": {"id": "id"}, "labels": ["x", "y"]}, "3 ids and 2 answers"),
        ({}, {}, "it has no arrays"),
    ],
)
def test_arrays_that_say_too_little_are_refused(tmp_path: Path, arrays: Any, options: Any, message: str) -> None:
    np.savez(tmp_path / "p.npz", **arrays)
    with pytest.raises(UserError, match=message):
        model(tmp_path / "p.npz", **options)


def test_a_pickle_is_never_loaded(tmp_path: Path) -> None:
    np.save(tmp_path / "p.npy", np.array([{"a": 1}], dtype=object), allow_pickle=True)
    with pytest.raises(UserError, match="it contains Python objects, which are never loaded"):
        model(tmp_path / "p.npy")


@pytest.mark.parametrize(("name", "content"), [("p.npz", b"PK\x03\x04junk"), ("p.npy", b"\x93NUMPY"), ("p.npy", b"")])
def test_a_broken_file_of_arrays_is_refused(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UserError, match="it could not be read as arrays"):
        model(tmp_path / name)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="there is no file"):
        model(tmp_path / "none.csv", BOTH)


def test_answers_by_row_have_to_be_as_many_as_the_rows(tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text("no,yes\n1,0\n0,1\n", encoding="utf-8")
    found = model(tmp_path / "p.csv", {"probabilities": ["no", "yes"]})
    with pytest.raises(UserError, match="it has 2 answers, and the data have 3 rows"):
        found.by_row([0], of=3)


def test_ids_that_nobody_named_may_not_stand_in_another_order(tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text("key,no,yes\nb,1,0\na,0,1\n", encoding="utf-8")
    found = model(tmp_path / "p.csv", {"probabilities": ["no", "yes"]})
    assert found.by_row([0, 1], of=2, ids=["b", "a"]).tolist() == [[1, 0], [0, 1]]
    with pytest.raises(UserError, match="its column 'key' has the ids of the data in another order"):
        found.by_row([0, 1], of=2, ids=["a", "b"])


def test_a_missing_answer_is_named(tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text("id,no,yes\nb,1,0\n", encoding="utf-8")
    with pytest.raises(UserError, match="it has no answer to 'c', 'd', 'e' and 1 more of the data's samples"):
        model(tmp_path / "p.csv", BOTH).by_id(["b", "c", "d", "e", "f"])
