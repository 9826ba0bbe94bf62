"""Inputs of several texts: what remains without some of their units."""

from __future__ import annotations

from importlib.metadata import EntryPoint
from typing import Any

import pytest
from harness_text.kinds import PAIRS
from hypothesis import given
from hypothesis import strategies as st

from harness import UserError
from harness.kinds import inputs
from harness.kinds.inputs import input_kinds, kind_of

texts = st.dictionaries(st.sampled_from(["a", "b", "c"]), st.text(max_size=12), min_size=1)


@given(texts)
def test_keeping_every_unit_is_the_input(value: dict[str, str]) -> None:
    units = [letter for text in value.values() for letter in text]
    assert PAIRS.keep(value, units, set(range(len(units)))) == value
    assert PAIRS.keep(value, units, set()) == dict.fromkeys(value, "")


@given(texts, st.integers(0, 40))
def test_erasing_a_unit_takes_it_from_its_own_text(value: dict[str, str], at: int) -> None:
    units = [letter for text in value.values() for letter in text]
    found = PAIRS.keep(value, units, set(range(len(units))) - {at})
    assert "".join(found.values()) == "".join(unit for number, unit in enumerate(units) if number != at)
    assert sum(found[column] != value[column] for column in value) == (at < len(units))


def test_the_kind_that_any_column_may_be_is_asked_last() -> None:
    assert list(input_kinds())[-2:] == ["pair", "text"]


def test_a_kind_that_cannot_be_loaded_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = EntryPoint("broken", "nowhere_to_be_found:KIND", "harness.inputs")
    monkeypatch.setattr(inputs, "entry_points", lambda group: [broken])
    with pytest.raises(UserError, match=r"the kind of input 'broken' .* could not be loaded: ModuleNotFoundError"):
        input_kinds.__wrapped__()


@pytest.mark.parametrize("wrong", [3, None, ["a"], {"a": None}, {}])
def test_what_is_no_text_has_none(wrong: Any) -> None:
    with pytest.raises(TypeError, match=r"expected (an input|a mapping of columns to texts).*, but got"):
        kind_of(wrong).fields(wrong)
