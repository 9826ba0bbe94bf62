"""Which slice each sample is in: by columns, texts and functions of the user's."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING, Any

import pytest

from harness import Sample, UserError
from harness.data.samples import read_samples, slices_of
from harness.slices.values import Absent, present
from harness.suite.file import DataSpec

if TYPE_CHECKING:
    from pathlib import Path

LABELS = ["negative", "positive"]


def read(rows: list[dict[str, Any]], slices: Any, **keys: Any) -> dict[str, Sample[Any]]:
    """The samples by their input."""
    spec = DataSpec.model_validate({"use": "rows", "slices": slices, **keys})
    data = read_samples([{"label": "positive", **row} for row in rows], spec, LABELS, 0)
    return {str(sample.input): sample for sample in data.samples}


def refusal(rows: list[dict[str, Any]], slices: Any) -> tuple[str, tuple[str | int, ...]]:
    with pytest.raises(UserError) as refused:
        read(rows, slices)
    return str(refused.value), refused.value.at


def test_a_column_gives_each_sample_its_value_in_words() -> None:
    rows: list[dict[str, Any]] = [
        {"text": "a", "r": "zoo"},
        {"text": "b", "r": 1.0},
        {"text": "c", "r": None},
        {"text": "d", "r": True},
    ]
    found = read(rows, {"region": {"column": "r"}})
    assert [found[text].slices.get("region") for text in "abcd"] == ["zoo", "1", None, "yes"]
    assert len(found["c"].slices) == 0


def test_numbers_of_a_column_fall_into_bins() -> None:
    found = read([{"text": "a", "age": "17"}, {"text": "b", "age": 18}], {"age": {"column": "age", "bins": [18, 65]}})
    assert [found[text].slices["age"] for text in "ab"] == ["<18", "18-65"]


def test_values_that_are_not_wanted_or_too_rare_are_in_no_slice() -> None:
    rows = [{"text": str(at), "r": "xxy z"[at]} for at in range(5)]
    some = read(rows, {"some": {"column": "r", "values": ["y"]}, "top": {"column": "r", "top": 1}})
    assert [dict(some[str(at)].slices) for at in range(5)] == [{"top": "x"}, {"top": "x"}, {"some": "y"}, {}, {}]


def test_texts_are_divided_by_what_is_in_them() -> None:
    slices = {
        "long": {"words": {"min": 3}},
        "neg": "negation",
        "script": "script",
        "in": "language",
        "rare": "rare_words",
    }
    found = read([{"text": "it is not long"}, {"text": "это не то, что мы"}, {"text": "is it"}], slices)
    assert dict(found["it is not long"].slices) == {
        "long": "yes", "neg": "yes", "script": "latin", "in": "en", "rare": "yes"
    }  # fmt: skip
    assert dict(found["is it"].slices) == {"long": "no", "neg": "no", "script": "latin", "in": "en", "rare": "no"}
    assert found["это не то, что мы"].slices["in"] == "ru"


def test_a_crossing_has_the_samples_of_both() -> None:
    rows = [{"text": "a", "r": "zoo"}, {"text": "b c", "r": "zoo"}, {"text": "d", "r": ""}]
    found = read(rows, {"r": {"column": "r"}, "long": {"words": {"min": 2}}, "both": {"cross": ["r", "long"]}})
    assert [found[text].slices.get("both") for text in ("a", "b c", "d")] == ["zoo & no", "zoo & yes", None]


def test_the_texts_of_a_pair_count_together() -> None:
    spec = {"columns": {"input": ["premise", "hypothesis"]}}
    rows = [{"premise": "one two", "hypothesis": "three"}]
    [sample] = read(rows, {"long": {"words": {"min": 3}}}, **spec).values()
    assert sample.slices["long"] == "yes"


def test_a_function_of_the_users_names_the_slice(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "divided_by.py").write_text(
        "def first(text):\n    return text[0]\ndef long(text):\n    return len(text) > 2\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    slices = {"first": {"object": "divided_by:first"}, "long": {"object": "divided_by:long"}}
    assert dict(read([{"text": "abc"}], slices)["abc"].slices) == {"first": "a", "long": "yes"}
    message, at = refusal([{"text": "abc"}, {"text": ""}], slices)
    assert "slice 'first': its function failed on row 2: IndexError" in message
    assert at == ("slices", "first")


@pytest.mark.parametrize(
    ("rows", "spec", "words"),
    [
        ([{"text": "a", "region": "x"}], {"column": "regoin"}, "no column 'regoin' for the slice 's'"),
        ([{"text": "a", "region": "x"}], {"column": "regoin"}, "did you mean 'region'?"),
        ([{"text": "a", "region": None}], {"column": "region"}, "has no sample: no value is in the column"),
        ([{"text": "a", "r": "x"}], {"column": "r", "values": ["y"]}, "none of 'y' is in the column 'r'"),
        ([{"text": "a", "r": "x"}], {"column": "r", "bins": [1]}, "'x' for the slice 's': expected a number"),
        ([{"text": str(at), "r": at} for at in range(101)], {"column": "r"}, "has 101 values, expected at most 100"),
        ([{"text": "a"}], {"object": "no_such_module:f"}, "cannot import 'no_such_module'"),
        ([{"text": "a"}], {"object": "math:pi"}, "expected a function of an input"),
        ([{"a": 1, "b": 2.5}], {"words": {"min": 1}}, "goes by words, but an input is no text"),
    ],
)
def test_what_cannot_divide_is_refused_with_its_place(rows: list[dict[str, Any]], spec: Any, words: str) -> None:
    message, at = refusal(rows, {"s": spec})
    assert words in message
    assert at[:2] == ("slices", "s")


def test_a_sample_with_slices_is_pickled_with_its_own_alone() -> None:
    [sample] = read([{"text": "a", "r": "zoo"}], {"r": {"column": "r"}}).values()
    assert pickle.loads(pickle.dumps(sample)) == sample


def test_samples_by_hand_have_slices_too() -> None:
    assert slices_of([Sample("1", "a", slices={"r": "zoo"}), Sample("2", "b")]) == {"r": {"1": "zoo"}}


def test_a_protected_column_must_not_be_shown_as_input() -> None:
    rows = [{"age": 3, "sex": "f"}]
    spec = DataSpec.model_validate(
        {"use": "rows", "slices": {"sex": {"column": "sex", "protected": True}}, "kind": "row"}
    )
    with pytest.raises(UserError, match="its column 'sex' is one of the input's"):
        read_samples([{**row, "label": "positive"} for row in rows], spec, LABELS, 0)


def test_a_column_may_be_missing_in_some_sets_and_not_in_all() -> None:
    slices = DataSpec.model_validate({"use": "rows", "slices": {"r": {"column": "r"}}}).slices
    absent = Absent([slices, slices, {}])
    absent.require(slices, {"text": "a"})
    absent.require(slices, {"text": "a", "r": "x"})
    nowhere = Absent([slices, slices])
    nowhere.require(slices, {"text": "a", "s": "x"})
    with pytest.raises(UserError, match="their columns are text, s"):
        nowhere.require(slices, {"text": "a"})


def test_crossings_of_a_column_that_is_missing_are_left_out() -> None:
    given = {"r": {"column": "r"}, "long": {"words": {"min": 2}}, "both": {"cross": ["r", "long"]}}
    slices = DataSpec.model_validate({"use": "rows", "slices": given}).slices
    assert list(present(slices, {"text": "a"})) == ["long"]
    assert list(present(slices, {"text": "a", "r": "x"})) == ["r", "long", "both"]
