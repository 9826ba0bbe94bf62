"""What the intervals of the task `calibration` are worth: how often each end is right, where the truth is known.

`python -m benchmarks.abstaining [TRIALS]` prints a table of docs/statistics.md. Models are those of
`benchmarks.coverage` (`over` ranks as `two` does); `rounded` is `two` with its probabilities rounded to tenths, so that
many samples are equally sure. Out of scope are rows of `two` whose logits are a third. The truth is measured on two
million rows.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import cache

import numpy as np
from harness_calibration.selective import Ranked
from harness_calibration.strangers import Apart

from benchmarks.coverage import MANY, MODELS, two
from harness import ClassPredictions, Score, fitted_temperature, mean

SIZES = (50, 100, 300, 1000)
Ends = dict[str, tuple[float | None, float | None]]


def drawn(model: str, rng: np.random.Generator, n: int) -> ClassPredictions:
    """Rows of a model."""
    if model != "rounded":
        return MODELS[model](rng, n)
    given = two(rng, n)
    return ClassPredictions(given.labels, np.round(given.probabilities, 1))


def ranked(given: ClassPredictions) -> Ranked:
    """The rows by confidence."""
    return Ranked(given.probabilities.max(axis=1), ~given.right)


def apart(rng: np.random.Generator, n: int) -> Apart:
    """As many rows in scope as out of it."""
    inside, logits = two(rng, n), rng.normal(0.1, 2.6 / 3, n)
    return Apart(inside.probabilities.max(axis=1), 1 / (1 + np.exp(-np.abs(logits))))


@cache
def truths(model: str) -> dict[str, float]:
    """Every score of very many rows."""
    given, rng = drawn(model, np.random.default_rng(99), MANY), np.random.default_rng(98)
    rows, found = ranked(given), fitted_temperature(given.probabilities[:200_000], given.labels[:200_000])
    return {
        "accuracy_at_coverage@0.8": rows.accuracy_at(0.8),
        "coverage_at_risk@0.05": rows.coverage_at(0.05),
        "aurc": rows.aurc,
        "excess_aurc": rows.excess_aurc,
        "temperature": found.temperature if found else float("nan"),
        "ood_fpr95": apart(rng, MANY).false_positive_rate(),
    }


def ends(model: str, n: int, seed: int) -> Ends:
    """Both ends of each score in one draw."""
    rng = np.random.default_rng(seed)
    given = drawn(model, rng, n)
    rows, found = ranked(given), fitted_temperature(given.probabilities, given.labels)
    of_means = {"aurc": rows.aurc_by_sample, "excess_aurc": rows.excess_by_sample}
    known = {name: mean(name, numbers, 0.95, seed, 400) for name, numbers in of_means.items()}
    logarithm = mean("", found.logarithms, 0.95, seed, 400) if found else Score("", None, None, None, 0)
    return {
        "accuracy_at_coverage@0.8": rows.accuracy_bounds(0.8, 0.95),
        "coverage_at_risk@0.05": rows.coverage_bounds(0.05, 0.95),
        **{name: (score.low, score.high) for name, score in known.items()},
        "temperature": (_exp(logarithm.low), _exp(logarithm.high)),
        "ood_fpr95": apart(rng, n).bounds(0.95),
    }


def _exp(end: float | None) -> float | None:
    return None if end is None else float(np.exp(end))


def table(trials: int) -> Iterator[str]:
    """A row for each model and size."""
    for model in ("two", "five", "rounded"):
        for n in SIZES:
            found = [ends(model, n, seed) for seed in range(trials)]
            cells = [_right([each[name] for each in found], truth) for name, truth in truths(model).items()]
            yield f"| {model} | {n} | {' | '.join(cells)} |"


def _right(found: list[tuple[float | None, float | None]], truth: float) -> str:
    known = np.array([(low, high) for low, high in found if low is not None and high is not None])
    low, high = known.T
    few = "" if len(known) == len(found) else f" ({len(known)})"
    return f"{100 * (low <= truth + 1e-12).mean():.1f} / {100 * (high >= truth - 1e-12).mean():.1f}{few}"


if __name__ == "__main__":
    trials = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    print(f"| model | n | {' | '.join(truths('two'))} |")
    for row in table(trials):
        print(row, flush=True)
