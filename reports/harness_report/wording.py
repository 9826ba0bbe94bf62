"""Numbers, counts and moments in words, the same way everywhere on the page."""

from __future__ import annotations

import math
from datetime import datetime

from harness.reports import Moved, probability

MISSING = "–"


def number(value: float | None, digits: int = 3) -> str:
    """A number with three decimals, one from 10 on, none from 1000 on; a dash where there is none."""
    if value is None or not math.isfinite(value):
        return MISSING if value is None else str(value)
    if abs(value) >= 10:
        digits = min(digits, 0 if abs(value) >= 1000 else 1)
    return _minus(f"{value:,.{digits}f}")


def count(value: object) -> str:
    """A whole number with thousands parted; a dash where there is none."""
    return f"{value:,}" if isinstance(value, int) else MISSING


def interval(low: float | None, high: float | None) -> str:
    """`[0.24, 0.39]`, or nothing when an end is unknown."""
    return "" if low is None or high is None else f"[{number(low)}, {number(high)}]"


def value_and_interval(value: float | None, low: float | None, high: float | None) -> str:
    """`0.31 [0.24, 0.39]`."""
    return f"{number(value)} {interval(low, high)}".strip()


def signed(value: float | None) -> str:
    """A difference with its sign; one too small for three decimals keeps its first digit."""
    if value is None or not math.isfinite(value):
        return MISSING
    if 0 < abs(value) < 0.0005:
        return _minus(f"{value:+.0e}")
    return _minus(("+" if value > 0 else "") + number(value).replace("−", "-"))


def percent(share: float | None) -> str:
    """`12 %`, with a decimal below ten."""
    if share is None or not math.isfinite(share):
        return MISSING
    return f"{100 * share:.{1 if 0 < share < 0.0995 else 0}f} %"


def plural(n: int, one: str, many: str = "") -> str:
    """`1 gate`, `2 gates`."""
    return f"{n:,} {one if n == 1 else many or one + 's'}"


def listing(items: list[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return " and ".join(part for part in (", ".join(items[:-1]), *items[-1:]) if part)


def moment(text: object) -> str:
    """An ISO moment as `2 March 2026, 14:05 UTC`; what is none is left as it is."""
    try:
        when = datetime.fromisoformat(str(text))
    except ValueError:
        return str(text or MISSING)
    zone = when.strftime("%Z") or ""
    return f"{when.day} {when:%B %Y, %H:%M} {zone}".strip()


def duration(seconds: object) -> str:
    """`0.8 s`, `42 s`, `3 min 5 s`, `2 h 10 min`."""
    if not isinstance(seconds, int | float):
        return MISSING
    if seconds < 60:
        return f"{seconds:.{1 if seconds < 10 else 0}f} s"
    minutes, left = divmod(round(seconds), 60)
    return f"{minutes} min {left} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def _minus(text: str) -> str:
    return text.replace("-", "−")


def numbers_of(moved: Moved) -> tuple[str, str, str, str, str, str]:
    """Old, new, their difference, its interval, n and p of a score that was compared."""
    change = moved.change
    return (
        number(change.old),
        number(change.new),
        signed(change.difference),
        interval(change.low, change.high) or MISSING,
        count(change.n),
        probability(moved.p_holm),
    )
