"""How often the bounds of ratios of two models' scores miss the truth: `python -m benchmarks.ratios [DRAWS]`.

Each end is a one-sided bound at 95 %: it should lie on the wrong side of the truth in 5 % of draws at most.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator

import numpy as np

from harness.statistics.clusters import Blocks
from harness.statistics.paired import Difference
from harness.statistics.quotients import of_any, of_bounds, of_shares, of_values
from harness.types import Array

TRUTH = 1.1
"""What the new model's scores are of the old one's."""

Draw = Callable[[np.random.Generator, int], Difference]


def means(rng: np.random.Generator, n: int) -> Difference:
    """Losses with a long tail: mean and standard deviation are alike."""
    return of_values(*_pair(rng, n, 0.8), seed=int(rng.integers(2**31)), resamples=400)


def percentile(rng: np.random.Generator, n: int, at: int) -> Difference:
    """Durations of which a share is longer."""
    pair = _pair(rng, n, 0.5)
    blocks = Blocks.of([str(place) for place in range(n)], 0)
    left = [
        np.array([np.percentile(each[blocks.places != block], at) for block in range(blocks.count)]) for each in pair
    ]
    old, new = (float(np.percentile(each, at)) for each in pair)
    return of_any((old, new), (left[0], left[1]), blocks)


def shares(rng: np.random.Generator, n: int, share: float) -> Difference:
    """Of right answers, of which one in ten is drawn anew, and some more of the new model are wrong."""
    old = rng.random(n) < share * TRUTH
    new = np.where(rng.random(n) < 0.1, rng.random(n) < share * TRUTH, old)
    return of_shares(old, new & (rng.random(n) < 1 / TRUTH**2))


def unpaired(rng: np.random.Generator, n: int) -> Difference:
    """Means of which each side has its interval only."""
    known = []
    for each in _pair(rng, n, 0.5):
        half = 1.645 * float(each.std(ddof=1)) / n**0.5
        known.append((float(each.mean()), float(each.mean()) - half, float(each.mean()) + half))
    return of_bounds(known[0], known[1])


def _pair(rng: np.random.Generator, n: int, spread: float) -> tuple[Array, Array]:
    drawn = rng.normal(size=(n, 2))
    return np.exp(spread * drawn[:, 0]), TRUTH * np.exp(spread * (0.8 * drawn[:, 0] + 0.6 * drawn[:, 1]))


ROWS: dict[str, tuple[Draw, float]] = {
    "means, paired": (means, TRUTH),
    "medians, by blocks": (lambda rng, n: percentile(rng, n, 50), TRUTH),
    "95th percentiles, by blocks": (lambda rng, n: percentile(rng, n, 95), TRUTH),
    "99th percentiles, by blocks": (lambda rng, n: percentile(rng, n, 99), TRUTH),
    "shares of 0.8, paired": (lambda rng, n: shares(rng, n, 0.8), TRUTH**-2),
    "shares of 0.3, paired": (lambda rng, n: shares(rng, n, 0.3), TRUTH**-2),
    "means, two intervals only": (unpaired, TRUTH),
}


def rows(draws: int) -> Iterator[str]:
    """The table, line by line."""
    yield "| ratio of | n | lower bound above | upper bound below |"
    yield "|---|---|---|---|"
    rng = np.random.default_rng(7)
    for name, (draw, truth) in ROWS.items():
        for n in (50, 200, 1000):
            found = [draw(rng, n) for _ in range(draws)]
            above = np.mean([each.low is not None and each.low > truth for each in found])
            below = np.mean([each.high is not None and each.high < truth for each in found])
            yield f"| {name} | {n:,} | {100 * above:.1f} % | {100 * below:.1f} % |"


if __name__ == "__main__":
    print("\n".join(rows(int(sys.argv[1]) if len(sys.argv) > 1 else 2000)))
