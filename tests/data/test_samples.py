"""Data: columns, labels by name, ids that stay, and an order that a limit only cuts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness import Sample, UserError
from harness.data.samples import Data, narrow, read_samples
from harness.suite.file import DataSpec

LABELS = ["negative", "positive"]


def read(rows: Sequence[Mapping[str, Any]], labels: Sequence[str] = LABELS, seed: int = 0, **keys: Any) -> Data:
    return read_samples(rows, DataSpec(use="rows", **keys), labels, seed)


def mapped(rows: Sequence[Mapping[str, Any]], labels: dict[str | int, str]) -> Data:
    return read_samples(rows, DataSpec(use="rows", labels=labels), LABELS, 0)


def rows_of(*texts: str, label: object = "positive") -> list[dict[str, Any]]:
    return [{"text": text, "label": label} for text in texts]


def refusal(rows: Sequence[Mapping[str, Any]], labels: Sequence[str] = LABELS, **keys: Any) -> str:
    with pytest.raises(UserError) as refused:
        read(rows, labels, **keys)
    return str(refused.value)


def ids(data: Data) -> list[str]:
    return [sample.id for sample in data.samples]


def test_rows_become_samples_with_label_indices() -> None:
    data = read([{"text": "fine", "label": "positive"}, {"text": "poor", "label": "negative"}])
    assert {(sample.input, sample.label) for sample in data.samples} == {("fine", 1), ("poor", 0)}


def test_columns_say_where_input_label_and_id_stand() -> None:
    rows = [{"sentence": "fine", "gold": "positive", "key": 17}]
    data = read(rows, columns={"input": "sentence", "label": "gold", "id": "key"})
    assert data.samples == [Sample("17", "fine", 1)]


@pytest.mark.parametrize("label", ["Positive", " positive ", "POSITIVE\n", "posiTIVE"])
def test_labels_match_regardless_of_case_and_outer_space(label: str) -> None:
    assert read(rows_of("a", label=label)).samples[0].label == 1


@pytest.mark.parametrize("mapping", [{0: "negative", 1: "positive"}, {"0": "negative", "1": "positive"}])
@pytest.mark.parametrize("raw", [1, 1.0, "1"])
def test_integer_labels_go_by_the_suites_mapping(raw: object, mapping: dict[str | int, str]) -> None:
    assert mapped(rows_of("a", label=raw), mapping).samples[0].label == 1


def test_a_mapping_may_leave_names_that_are_right_already() -> None:
    rows = rows_of("a", label="pos") + rows_of("b", label="negative")
    assert {sample.label for sample in mapped(rows, {"pos": "positive"}).samples} == {0, 1}


def test_integers_without_a_mapping_are_an_error_with_both_lists_and_a_mapping_to_copy() -> None:
    message = refusal(rows_of("a", label=0) + rows_of("b", label=1))
    assert "the model does not know the labels '0', '1' of the data" in message
    assert "the data's labels:  0, 1\n  the model's labels: negative, positive\n" in message
    assert "labels: {0: negative, 1: positive}; in Python, where they are places: " in message
    assert message.endswith("--set 'data.labels={0: negative, 1: positive}'")


def test_the_mapping_to_copy_counts_past_nine() -> None:
    names = [f"class {at}" for at in range(12)]
    rows = [row for at in range(12) for row in rows_of(str(at), label=at)]
    assert refusal(rows, names).endswith(", ".join(f'{at}: "class {at}"' for at in range(12)) + "}'")


@pytest.mark.parametrize(
    ("found", "labels", "mapping"),
    [
        (["neutral", "positive"], LABELS, "{neutral: negative}"),
        (["neutral", "mixed", "positive"], LABELS, "{mixed: negative, neutral: ...}"),
        (["negative", "positive"], ["LABEL_0", "LABEL_1"], "{negative: LABEL_0, positive: LABEL_1}"),
        (["very good", "positive"], LABELS, '{"very good": negative}'),
    ],
)
def test_only_labels_that_the_model_lacks_are_mapped_to_those_left(
    found: list[str], labels: list[str], mapping: str
) -> None:
    message = refusal([row for label in found for row in rows_of(label, label=label)], labels)
    assert f"labels: {mapping}\n" in message


def test_a_mapping_that_lacks_a_label_is_completed() -> None:
    rows = rows_of("a", label=0) + rows_of("b", label=1)
    with pytest.raises(
        UserError, match=r"does not know the label '1' .*\n.*\n.*\n.*labels: {0: negative, 1: positive}\n"
    ):
        mapped(rows, {0: "negative"})


def test_a_mapping_to_a_name_the_model_lacks_is_corrected() -> None:
    with pytest.raises(UserError, match=r"does not know the label 'positiv' .*\n.*\n.*\n.*labels: {1: negative}\n"):
        mapped(rows_of("b", label=1), {1: "positiv"})


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([], "data 'rows' has no rows: expected at least one"),
        ([{"txt": "a", "label": "positive"}], "no column 'text' for the input: its columns are txt, label"),
        ([{"txt": "a", "label": "positive"}], "; did you mean 'txt'?"),
        ([{"text": "a", "label": "positive"}, {"text": None, "label": "positive"}], "row 2 of the data has no 'text'"),
        ([{"text": "a", "label": "positive"}, {"text": "b", "label": None}], "row 2 of the data has no label"),
        ([{"text": "a", "label": "positive"}, {"text": "b"}], "row 2 of the data has no label"),
    ],
)
def test_what_is_missing_is_named(rows: list[dict[str, Any]], message: str) -> None:
    assert message in refusal(rows)


def test_a_label_is_missed_only_where_it_is_needed_or_named() -> None:
    rows = [{"text": "a", "labl": "positive"}]
    with pytest.raises(UserError, match="no column 'label' for the label"):
        narrow(rows, DataSpec(use="rows"))
    assert len(narrow(rows, DataSpec(use="rows"), labelled=False)) == 1
    [sample] = read_samples(rows, DataSpec(use="rows"), ["positive"], 0).samples
    assert sample.truth is None
    with pytest.raises(UserError, match="no column 'mine' for the label"):
        read_samples(rows, DataSpec(use="rows", columns={"label": "mine"}), ["positive"], 0)


def test_a_missing_column_says_how_to_name_it() -> None:
    assert "(name it with `columns: {input: ...}` in `data`)" in refusal([{"x": 1}])


def test_ids_that_occur_twice_are_an_error() -> None:
    keys: list[Any] = [1, 2, 1.0]
    rows = [{"text": "a", "label": "positive", "id": key} for key in keys]
    assert "'id' contains '1' 2 times: expected distinct ids" in refusal(rows, columns={"id": "id"})


def test_a_row_without_an_id_is_an_error() -> None:
    rows: list[dict[str, Any]] = [{"text": "a", "label": "positive", "id": key} for key in ("x", None)]
    assert "row 2 of the data has no id in column 'id'" in refusal(rows, columns={"id": "id"})


def test_equal_rows_are_told_apart_by_their_occurrence() -> None:
    first, *others = sorted(ids(read(rows_of("a", "a", "a"))), key=len)
    assert sorted(others) == [f"{first}-2", f"{first}-3"]
    assert ids(read(rows_of("a"))) == [first]


def test_the_same_text_with_another_label_is_another_sample() -> None:
    first, second = ids(read(rows_of("a") + rows_of("a", label="negative")))
    assert "-2" not in first + second
    assert first != second


def test_ids_and_order_are_those_of_the_first_release() -> None:
    data = read([*rows_of("a", "b"), {"text": {"pixels": [1, 2]}, "label": "negative"}], seed=7)
    assert ids(data) == ["603e5032e899699b", "56a9fadc08b62bc1", "90af2cb0bcb8c463"]


def test_the_order_depends_on_the_seed_only() -> None:
    rows = rows_of(*"abcdefgh")
    assert ids(read(rows, seed=1)) == ids(read(Random(0).sample(rows, len(rows)), seed=1))
    assert ids(read(rows, seed=1)) != ids(read(rows, seed=2))


@settings(max_examples=50, deadline=None)
@given(st.lists(st.text(), min_size=1, max_size=30), st.integers(0, 3), st.data())
def test_a_limit_is_the_beginning_of_a_larger_one(texts: list[str], seed: int, data: st.DataObject) -> None:
    few, many = sorted(data.draw(st.tuples(*[st.integers(1, 30)] * 2)))
    rows = rows_of(*texts)
    assert read(rows, seed=seed, limit=few).samples == read(rows, seed=seed, limit=many).samples[:few]


@settings(max_examples=50, deadline=None)
@given(st.lists(st.text(), min_size=1, max_size=30, unique=True), st.randoms())
def test_ids_stay_when_rows_move_or_go(texts: list[str], random: Random) -> None:
    before = {sample.input: sample.id for sample in read(rows_of(*texts)).samples}
    some = random.sample(texts, random.randint(1, len(texts)))
    after = {sample.input: sample.id for sample in read(rows_of(*some)).samples}
    assert after == {text: before[text] for text in some}


def test_a_lone_surrogate_has_an_id() -> None:
    assert len(ids(read(rows_of("\ud800")))[0]) == 16


@pytest.mark.parametrize(
    "other", [rows_of("a", "b", "d"), rows_of("a", "b"), rows_of("a", "b") + rows_of("c", label="negative")]
)
def test_the_fingerprint_changes_with_the_data(other: list[dict[str, Any]]) -> None:
    assert read(rows_of("a", "b", "c")).fingerprint != read(other).fingerprint
    assert read(rows_of("a", "b", "c")).fingerprint == read(rows_of("c", "b", "a")).fingerprint


def test_the_fingerprint_is_of_the_samples_within_the_limit() -> None:
    rows = rows_of(*"abcdef")
    kept = [sample.input for sample in read(rows, limit=3).samples]
    assert read(rows, limit=3).fingerprint == read(rows_of(*kept)).fingerprint


def test_a_column_that_is_no_label_is_asked_after_instead_of_listed() -> None:
    rows = [{"text": f"text {at}", "label": f"text {at}"} for at in range(200)]
    with pytest.raises(
        UserError, match="does not know 200 of the data's 200 labels, beginning with 'text 0'"
    ) as refused:
        read_samples(rows, DataSpec(use="x"), ["no", "yes"], 0)
    assert len(str(refused.value)) < 400
