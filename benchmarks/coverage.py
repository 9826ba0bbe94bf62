"""What intervals and verdicts are worth: how often each end is right, how wide it is, how often a gate is decided.

`python -m benchmarks.coverage [TRIALS]` prints the tables of docs/statistics.md. Models are drawn as there: `two`
(binary, calibrated, accuracy .82), `over` (its logits doubled), `five` (classes of 50, 25, 15, 7 and 3 %, accuracy
.90). An end is right when the truth is not beyond it; nominal is 95 %. `width` is the median relative to the percentile
bootstrap's, or Wilson's for shares.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import numpy as np

from harness import ClassPredictions
from harness.scores import metrics
from harness.statistics.calibration import calibration_error
from harness.statistics.exact import binomial_cdf, clopper_pearson
from harness.statistics.intervals import bootstrap_all, mean_bounds, normal_quantile, wilson
from harness.statistics.worst_of_parts import corrected_confidence
from harness.tasks.measuring import with_interval
from harness.tasks.task import ScoringContext
from harness.types import Array

PRIOR = np.array([0.5, 0.25, 0.15, 0.07, 0.03])
SIZES = (50, 100, 300, 680)
MANY = 2_000_000
"""Rows that the truth is measured on."""


def two(rng: np.random.Generator, n: int, temperature: float = 1.0, mean: float = 0.3) -> ClassPredictions:
    """A binary model whose logits are times the temperature; calibrated at 1."""
    logits = rng.normal(mean, 2.6, n)
    labels = (rng.random(n) < 1 / (1 + np.exp(-logits))).astype(np.intp)
    positive = 1 / (1 + np.exp(-temperature * logits))
    return ClassPredictions(labels, np.column_stack([1 - positive, positive]))


def over(rng: np.random.Generator, n: int) -> ClassPredictions:
    """The same, twice as sure as it should be."""
    return two(rng, n, 2.0)


def five(rng: np.random.Generator, n: int) -> ClassPredictions:
    """Five unequal classes, a Gaussian score each."""
    labels = rng.choice(5, n, p=PRIOR).astype(np.intp)
    scores = rng.normal(size=(n, 5))
    scores[np.arange(n), labels] += 2.4
    logits = 1.5 * (2.4 * scores + np.log(PRIOR))
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return ClassPredictions(labels, powers / powers.sum(axis=1, keepdims=True))


MODELS: dict[str, Callable[[np.random.Generator, int], ClassPredictions]] = {"two": two, "over": over, "five": five}
SCORED = {"two": ("balanced_accuracy", "f1", "mcc", "roc_auc", "brier"), "over": ("log_loss",),
          "five": ("balanced_accuracy", "f1", "mcc", "roc_auc")}  # fmt: skip


@cache
def truth_of(model: str, score: str) -> float:
    """The score of very many rows."""
    return float(getattr(metrics, score)(MODELS[model](np.random.default_rng(99), MANY)))


def scores(trials: int) -> Iterator[str]:
    """Ratio scores and losses: both ends and width, where every class occurs."""
    for model, names in SCORED.items():
        for name in names:
            for n in SIZES:
                found = [_score(model, name, n, seed) for seed in range(trials)]
                yield _row(f"{name} {model}", n, np.array([each for each in found if each]), truth_of(model, name))


def _score(model: str, name: str, n: int, seed: int) -> tuple[float, float, float] | None:
    """Both ends, and the width of the percentile bootstrap's of a tenth of the draws."""
    given, metric = MODELS[model](np.random.default_rng(seed), n), getattr(metrics, name)
    if (given.support == 0).any():
        return None
    labels = [str(at) for at in range(given.probabilities.shape[1])]
    score = with_interval(name, metric, given, ScoringContext(labels, {}, seed=seed, resamples=500))
    if score.low is None or score.high is None:
        return None
    return score.low, score.high, _percentile_width(metric, given) if seed % 10 == 0 else np.nan


def _percentile_width(metric: Callable[[Any], float], given: ClassPredictions) -> float:
    [bounds] = bootstrap_all(lambda rows: [metric(given.take(rows))], len(given), resamples=300)
    return _width(bounds) if bounds else np.nan


def _row(title: str, n: int, found: Array, truth: float) -> str:
    low, high, percentile = found.T
    width = np.nanmedian((high - low)[~np.isnan(percentile)] / percentile[~np.isnan(percentile)])
    right = f"{100 * (low <= truth).mean():.1f} / {100 * (high >= truth).mean():.1f}"
    return f"| {title} | {n} | {len(found)} | {right} | {width:.2f} |"


def calibration(trials: int) -> Iterator[str]:
    """ECE: false fails and passes of gates at .05 and .10, and how often a calibrated model passes."""
    for temperature, title in ((1.0, ".00"), (1.163, ".02"), (1.5, ".05"), (2.5, ".10")):
        truth = float(metrics.ece(two(np.random.default_rng(5), MANY, temperature, 1.0)))
        for n in (100, 300, 680):
            found = np.array([_calibrated(n, seed, temperature) for seed in range(trials)])
            value, low, high, percentile = found.T
            ends = f"{100 * (low <= truth + 5e-4).mean():.1f} / {100 * (high >= truth - 5e-4).mean():.1f}"
            gates = " | ".join(
                f"{100 * (high <= bound).mean():.1f} / {100 * (low > bound).mean():.1f}" for bound in (0.05, 0.10)
            )
            width = np.nanmedian((high - low) / percentile)
            yield f"| {title} ({truth:.3f}) | {n} | {value.mean():.3f} | {ends} | {gates} | {width:.2f} |"


def _calibrated(n: int, seed: int, temperature: float) -> tuple[float, float, float, float]:
    given = two(np.random.default_rng(seed + 7 * n), n, temperature, 1.0)
    sure, right = given.probabilities.max(axis=1), given.right.astype(np.float64)
    places = np.clip(np.ceil(sure * 15).astype(np.intp) - 1, 0, 14)
    width = _percentile_width(metrics.ece, given) if seed % 10 == 0 else np.nan
    return *calibration_error(sure, right, places, seed=seed, resamples=500), width


def worst(trials: int) -> Iterator[str]:
    """`worst_accuracy >= .8`: how often it fails with all parts at the bound, and with one two errors below it."""
    for parts in (4, 12, 42):
        for correlation in (0.2, 0.5, 0.85):
            at = _failing(np.full(parts, 0.8), correlation, trials)
            error = (0.8 * 0.2 / 300) ** 0.5
            one = _failing(np.r_[0.8 - 2 * error, np.full(parts - 1, 0.8 + 2 * error)], correlation, trials)
            yield f"| {parts} | {correlation} | {100 * at:.1f} | {100 * one:.1f} |"


def _failing(shares: Array, correlation: float, trials: int, n: int = 300) -> float:
    cuts = np.array([normal_quantile(share) for share in shares])
    return float(np.mean([_fails(cuts, correlation, n, seed) for seed in range(trials)]))


def _fails(cuts: Array, correlation: float, n: int, seed: int) -> bool:
    rng = np.random.default_rng(seed)
    common, own = rng.normal(size=(n, 1)), rng.normal(size=(n, len(cuts)))
    right = (correlation**0.5 * common + (1 - correlation) ** 0.5 * own < cuts) * 1.0
    level = round(corrected_confidence(right, seed=seed), 4)
    return clopper_pearson(int(right.sum(axis=0).min()), n, level)[1] < 0.8


def shares() -> Iterator[str]:
    """Gates on shares, computed exactly: false passes at the bound, and passes two, three, four errors above it."""
    for bound in (0.05, 0.10, 0.5, 0.8, 0.9):
        for n in (50, 100, 200, 300, 680):
            passes = [clopper_pearson(k, n)[0] >= bound for k in range(n + 1)]
            old = [wilson(k, n)[0] >= bound for k in range(n + 1)]
            error = (bound * (1 - bound) / n) ** 0.5
            power = " / ".join(f"{100 * _reached(passes, min(1.0, bound + at * error)):.0f}" for at in (2, 3, 4))
            width = _width(clopper_pearson(round(bound * n), n)) / _width(wilson(round(bound * n), n))
            false = f"{100 * _reached(passes, bound):.1f} | {100 * _reached(old, bound):.1f}"
            yield f"| {bound} | {n} | {false} | {power} | {width:.2f} |"


def _width(bounds: tuple[float, float]) -> float:
    return bounds[1] - bounds[0]


def _reached(passes: list[bool], truth: float) -> float:
    least = passes.index(True) if True in passes else len(passes)
    return 1 - binomial_cdf(least - 1, len(passes) - 1, truth) if least < len(passes) else 0.0


def _exponential(rng: np.random.Generator, n: int) -> Array:
    return rng.exponential(size=n)


def _bounded(rng: np.random.Generator, n: int) -> Array:
    return np.asarray(np.tanh(rng.normal(0.8, 0.6, n)))


def means(trials: int) -> Iterator[str]:
    """Means of skewed and bounded values."""
    for name, draw in (("exponential", _exponential), ("tanh of normal", _bounded)):
        truth = float(draw(np.random.default_rng(1), MANY).mean())
        for n in (20, 50, 100, 300):
            rows = [_mean(draw(np.random.default_rng(seed), n), seed) for seed in range(trials)]
            yield _row(f"mean of {name}", n, np.array(rows), truth)


def _mean(values: Array, seed: int) -> tuple[float, float, float]:
    low, high = mean_bounds(values, seed=seed, resamples=500) or (np.nan, np.nan)
    if seed % 10:
        return low, high, np.nan
    [old] = bootstrap_all(lambda rows: [float(values[rows].mean())], len(values), resamples=300)
    return low, high, _width(old) if old else np.nan


def main() -> None:
    """Print every table."""
    trials = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    tables: dict[str, Iterator[str]] = {
        "Shares (exact)\n| bound | n | false pass | Wilson's | passes at +2 / 3 / 4 errors | width |": shares(),
        "Scores\n| score, model | n | draws | low / high right | width |": scores(trials),
        "Means\n| of | n | draws | low / high right | width |": means(trials),
        "Worst part\n| parts | correlation | false fail | one part 2 errors below is found |": worst(trials),
        "ECE\n| true | n | mean value | low / high right | pass / fail <= .05 | <= .10 | width |": calibration(trials),
    }
    for title, rows in tables.items():
        print(f"\n{title}", flush=True)
        for row in rows:
            print(row, flush=True)


if __name__ == "__main__":
    main()
