"""Records with a payload of every type it may have, for properties."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from hypothesis import strategies as st

from harness import Record


@dataclass(frozen=True, slots=True)
class Payload:
    """A field of every type a payload may have."""

    text: str
    count: int
    share: float
    right: bool
    kind: Literal["a", "b"]
    weights: list[float]
    words: tuple[str, ...]
    maybe: float | None
    nested: list[list[int]]


INTEGERS = st.integers(-(2**63), 2**63 - 1)
FLOATS = st.floats(allow_nan=False)
PAYLOADS = st.builds(
    Payload,
    text=st.text(),
    count=INTEGERS,
    share=FLOATS,
    right=st.booleans(),
    kind=st.sampled_from(["a", "b"]),
    weights=st.lists(FLOATS, max_size=3),
    words=st.lists(st.text(), max_size=3),
    maybe=st.none() | FLOATS,
    nested=st.lists(st.lists(INTEGERS, max_size=2), max_size=2),
)
RECORDS = st.builds(
    Record,
    task=st.just("task"),
    part=st.text(),
    sample=st.text(),
    status=st.sampled_from(["ok", "skipped", "error"]),
    error=st.none() | st.text(),
    asked=st.integers(0, 2**40),
    payload=st.none() | PAYLOADS,
)
