"""What a suite says of slices: kinds, bins, crossings, and what is refused before anything runs."""

from __future__ import annotations

from typing import Any

import pytest

from harness import UserError
from harness.slices.spec import Range, slice_named
from harness.suite.file import Suite, suite_of

MODEL = {"use": "python", "object": "toy:predict"}


def suite(slices: Any, *tasks: Any) -> Suite:
    data = {"use": "files", "path": "x.csv", "slices": slices}
    return suite_of({"model": MODEL, "data": data, "tasks": list(tasks) or ["classification"]}, "s").suite


def refusal(slices: Any, *tasks: Any) -> str:
    with pytest.raises(UserError) as refused:
        suite(slices, *tasks)
    return str(refused.value)


@pytest.mark.parametrize(
    ("slices", "words"),
    [
        ({"a": {"columns": "region"}}, "unknown key 'columns'"),
        ({"a": {"columns": "region"}}, "did you mean 'column'?"),
        ({"a": {"words": {"bigs": [1]}}}, "expected one of min, max, bins"),
        ({"a": {}}, "expected one of column, words, .*, but got none"),
        ({"a": {"column": "x", "words": {"min": 3}}}, "but got column, words"),
        ({"a": "negatoin"}, "did you mean 'negation'?"),
        ({"a:b": "negation"}, "expected a name of letters, digits"),
        ({"a": {"words": {"bins": []}}}, "expected one or more"),
        ({"a": {"words": {"bins": [3, 3]}}}, "expected bins that ascend"),
        ({"a": {"words": {"min": 3, "max": 2}}}, "the range is empty"),
        ({"a": {"words": {}}}, "expected `min`, `max` or `bins`"),
        ({"a": {"words": {"min": 3, "bins": [2]}}}, "but got both"),
        ({"a": {"words": {"min": 3}, "bins": [2]}}, "beside `words` say nothing"),
        ({"a": {"script": False}}, "expected true"),
        ({"a": {"confidence": True}}, "expected a range of confidence"),
        ({"a": {"words": {"min": 3}, "top": 2}}, "are for a column"),
        ({"a": "negation", "b": {"cross": ["a", "c"]}}, "crosses 'c', which is none of the slices"),
        ({"a": "negation", "b": {"cross": ["a", "b"]}}, "crosses 'b', which is a crossing itself"),
        ({"a": "negation", "b": {"cross": ["a"]}}, "at least 2"),
    ],
)
def test_a_wrong_slice_is_refused_in_words(slices: Any, words: str) -> None:
    import re

    assert re.search(words if ".*" in words else re.escape(words), refusal(slices))


def test_numbers_fall_into_bins_that_include_their_lower_end() -> None:
    bins = Range(bins=[10, 30])
    assert bins.values == ["<10", "10-30", "30+"]
    assert [bins.value(number) for number in (9, 10, 29.5, 30, float("nan"))] == ["<10", "10-30", "10-30", "30+", ""]


def test_a_range_includes_both_ends() -> None:
    assert [Range(min=2, max=3).value(number) for number in (1, 2, 3, 4)] == ["no", "yes", "yes", "no"]


def test_a_run_keeps_slices_as_they_were_written_and_reads_them_back() -> None:
    written = {"a": "negation", "b": {"words": [10, 30]}, "c": {"cross": ["a", "b"]}}
    dumped = suite(written).model_dump(mode="json")
    assert dumped["data"]["slices"]["a"] == {"negation": {"min": 1.0}}
    assert suite(dumped["data"]["slices"]).sets == suite(written).sets


def test_a_task_names_some_slices_of_its_data_or_adds_its_own() -> None:
    some = suite({"a": "negation", "b": "numbers"}, {"use": "classification", "slices": ["b"]})
    assert [*some.slices_of(some.tasks[0])] == ["b"]
    more = suite({"a": "negation"}, {"use": "classification", "slices": {"c": "script"}}, {"use": "stress"})
    assert [[*more.slices_of(task)] for task in more.tasks] == [["a", "c"], ["a"]]
    assert [*more.sets[0].slices] == ["a", "c"]


def test_a_task_without_slices_has_none() -> None:
    none = suite({"a": "negation"}, {"use": "classification", "slices": []})
    assert none.slices_of(none.tasks[0]) == {}


@pytest.mark.parametrize(
    ("tasks", "words"),
    [
        ([{"use": "classification", "slices": ["regoin"]}], "did you mean 'region'?"),
        ([{"use": "classification", "slices": {"region": "script"}}], "its data have another of that name"),
        (
            [{"use": "classification", "slices": {"s": "script"}}, {"use": "stress", "slices": {"s": "language"}}],
            "two tasks have different slices 's'",
        ),
    ],
)
def test_a_tasks_wrong_slices_are_refused(tasks: list[Any], words: str) -> None:
    assert words in refusal({"region": {"column": "region"}}, *tasks)


def test_an_address_names_a_slice_and_its_value_whatever_is_in_it() -> None:
    assert slice_named("region:a:b]=,") == ("region", "a:b]=,")
    assert slice_named("region") == ("region", None)
