"""What gates on gaps between groups are worth: how often they pass or fail by chance, and find what is there.

`python -m benchmarks.gaps [DRAWS]` prints the table of docs/statistics.md: groups of cases are drawn whose shares are
known, and a gate stands at the true gap (false pass, false fail), or beside it by 0.1 (passes, fails).
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence

import numpy as np
from harness_fairness.gaps import Gap, Measured, difference, larger, ratio, share_of

WORLDS: Sequence[tuple[tuple[float, ...], tuple[int, ...]]] = (
    ((0.30, 0.40), (100, 100)),
    ((0.30, 0.40), (300, 300)),
    ((0.30, 0.40), (1000, 200)),
    ((0.05, 0.15), (200, 200)),
    ((0.20, 0.20), (200, 200)),
    ((0.30, 0.30, 0.30, 0.40), (200, 200, 200, 200)),
    ((0.30, 0.33, 0.36, 0.38, 0.40), (300, 300, 300, 300, 300)),
    ((0.40, 0.40, 0.40, 0.30), (500, 100, 80, 60)),
)
"""The true share of each group, and its cases."""


def main() -> None:
    """Print the table."""
    draws = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    print("| shares | cases | gap | false pass / fail | passes / fails 0.1 away |\n|---|---|---|---|---|")
    for shares, sizes in WORLDS:
        for row in _rows(shares, sizes, draws):
            print(row, flush=True)


def _rows(shares: Sequence[float], sizes: Sequence[int], draws: int) -> Iterator[str]:
    rng = np.random.default_rng(0)
    found: dict[str, list[Gap]] = {"difference": [], "ratio": [], "larger of two": []}
    for _ in range(draws):
        found["difference"].append(difference(_drawn(rng, shares, sizes), 0.95))
        found["ratio"] += filter(None, [ratio(_drawn(rng, shares, sizes), 0.95)])
        found["larger of two"].append(larger([difference(_drawn(rng, shares, sizes), 0.95, 2) for _ in range(2)]))
    gap = max(shares) - min(shares)
    named = f"| {', '.join(map(str, shares))} | {', '.join(map(str, sizes))}"
    for name, gaps in found.items():
        true = min(shares) / max(shares) if name == "ratio" else gap
        sign = -1 if name == "ratio" else 1
        beyond, within = true + sign * 0.1, true - sign * 0.1
        at, away = _decided(gaps, true, sign), (_decided(gaps, beyond, sign)[0], _decided(gaps, within, sign)[1])
        known = f"{away[1]:.0f}" if within >= 0 and within <= 1 else "-"
        yield f"{named} | {name} | {at[0]:.1f} / {at[1]:.1f} | {away[0]:.0f} / {known} |"


def _drawn(rng: np.random.Generator, shares: Sequence[float], sizes: Sequence[int]) -> dict[str, Measured]:
    made: Callable[[float, int], Measured] = lambda share, n: share_of(rng.random(n) < share)  # noqa: E731
    return {str(at): made(share, n) for at, (share, n) in enumerate(zip(shares, sizes, strict=True))}


def _decided(gaps: Sequence[Gap], bound: float, sign: int) -> tuple[float, float]:
    """How often a gate at a bound passes and fails, in percent; a ratio passes at or above it."""
    ends = [(each.low, each.high) if sign > 0 else (each.high, each.low) for each in gaps]
    passes = [good is not None and sign * (bound - good) >= 0 for _, good in ends]
    fails = [bad is not None and sign * (bad - bound) > 0 for bad, _ in ends]
    return 100 * float(np.mean(passes)), 100 * float(np.mean(fails))


if __name__ == "__main__":
    main()
