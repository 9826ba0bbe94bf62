"""Suites are read as YAML 1.2 data: plain words mean what they say, every key has a line, nothing clever passes."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness import UserError
from harness.suite.reading import parse, scalar

PRINTABLE = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=12)
PLAIN = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | PRINTABLE
DOCUMENTS = st.dictionaries(
    PRINTABLE,
    st.recursive(PLAIN, lambda inner: st.lists(inner) | st.dictionaries(PRINTABLE, inner), max_leaves=6),
    max_size=4,
)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"), ("yes", "yes"), ("on", "on"), ("Off", "Off"), ("1:30", "1:30"), ("2026-01-01", "2026-01-01"),
        ("1_000", "1_000"), ("0b1", "0b1"), ("tRue", "tRue"), ("nan", "nan"), ("1.2.3", "1.2.3"), ("-", "-"),
        ("true", True), ("True", True), ("TRUE", True), ("false", False), ("null", None), ("~", None), ("", None),
        ("7", 7), ("-7", -7), ("+7", 7), ("007", 7), ("0o17", 15), ("0xff", 255), ("1.5", 1.5), (".5", 0.5),
        ("1.", 1.0), ("1e3", 1000.0), ("-1.5E-2", -0.015), (".inf", math.inf), ("-.INF", -math.inf),
    ],
)  # fmt: skip
def test_a_plain_word_means_what_yaml_1_2_says(text: str, value: object) -> None:
    assert (scalar(text), type(scalar(text))) == (value, type(value))


def test_nan_is_a_number() -> None:
    assert math.isnan(scalar(".nan"))


@pytest.mark.parametrize("text", ['"7"', "'7'", "|-\n 7", ">-\n 7"])
def test_what_is_quoted_stays_text(text: str) -> None:
    assert parse(f"key: {text}", "s")[0] == {"key": "7"}


def test_a_number_longer_than_python_reads_is_no_crash() -> None:
    assert parse("seed: " + "9" * 5000, "s")[0] == {"seed": math.inf}


@settings(max_examples=25, deadline=None)
@given(DOCUMENTS)
def test_json_is_read_as_what_it_says(document: dict[str, Any]) -> None:
    assert parse(json.dumps(document), "s")[0] == document


def test_every_key_and_entry_knows_its_line() -> None:
    _, lines = parse("# a comment\na:\n  b: 1\n\n  c:\n  - x\n  - {d: 2,\n     e: 3}\n", "s")
    expected = {("a",): 2, ("a", "b"): 3, ("a", "c"): 5, ("a", "c", 0): 6, ("a", "c", 1): 7}
    assert lines == {(): 2, **expected, ("a", "c", 1, "d"): 7, ("a", "c", 1, "e"): 8}


def test_an_empty_document_is_none() -> None:
    assert parse("# nothing\n", "s") == (None, {})


def test_a_word_and_a_number_are_different_keys() -> None:
    assert parse("0: a\n'0': b", "s")[0] == {0: "a", "0": "b"}


def test_a_byte_order_mark_and_windows_line_ends_are_read() -> None:
    assert parse("\ufeffa: 1\r\nb: 2\r\n", "s")[0] == {"a": 1, "b": 2}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\na: 2", "s:2: key 'a' stands twice (first in line 1)"),
        ("x:\n  a: 1\n  b: 2\n  a: 3", "s:4: key 'a' stands twice (first in line 2)"),
        ("x: {a: 1, a: 2}", "s:1: key 'a' stands twice"),
        ("a: &one 1\nb: *one", "s:2: aliases (*one) are not allowed"),
        ("a: 1\nb: !!int 2", "s:2: tags (tag:yaml.org,2002:int) are not allowed"),
        ("a: !!python/object/apply:os.system [ls]", "s:1: tags (tag:yaml.org,2002:python/object/apply:os.system)"),
        ("a: !mine {b: 1}", "s:1: tags (!mine) are not allowed"),
        ("!mine a: 1", "s:1: tags (!mine) are not allowed"),
        ("a: 1\n1.5: 2", "s:2: expected a word or a whole number as key, but got 1.5"),
        ("~: 2", "s:1: expected a word or a whole number as key, but got None"),
        ("[a]: 2", "s:1: expected a word or a whole number as key, but got a list or a mapping"),
        ("a:\n\tb: 1", "s:2: not valid YAML: found character '\\t' that cannot start any token"),
        ("a: [1,\n", "s:2: not valid YAML"),
        ("a: b: c", "s:1: not valid YAML: mapping values are not allowed here"),
        ("a: 1\n---\nb: 2", "s:2: not valid YAML: but found another document"),
        ("a: 1\nb: \x00", "s:2: not valid YAML: special characters are not allowed"),
        ("a: " + "[" * 100 + "]" * 100, "s:1: nested too deeply"),
        ("a: " + "[" * 3000 + "]" * 3000, "s:1: nested too deeply"),
        ("".join(" " * at + "a:\n" for at in range(100)), "s:51: nested too deeply"),
    ],
)
def test_what_is_not_plain_data_is_refused_with_its_line(text: str, message: str) -> None:
    with pytest.raises(UserError) as refused:
        parse(text, "s")
    assert message in str(refused.value)
    assert "\n" not in str(refused.value)
