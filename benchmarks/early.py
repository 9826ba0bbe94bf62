"""What ending early is worth: how often a gate is decided wrongly, however often one looks, and with how many samples.

`python -m benchmarks.early [DRAWS]` prints the tables of docs/statistics.md. A gate `min` on a share, whose truth is so
many standard errors of all n samples above its bound, and a gate `drop` on paired decisions of which a share is
otherwise. The samples are those up to the look of a run that decides (`harness.early.looks`).
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterator
from typing import TypeAlias

import numpy as np

from harness.early.looks import next_look
from harness.statistics.betting import betting_power, ruled_out
from harness.types import Array

ALPHA = 0.05
DISTANCES = (-4, -3, -2, 0, 1, 2, 3, 4, 5, 6)
DISCORDANCE = 0.12
Draw: TypeAlias = Callable[[np.random.Generator], Array]


def looked_at(n: int | None, most: int) -> int:
    """The samples at the first look after n, or at the last."""
    look = 0
    while look < (n or most):
        look = next_look(look, most)
    return look


def row(title: str, draw: Draw, bound: float, most: int, distance: float, draws: int) -> str:
    """How often the gate passes and fails, how many samples it counts, and how many fewer that is."""
    rng, passed, failed, counted = np.random.default_rng(round(10 * distance) + most), 0, 0, []
    for _ in range(draws):
        values = draw(rng)
        above, below = ruled_out(values, bound, most, ALPHA), ruled_out(1 - values, 1 - bound, most, ALPHA)
        is_first = above is not None and (below is None or above < below)
        passed, failed = passed + is_first, failed + (below is not None and not is_first)
        counted.append(looked_at(min((each for each in (above, below) if each), default=None), most))
    mean, expected = float(np.mean(counted)), 100 * betting_power(abs(distance), ALPHA)
    rates = f"{100 * passed / draws:.1f} | {100 * failed / draws:.1f} | {expected:.1f}"
    return f"| {title} | {most:,} | {distance:+g} | {rates} | {mean:,.0f} | {most / mean:.2f} |"


def shares(draws: int) -> Iterator[str]:
    """A gate `min` on a share."""
    for bound, most in ((0.8, 1000), (0.8, 200), (0.8, 10_000), (0.5, 1000), (0.95, 1000)):
        some = draws if most <= 1000 else draws // 10
        for distance in DISTANCES if (bound, most) == (0.8, 1000) else (0, 3, 5):
            truth = bound + distance * math.sqrt(bound * (1 - bound) / most)
            if truth < 1:
                yield row(f"share ≥ {bound}", _share(truth, most), bound, most, distance, some)


def _share(truth: float, n: int) -> Draw:
    return lambda rng: (rng.random(n) < truth).astype(np.float64)


def drops(draws: int) -> Iterator[str]:
    """A gate `drop` on paired decisions: values are new less old, scaled to the unit interval."""
    for margin in (0.0, 0.02):
        for distance in (-5, -3, 0, 3, 5):
            truth = -margin + distance * math.sqrt((DISCORDANCE - margin**2) / 1000)
            won, lost = (DISCORDANCE + truth) / 2, (DISCORDANCE - truth) / 2
            if lost >= 0 <= won:
                yield row(f"drop ≤ {margin:g}", _paired(won, lost), (1 - margin) / 2, 1000, distance, draws)


def _paired(won: float, lost: float) -> Draw:
    def draw(rng: np.random.Generator) -> Array:
        at = rng.random(1000)
        values: Array = np.where(at < won, 1.0, np.where(at < won + lost, 0.0, 0.5))
        return values

    return draw


def main() -> None:
    """Print both tables."""
    draws = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    print("| gate | n | distance | passes % | fails % | by theory % | samples | times fewer |")
    print("|---|---|---|---|---|---|---|---|")
    for rows in (shares(draws), drops(draws)):
        for line in rows:
            print(line, flush=True)


if __name__ == "__main__":
    main()
