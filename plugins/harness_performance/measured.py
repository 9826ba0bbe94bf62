"""What one case measured, and the names of the parts."""

from __future__ import annotations

from dataclasses import dataclass

PROCESS = "process"
"""The part whose cases are processes begun anew."""

MEGABYTE = 1e6
"""Bytes of the unit in which memory and size are given."""


def batch_part(rows: int) -> str:
    """The part whose cases are calls with so many rows."""
    return f"batch {rows}"


@dataclass(frozen=True)
class Measured:
    """What a call or a process measured; None is what it does not measure, or what nobody knows.

    `latency` is the median of a call's repeats in milliseconds, `rows` its inputs, `length` the longest of them in
    the units of their kind. Of a process `startup` is in seconds, until it has answered one input; `memory`,
    `gpu_memory` and the model's `size` on disk are in MB (a million bytes).
    """

    rows: int
    length: int
    latency: float | None = None
    startup: float | None = None
    memory: float | None = None
    gpu_memory: float | None = None
    size: float | None = None
