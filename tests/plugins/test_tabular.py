"""Rows as a kind of input: what becomes of cells, what is left out of a row, and what perturbations and attacks do."""

from __future__ import annotations

import copy
import json
import pickle
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from random import Random
from typing import Any, cast

import numpy as np
import pytest
from harness_tabular import ROW, Column, Row
from harness_tabular.greedy_cells import greedy_cells
from harness_tabular.perturbations import jitter_numbers, missing_cells, swap_categories
from hypothesis import given
from hypothesis import strategies as st

from harness import Case, Engine, InputKind, Sample, UserError, kind_of, predict
from harness.data.samples import read_samples
from harness.kinds.inputs import input_kind, recognised
from harness.reports import TableBlock
from harness.suite.file import DataSpec

COLUMNS: dict[str, list[Any]] = {
    "age": [31, 45, None, 27, 60],
    "income": [1.5, 2.25, 3.0, None, 9.75],
    "job": ["clerk", "nurse", "clerk", None, "cook"],
    "owner": [True, False, None, True, True],
}
PERTURBATIONS = [jitter_numbers, swap_categories, missing_cells]

names = st.text(st.characters(codec="utf-8"), max_size=8)
cells = st.one_of(st.integers(), st.floats(allow_nan=False), st.booleans(), st.none(), st.text(max_size=8))
tables = st.integers(1, 6).flatmap(
    lambda count: st.dictionaries(
        names,
        st.sampled_from(
            [st.integers(-(2**60), 2**60), st.floats(allow_nan=False), st.booleans(), st.sampled_from(["a", "b", "c"])]
        ).flatmap(lambda each: st.lists(st.none() | each, min_size=count, max_size=count)),
        min_size=1,
        max_size=5,
    )
)


def read(columns: Mapping[str, Sequence[object]] = COLUMNS) -> list[Row]:
    return list(ROW.read(columns))


def typed(row: Mapping[str, Any]) -> dict[str, tuple[type, Any]]:
    return {name: (type(cell), cell) for name, cell in row.items()}


def test_the_kind_is_installed_and_answers_its_protocol() -> None:
    kind: InputKind = input_kind("row")
    assert kind is ROW is kind_of(read()[0])
    assert isinstance(ROW, InputKind)


# What the columns hold


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["1", "-2", " 30 "], [1, -2, 30]),
        (["1", "2.5", "1e3"], [1.0, 2.5, 1000.0]),
        (["true", "False", "TRUE"], [True, False, True]),
        (["1", "", " "], [1, None, None]),
        (["red", "", "1"], ["red", None, "1"]),
        (["007", "12"], ["007", "12"]),
        (["4929000000006123789", "1"], ["4929000000006123789", "1"]),
        (["nan", "1"], ["nan", "1"]),
        (["", ""], [None, None]),
    ],
)
def test_a_column_of_csv_is_what_all_its_cells_look_like(texts: list[str], expected: list[Any]) -> None:
    found = [row["a"] for row in read({"a": texts, "b": ["x"] * len(texts)})]
    assert [(type(cell), cell) for cell in found] == [(type(cell), cell) for cell in expected]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([1, 2.5, None], [1.0, 2.5, None]),
        ([float("nan"), 1.0], [None, 1.0]),
        ([np.int8(3), np.float32(0.5)], [3.0, 0.5]),
        ([np.int64(3), np.int64(4)], [3, 4]),
        ([np.bool_(True), False], [True, False]),
        ([Decimal("1.50"), Decimal("NaN")], [1.5, None]),
        ([date(2024, 1, 2), np.datetime64("2024-01"), np.datetime64("NaT")], ["2024-01-02", "2024-01", None]),
        (["12", ""], ["12", ""]),
        ([float("inf"), 1.0], [float("inf"), 1.0]),
    ],
)  # fmt: skip
def test_what_has_a_type_keeps_it(values: list[Any], expected: list[Any]) -> None:
    found = [row["a"] for row in read({"a": values, "b": [1] * len(values)})]
    assert [(type(cell), cell) for cell in found] == [(type(cell), cell) for cell in expected]


def test_frames_of_pandas_and_arrow_become_plain_cells() -> None:
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame(
        {
            "n": pd.array([1, None], "Int64"),
            "c": pd.Categorical(["a", None]),
            "t": pd.to_datetime(["2024-01-02", None]),
            "f": [1.5, None],
        }
    )
    records = frame.to_dict(orient="records")
    first, second = read({name: [row[name] for row in records] for name in frame})
    assert typed(first) == typed({"n": 1, "c": "a", "t": "2024-01-02T00:00:00", "f": 1.5})
    assert second == dict.fromkeys("nctf")


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        (
            {"age": [31, None, "old"]},
            "row 3 of the data has 'old' in column 'age', row 1 has 31: expected cells of one",
        ),
        ({"age": [31, True]}, "row 2 of the data has True in column 'age', row 1 has 31"),
        ({"age": [31], "tags": [["a"]]}, r"row 1 of the data has \['a'\] in column 'tags': expected a number, a text"),
    ],
)
def test_a_column_that_cannot_be_read_is_named_with_its_row(columns: dict[str, list[Any]], message: str) -> None:
    with pytest.raises(UserError, match=message):
        read(columns)


@pytest.mark.parametrize(
    ("columns", "kind"),
    [
        ({"a": ["1", "2"]}, "text"),
        ({"a": [1, 2]}, "text"),
        ({"a": ["1 a", "2"], "b": ["x", "y"]}, "pair"),
        ({"a": [1, None], "b": ["x", "y"]}, "row"),
        ({"a": [True, False], "b": [None, None]}, "row"),
        ({"a": [0.5], "b": ["x"]}, "row"),
    ],
)
def test_rows_are_recognised_by_cells_that_are_no_texts(columns: dict[str, list[Any]], kind: str) -> None:
    assert recognised(columns).name == kind


@pytest.mark.parametrize("numbers", [["1", "2"], ["0.5", ""], ["-1e3", " 7 "]])
def test_numbers_that_are_written_as_texts_are_no_text_pair(numbers: list[str]) -> None:
    with pytest.raises(UserError, match="columns a, b contain no installed kind of input: name one with `kind:`"):
        recognised({"a": numbers, "b": ["x", "y"]})


@pytest.mark.parametrize(
    "columns", [{"a": ["x"], "b": [float("nan")]}, {"a": ["x"], "b": [None]}, {"a": [1], "b": [[1]]}]
)
def test_a_text_that_is_missing_makes_no_row(columns: dict[str, list[Any]]) -> None:
    assert not ROW.recognises(columns)


def test_a_suite_says_row_where_csv_has_texts() -> None:
    rows = [
        {"age": "31", "job": "clerk", "label": "no", "id": "1"},
        {"age": "", "job": "cook", "label": "yes", "id": "2"},
    ]
    spec = DataSpec.model_validate({"use": "given", "kind": "row", "columns": {"id": "id"}})
    data = read_samples(rows, spec, ["no", "yes"], 0)
    assert data.kind is ROW
    assert {sample.id: sample.input for sample in data.samples} == {
        "1": {"age": 31, "job": "clerk"},
        "2": {"age": None, "job": "cook"},
    }


def test_a_limit_does_not_change_what_is_left_out() -> None:
    rows = [{"age": str(age), "job": "cook", "label": "no"} for age in range(20, 60)]
    of_all, of_few = (
        read_samples(rows, DataSpec.model_validate({"use": "given", "kind": "row", "limit": limit}), ["no"], 0).samples
        for limit in (40, 3)
    )
    assert of_few[0].input.columns == of_all[0].input.columns == {
        "age": Column(39, tuple(range(20, 60)), float(np.std(range(20, 60)))),
        "job": Column("cook", ("cook",)),
    }  # fmt: skip


# A row as a value


def test_a_row_is_a_dict_and_its_copies_know_what_it_knows() -> None:
    row = read()[0]
    assert row == {"age": 31, "income": 1.5, "job": "clerk", "owner": True}
    for same in (row.copy(), copy.copy(row), copy.deepcopy(row), pickle.loads(pickle.dumps(row)), row | {}):
        assert (type(same), same, same.columns) == (Row, row, row.columns)
    assert read()[0].columns == row.columns
    assert (row | {"age": 3})["age"] == 3
    assert row["age"] == 31


@given(st.dictionaries(names, cells, max_size=6), st.dictionaries(names, cells, max_size=3))
def test_what_is_written_is_read_back_with_its_types(given_cells: dict[str, Any], left_out: dict[str, Any]) -> None:
    row = Row(given_cells, {name: Column(cell) for name, cell in left_out.items()})
    found = ROW.parse(ROW.write(row))
    assert isinstance(found, Row)
    assert list(typed(found).items()) == list(typed(row).items())
    assert found.columns == row.columns
    assert ROW.key(found) == ROW.key(row)


def test_what_is_written_is_json_that_any_reader_takes() -> None:
    written = ROW.write(Row({"a": float("inf"), "b": float("nan"), "c": None, "d": 1.0, "e": "\u00e9"}))
    assert "Infinity" not in written
    assert "NaN" not in written
    assert json.loads(written)["cells"] == {"a": float("inf"), "b": None, "c": None, "d": 1.0, "e": "\u00e9"}


@pytest.mark.parametrize("written", ["[]", "{}", '{"cells": []}', "nothing", '{"age": 3}'])
def test_what_is_no_row_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="xpect"):
        ROW.parse(written)


@given(tables, st.data())
def test_keeping_every_column_is_the_row_and_leaving_one_out_keeps_its_key(
    columns: dict[str, list[Any]], draw: st.DataObject
) -> None:
    row = draw.draw(st.sampled_from(read(columns)))
    units = draw.draw(st.permutations(ROW.units(row)))
    assert typed(ROW.keep(row, units, set(range(len(units))))) == typed(row)
    without = ROW.keep(row, units, set(range(1, len(units))))
    assert list(without) == list(row)
    assert {name: cell for name, cell in without.items() if cell != row[name]}.keys() <= {units[0]}
    assert without[units[0]] == row.column(units[0]).baseline
    assert ROW.keep(ROW.parse(ROW.write(row)), units, set()) == ROW.keep(row, units, set())


def test_what_is_left_out_has_the_usual_value_of_its_column() -> None:
    row = read()[1]
    assert ROW.keep(row, ["owner", "job", "income", "age"], set()) == {
        "age": 31,
        "income": 2.25,
        "job": "clerk",
        "owner": True,
    }
    assert ROW.keep(Row({"age": 3}), ["age"], set()) == {"age": None}
    with pytest.raises(ValueError, match="expected the columns"):
        ROW.keep(row, ["age"], {0})


def test_weights_stand_by_column_whatever_the_order_of_the_units() -> None:
    assert ROW.shared(["b", "a", "c"], [2, 1, 3]).tolist() == [1, 2, 3]


def test_a_row_is_shown_with_what_changed_and_with_what_weighs() -> None:
    before = Row({"age": 31, "job": "clerk", "owner": True, "income": None})
    after = before | {"job": None, "income": 0.1 + 0.2}
    [block] = ROW.view(after, before)
    shown = {"age": "31", "job": "missing", "owner": "True", "income": "0.3"}
    assert block == TableBlock(shown, changed={"job": "clerk", "income": "missing"})
    assert ROW.view(before) == [TableBlock({**shown, "job": "clerk", "income": "missing"})]
    [weighed] = ROW.view_units(after, ["age", "job", "owner", "income"], [1, 2, 3, 4])
    assert weighed.weights == {"age": 1, "job": 2, "owner": 3, "income": 4}
    assert ROW.distance(before, after) == (2.0, "2 cells")
    assert ROW.distance(before, before | {"income": float("nan")}) == (0.0, "0 cells")
    assert ROW.distance(before, before | {"age": 3}) == (1.0, "1 cell")


@pytest.mark.parametrize("wrong", [{"age": 3}, "a", None, Row({"age": [3]}), Row(cast("Any", {3: 4}))])
def test_what_is_no_row_of_cells_is_none(wrong: object) -> None:
    assert not ROW.holds(wrong)


# Perturbations


@pytest.mark.parametrize("perturb", PERTURBATIONS)
@given(columns=tables, seed=st.integers(0, 99), severity=st.integers(1, 5))
def test_a_perturbed_row_keeps_its_columns_and_types(
    perturb: Callable[..., Row], columns: dict[str, list[Any]], seed: int, severity: int
) -> None:
    for row in read(columns):
        before = row.copy()
        found = perturb(row, Random(seed), severity=severity)
        assert ROW.holds(found)
        assert (row, list(found), found.columns) == (before, list(row), row.columns)
        for name, cell in found.items():
            assert type(cell) in {type(row[name]), type(None)}
            seen: Any = row.column(name).seen
            assert cell is None or min(seen) <= cell <= max(seen)
        assert perturb(row, Random(seed), severity=severity) == found


def test_every_perturbation_touches_what_it_is_for() -> None:
    row = read()[1]
    moved = jitter_numbers(row, Random(1), severity=5)
    assert (moved["job"], moved["owner"], moved["age"] != 45, moved["income"] != 2.25) == ("nurse", False, True, True)
    swapped = swap_categories(row, Random(1), severity=5)
    assert ROW.distance(row, swapped)[0] == 1
    assert ROW.distance(swapped, row | {"job": swapped["job"], "owner": swapped["owner"]})[0] == 0
    assert [cell for cell in missing_cells(row, Random(1)).values() if cell is None] == [None]


@pytest.mark.parametrize("perturb", PERTURBATIONS)
def test_a_row_without_data_has_nothing_to_be_perturbed_by_but_gaps(perturb: Callable[..., Row]) -> None:
    row = Row({"age": 3, "job": "cook"})
    assert list(perturb(row, Random(0)).values()).count(None) == (perturb is missing_cells)


# The attack


class Model:
    """Refuses the young, unless they are nurses; counts what it is asked."""

    labels = ("no", "yes")

    def __init__(self) -> None:
        self.rows: list[Mapping[str, Any]] = []

    def __call__(self, rows: Sequence[Mapping[str, Any]]) -> Any:
        self.rows += rows
        yes = [0.1 + 0.01 * (row["age"] or 0) + 0.2 * (row["job"] == "nurse") for row in rows]
        return [[1 - each, each] for each in yes]


def attacked(row: Row, **settings: Any) -> tuple[Row, Model]:
    model = Model()

    def session(sample: Sample[Row], rng: Random) -> Any:
        return greedy_cells(sample, rng, **settings)

    [outcome] = Engine({"": model}).run([Case("t", "", Sample("1", row, 0), session)])
    if outcome.error:
        raise AssertionError(outcome.error)
    return outcome.value, model


def test_the_attack_changes_few_cells_to_values_that_occur() -> None:
    row = read()[3]
    found, model = attacked(row)
    assert found == {**row, "age": 60}
    assert model([found])[0][1] > 0.5
    assert all(cell in [*COLUMNS[name], row[name]] for asked in model.rows for name, cell in asked.items())


def test_the_attack_is_bounded_and_leaves_frozen_columns_alone() -> None:
    row = read()[3]
    found, model = attacked(row, frozen=["age"], cells=1)
    assert found == {**row, "job": "nurse"}
    assert {asked["age"] for asked in model.rows} == {27}
    assert attacked(row, frozen=list(row))[0] == row
    assert attacked(row, frozen=["age", "job"])[0] == row


def test_the_attack_tries_a_few_values_of_a_column() -> None:
    rows = read({"age": list(range(60)), "job": ["clerk"] * 60})
    _, model = attacked(rows[7], cells=1, values=4)
    assert [asked["age"] for asked in model.rows] == [7, 0, 20, 40, 59]


def test_a_frozen_column_that_is_not_there_is_no_protection() -> None:
    with pytest.raises(AssertionError, match="frozen: there is no column 'aeg': expected some of age"):
        attacked(read()[0], frozen=["aeg"])


def test_the_trial_has_rows_and_a_model_that_is_mostly_right() -> None:
    trial = ROW.trial()
    assert trial is not None
    names = [name for name in trial.rows[0] if name != "label"]
    rows = read({name: [row[name] for row in trial.rows] for name in names})
    assert ROW.recognises({name: [row[name] for row in trial.rows] for name in names})
    answers = np.asarray(trial.model(rows))
    right = [trial.labels[at] == row["label"] for at, row in zip(answers.argmax(1), trial.rows, strict=True)]
    assert 0.7 < np.mean(right) < 1
    assert {type(cell) for row in rows for cell in row.values()} == {int, float, bool, str, type(None)}


def test_an_engine_remembers_a_row_by_its_cells() -> None:
    model = Model()

    def session(sample: Sample[Row], rng: Random) -> Any:
        return (yield from predict([sample.input, sample.input.copy(), sample.input | {"age": 31.0}])).array

    [outcome] = Engine({"": model}).run([Case("t", "", Sample("1", read()[0], 0), session)])
    assert (outcome.error, len(model.rows)) == (None, 2)
