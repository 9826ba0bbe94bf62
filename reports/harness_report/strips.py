"""The geometry of the charts: a dot for a value, a bar for its interval, ticks for the bounds of its gates."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from harness_report.wording import interval, number

OFF_SCALE = frozenset({"log_loss", "queries", "mae", "rmse", "clean_mae", "worst_mae", "mae_rise", "shift",
                       "latency_p50", "latency_p95", "latency_p99", "throughput", "startup", "size", "peak_memory",
                       "peak_gpu_memory", "temperature", "held_out_log_loss", "scaled_log_loss", "lac_set_size",
                       "aps_set_size"})  # fmt: skip
"""Scores that have no upper end: a value of theirs that happens to lie in 0..1 means something else there."""


@dataclass(frozen=True)
class Bound:
    """The bound of a gate on a score, and its verdict."""

    kind: str
    value: float
    verdict: str

    @property
    def words(self) -> str:
        """`at least 0.35`."""
        return f"{'at most' if self.kind == 'max' else 'at least'} {number(self.value)}"


@dataclass(frozen=True)
class Axis:
    """A scale that all strips of a table share, with a labelled tick at every `step`."""

    start: float
    end: float = 1.0
    step: float = 0.25

    @property
    def ticks(self) -> list[tuple[float, str]]:
        """The places of the labelled lines, in percent, and their labels."""
        places = range(round(self.start / self.step), round(self.end / self.step) + 1)
        return [(self.at(each * self.step), f"{each * self.step:g}".replace("-", "−")) for each in places]

    def at(self, value: float) -> float:
        """A value's place from the left, in percent."""
        return round(100 * (value - self.start) / (self.end - self.start), 2)


@dataclass(frozen=True)
class Tick:
    """A gate's bound on a strip, in percent; `demanded` is the first and last percent that satisfy it."""

    at: float
    demanded: tuple[float, float]
    verdict: str


@dataclass(frozen=True)
class Strip:
    """One score drawn on an axis; places are percents from the left."""

    dot: float
    low: float | None
    high: float | None
    ticks: list[Tick]
    words: str


def axis(spans: Iterable[Sequence[float | None]]) -> Axis:
    """0..1, or as much more to the left, in quarters down to -1, as scores that may be negative need."""
    lowest = min((each for span in spans for each in span if each is not None), default=0.0)
    return Axis(min(0.0, math.floor(lowest * 4) / 4))


def axis_of(spans: Iterable[Sequence[float | None]]) -> Axis:
    """As far as zero and the given values reach, in at most six steps of 1, 2 or 5 times a power of ten."""
    known = [0.0, *(each for span in spans for each in span if each is not None)]
    low, high = min(known), max(known)
    least = (high - low or 1.0) / 5
    power: float = 10.0 ** math.floor(math.log10(least))
    step = next(each * power for each in (1, 2, 5, 10) if each * power >= least)
    first, last = math.floor(low / step), math.ceil(high / step)
    return Axis(first * step, max(last, first + 1) * step, step)


def drawable(name: str, value: float | None, low: float | None, high: float | None) -> bool:
    """Whether a score belongs on a scale that ends at 1: a share, a probability or a difference of two."""
    known = [each for each in (value, low, high) if each is not None]
    return value is not None and name.partition("@")[0] not in OFF_SCALE and all(-1 <= each <= 1 for each in known)


def strip(
    name: str, value: float, low: float | None, high: float | None, bounds: Sequence[Bound], scale: Axis
) -> Strip:
    """A score on the axis, and the same in words."""
    ends = interval(low, high)
    demands = "".join(f"; gate: {bound.words}, {bound.verdict}" for bound in bounds)
    return Strip(
        dot=scale.at(value),
        low=None if not ends or low is None else scale.at(low),
        high=None if not ends or high is None else scale.at(high),
        ticks=[_tick(bound, scale) for bound in bounds if scale.start <= bound.value <= scale.end],
        words=f"{name}: {number(value)} {ends}".strip() + demands,
    )


def _tick(bound: Bound, scale: Axis) -> Tick:
    at = scale.at(bound.value)
    return Tick(at, (0.0, at) if bound.kind != "min" else (at, 100.0), bound.verdict)


def at_zero(drawn: Strip, scale: Axis) -> Strip:
    """The strip with an upright line at zero, where a change is none."""
    at = scale.at(0.0)
    return replace(drawn, ticks=[Tick(at, (at, at), ""), *drawn.ticks])
