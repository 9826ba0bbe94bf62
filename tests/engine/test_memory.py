"""The memory of answers: exact, and never larger than its limit."""

from __future__ import annotations

from collections.abc import Hashable

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.engine.memory import Key, Memory


def of(row: Hashable) -> Key:
    return ("", "predict", row)


def filled(limit: int, *keys: str) -> Memory:
    memory = Memory(limit)
    for key in keys:
        memory.keep([of(key)], [[0.5, 0.5]])
    return memory


def known(memory: Memory, *keys: str) -> list[str]:
    return [key for key in keys if memory.find([of(key)])[0][0]]


SIZE = filled(10**9, "a").bytes
"""What one answer takes."""


def test_an_answer_is_known_by_its_key_even_when_it_is_none() -> None:
    memory = Memory()
    memory.keep([of("a")], [None])
    assert memory.find([of("a")])[0] == (True, None)
    assert memory.find([of("b")])[0] == (False, None)


def test_the_least_recently_used_answer_is_forgotten_first() -> None:
    memory = filled(3 * SIZE, "a", "b", "c")
    memory.find([of("a")])[0]
    memory.keep([of("d")], [[0.5, 0.5]])
    assert known(memory, "a", "b", "c", "d") == ["a", "c", "d"]


def test_an_answer_put_twice_is_counted_once() -> None:
    memory = filled(3 * SIZE, "a", "a", "a")
    assert memory.bytes == SIZE


def test_a_limit_of_zero_remembers_nothing() -> None:
    assert known(filled(0, "a", "b"), "a", "b") == []


def test_an_answer_larger_than_the_limit_costs_the_others_nothing() -> None:
    memory = filled(3 * SIZE, "a", "b")
    memory.keep([of("c")], [np.zeros(10**4)])
    assert known(memory, "a", "b", "c") == ["a", "b"]
    memory.keep([of("a")], [np.zeros(10**4)])
    assert known(memory, "a", "b") == ["b"]
    assert memory.bytes == SIZE


def test_what_lies_inside_keys_and_answers_counts() -> None:
    text = "x" * 10**4
    rows = np.zeros((10, 1250))
    for key, answer in [
        (text, None),
        (("row", text), None),
        (("row", ("cut", (text,))), None),
        ("a", [[text]]),
        ("a", rows[0]),
    ]:
        memory = Memory()
        memory.keep([of(key)], [answer])
        assert 10**4 < memory.bytes < 2 * 10**4


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.text(max_size=3), st.integers(0, 300))), st.integers(0, 2000))
def test_it_never_holds_more_than_its_limit_nor_a_wrong_answer(puts: list[tuple[str, int]], limit: int) -> None:
    last: dict[str, bytes] = {}
    memory = Memory(limit)
    for key, length in puts:
        last[key] = bytes(length)
        memory.keep([of(key)], [last[key]])
        assert 0 <= memory.bytes <= limit
    for key, answer in last.items():
        assert memory.find([of(key)])[0] in ((True, answer), (False, None))
