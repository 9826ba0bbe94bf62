"""Rows as the tables that local models take, and the user's own function for all else."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness import AnswerError, UserError
from harness.arrays.given import features_of, table_of
from harness.own.locate import import_folders

pandas = pytest.importorskip("pandas")
ROWS: list[dict[str, object]] = [{"age": 30, "city": "Rome"}, {"age": None, "city": "a \udfff b"}]


def test_a_table_has_the_columns_that_are_wanted_in_their_order() -> None:
    found = table_of(ROWS, "model 'm'", ["city", "age"])
    assert list(found) == ["city", "age"]
    assert found["age"].isna().tolist() == [False, True]
    assert found["city"].tolist() == ["Rome", "a \ufffd b"]
    assert list(table_of(ROWS, "model 'm'")) == ["age", "city"]


def test_a_column_that_is_not_there_is_named_with_the_nearest() -> None:
    with pytest.raises(AnswerError, match=r"column 'age_' is none of the data's \(age, city\).*did you mean 'age'"):
        table_of(ROWS, "model 'm'", ["age_"])


def test_a_column_without_any_value_contains_objects() -> None:
    assert table_of([{"a": None}], "model 'm'")["a"].dtype == object


def test_the_users_function_is_looked_up(tmp_path: Path) -> None:
    (tmp_path / "given_features.py").write_text("def mine(inputs):\n    return inputs\nnumber = 3\n")
    with import_folders(tmp_path):
        found = features_of("given_features:mine", "model 'm'")
        assert found is not None
        assert found(["a"]) == ["a"]
        with pytest.raises(UserError, match=r"model 'm': features: given_features:number is an object of type int"):
            features_of("given_features:number", "model 'm'")
        with pytest.raises(UserError, match="did you mean 'mine'"):
            features_of("given_features:mien", "model 'm'")
    assert features_of(None, "model 'm'") is None
