"""Keys of samples: equal for equal content, whatever ids and order."""

from __future__ import annotations

from random import Random
from typing import Any

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from harness.baselines.content import keys_of

rows = st.lists(st.tuples(st.sampled_from(["a", "b", "a\0", ""]), st.sampled_from(["x", "y", None])), max_size=12)


def table(content: list[tuple[str, str | None]], ids: list[str]) -> Any:
    inputs, labels = [value for value, _ in content], [label for _, label in content]
    columns = {"id": ids, "input": inputs, "label": labels, "data": ["dev"] * len(ids)}
    return pa.table({name: pa.array(each, pa.string()) for name, each in columns.items()})


@given(rows, st.integers(0, 99))
def test_other_ids_and_another_order_change_no_key(content: list[tuple[str, str | None]], seed: int) -> None:
    first = keys_of(table(content, [f"id {at}" for at in range(len(content))]))
    shuffled = Random(seed).sample(content, len(content))
    second = keys_of(table(shuffled, [f"other {at}" for at in range(len(content))]))
    named = [
        {(key, *some[int(name.split()[1])]) for name, key in keys.items()}
        for keys, some in ((first, content), (second, shuffled))
    ]
    assert named[0] == named[1]
    assert len(set(first.values())) == len(content)


def test_a_key_is_short_and_of_the_set_too() -> None:
    one = keys_of(table([("a", "x")], ["1"]))["1"]
    other = table([("a", "x")], ["1"]).set_column(3, "data", pa.array(["test"]))
    assert len(one) == 11
    assert keys_of(other)["1"] != one
