"""What intervals and verdicts are worth: how often each end is right, how wide it is, how often a gate is decided.

`python -m benchmarks.coverage [TRIALS [TABLE ...]]` prints the tables of docs/statistics.md. Models are drawn as there:
`two` (binary, calibrated, accuracy .82), `over` (its logits doubled), `five` (classes of 50, 25, 15, 7 and 3 %,
accuracy .90). An end is right when the truth is not beyond it; nominal is 95 %. `width` is the median relative to the
percentile bootstrap's, or Wilson's for shares. `passes` is how often the lower end lies above a bound 2, 3 and 4
standard deviations of the score below the truth, `fails` how often the upper end lies below one as far above it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from harness import ClassPredictions
from harness.scores import metrics
from harness.statistics.calibration import calibration_error
from harness.statistics.clusters import Blocks, design_effect, widened
from harness.statistics.exact import binomial_cdf, clopper_pearson
from harness.statistics.intervals import (
    bootstrap_all,
    difference_bounds,
    mean_bounds,
    normal_cdf,
    normal_quantile,
    paired_difference,
    wilson,
)
from harness.statistics.ratios import mean_of_shares
from harness.statistics.worst_of_parts import corrected_confidence
from harness.tasks.measuring import with_interval
from harness.tasks.task import ScoringContext
from harness.types import Array

TEMPERATURES = (1.0, 1.163, 1.5, 2.5)
"""Of logits whose calibration error is 0, about .02, .05 and .10."""

PRIOR = np.array([0.5, 0.25, 0.15, 0.07, 0.03])
SIZES = (50, 100, 300, 680)
COMPARED = 40
"""The percentile bootstrap, which is slow, has its width measured on one draw of so many."""

Mask: TypeAlias = npt.NDArray[np.bool_]
Whole: TypeAlias = npt.NDArray[np.int_]
Draw: TypeAlias = tuple[float, float, float, float]
"""Value, lower end, upper end, and the width of the percentile bootstrap's interval or NaN."""

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
                yield _row(f"{name} {model}", n, [each for each in found if each], truth_of(model, name))


def _score(model: str, name: str, n: int, seed: int) -> Draw | None:
    """Value and ends of one draw."""
    given, metric = MODELS[model](np.random.default_rng(seed), n), getattr(metrics, name)
    if (given.support == 0).any():
        return None
    labels = [str(at) for at in range(given.probabilities.shape[1])]
    score = with_interval(name, metric, given, ScoringContext(labels, {}, seed=seed, resamples=500))
    if score.low is None or score.high is None:
        return None
    return float(score), score.low, score.high, _percentile_width(metric, given) if seed % COMPARED == 0 else np.nan


def _percentile_width(metric: Callable[[Any], float], given: ClassPredictions) -> float:
    [bounds] = bootstrap_all(lambda rows: [metric(given.take(rows))], len(given), resamples=300)
    return _width(bounds) if bounds else np.nan


def _row(title: str, n: int, found: Sequence[Draw], truth: float) -> str:
    value, low, high, percentile = np.array(found).T
    compared, spread = ~np.isnan(percentile), value.std()
    width = np.nanmedian((high - low)[compared] / percentile[compared])
    right = f"{100 * (low <= truth).mean():.1f} / {100 * (high >= truth).mean():.1f}"
    passes = " / ".join(f"{100 * (low >= truth - errors * spread).mean():.0f}" for errors in (2, 3, 4))
    fails = " / ".join(f"{100 * (high < truth + errors * spread).mean():.0f}" for errors in (2, 3, 4))
    return f"| {title} | {n} | {len(found)} | {right} | {width:.2f} | {passes} | {fails} |"


def calibration(trials: int) -> Iterator[str]:
    """ECE: both ends, and how often gates at .05 and .10 pass and fail."""
    for temperature in TEMPERATURES:
        truth = _true_error(temperature)
        for n in (100, 300, 680):
            found = [_calibrated(n, seed, temperature) for seed in range(trials)]
            _, low, high, _ = np.array(found).T
            gates = " | ".join(
                f"{100 * (high <= bound).mean():.1f} / {100 * (low > bound).mean():.1f}" for bound in (0.05, 0.10)
            )
            yield f"{_row(f'ECE {truth:.3f}', n, found, truth)} {gates} |"


def calibration_drops(trials: int) -> Iterator[str]:
    """The drop of ECE between two sets: of the same model, and from a calibrated to a worse one."""
    for first, second in ((1.0, 1.0), (1.5, 1.5), (1.0, 1.5)):
        truth = _true_error(second) - _true_error(first)
        for n in (100, 340, 680):
            found = [_dropped(n, seed, first, second) for seed in range(trials)]
            yield _row(f"ECE {_true_error(first):.3f} to {_true_error(second):.3f}", n, found, truth)


@cache
def _true_error(temperature: float) -> float:
    return float(metrics.ece(two(np.random.default_rng(5), MANY, temperature, 1.0))) if temperature != 1 else 0.0


def _calibrated(n: int, seed: int, temperature: float) -> Draw:
    given = two(np.random.default_rng(seed + 7 * n), n, temperature, 1.0)
    width = _percentile_width(metrics.ece, given) if seed % COMPARED == 0 else np.nan
    return *_error_of(given, seed), width


def _dropped(n: int, seed: int, first: float, second: float) -> Draw:
    rng = np.random.default_rng(seed + 7 * n)
    one, other = two(rng, n, first, 1.0), two(rng, n, second, 1.0)
    a, b = _error_of(one, seed), _error_of(other, seed + 1)
    low, high = difference_bounds(b, a) or (np.nan, np.nan)
    if seed % COMPARED:
        return b[0] - a[0], low, high, np.nan
    first_width, second_width = (_percentile_width(metrics.ece, each) for each in (one, other))
    return b[0] - a[0], low, high, float(np.hypot(first_width, second_width))


def _error_of(given: ClassPredictions, seed: int) -> tuple[float, float, float]:
    sure, right = given.probabilities.max(axis=1), given.right.astype(np.float64)
    places = np.clip(np.ceil(sure * 15).astype(np.intp) - 1, 0, 14)
    return calibration_error(sure, right, places, seed=seed, resamples=500)


def worst(trials: int) -> Iterator[str]:
    """`worst_accuracy >= .8` of 300 samples, with all parts so many standard errors from it, or one below it."""
    error = (0.8 * 0.2 / 300) ** 0.5
    for parts in (4, 12, 42):
        for correlation in (0.2, 0.5, 0.85):
            all_at = [
                _decided(np.full(parts, 0.8 + at * error), correlation, trials) for at in (0, 2, 3, 4, -2, -3, -4)
            ]
            one_at = [
                _decided(np.r_[0.8 - at * error, np.full(parts - 1, 0.8 + 2 * error)], correlation, trials)
                for at in (2, 3, 4)
            ]
            passes = " / ".join(f"{100 * each[0]:.0f}" for each in all_at[1:4])
            fails = " / ".join(f"{100 * each[1]:.0f}" for each in all_at[4:])
            found = " / ".join(f"{100 * each[1]:.0f}" for each in one_at)
            passed, failed = (f"{100 * each:.1f}" for each in all_at[0])
            yield f"| {parts} | {correlation} | {failed} | {passed} | {passes} | {fails} | {found} |"


def _decided(shares: Array, correlation: float, trials: int, n: int = 300) -> tuple[float, float]:
    """How often the gate passes, and fails."""
    cuts = np.array([normal_quantile(min(share, 1 - 1e-9)) for share in shares])
    found = np.array([_ends_of_worst(cuts, correlation, n, seed) for seed in range(trials)])
    return float((found[:, 0] >= 0.8).mean()), float((found[:, 1] < 0.8).mean())


def _ends_of_worst(cuts: Array, correlation: float, n: int, seed: int) -> tuple[float, float]:
    rng = np.random.default_rng(seed)
    common, own = rng.normal(size=(n, 1)), rng.normal(size=(n, len(cuts)))
    right = (correlation**0.5 * common + (1 - correlation) ** 0.5 * own < cuts) * 1.0
    level, least = round(corrected_confidence(right, seed=seed), 4), int(right.sum(axis=0).min())
    return clopper_pearson(least, n)[0], clopper_pearson(least, n, level)[1]


def worst_drops(trials: int) -> Iterator[str]:
    """`worst_accuracy_drop <= .10` with all parts at it: how often it fails, and passes, falsely."""
    for parts in (4, 16, 42):
        for n in (100, 300):
            found = np.array([_ends_of_drop(parts, n, seed) for seed in range(trials)])
            fails, passes = (found[:, 0] > 0.1).mean(), (found[:, 1] <= 0.1).mean()
            yield f"| {parts} | {n} | {100 * fails:.1f} | {100 * passes:.1f} |"


def _ends_of_drop(parts: int, n: int, seed: int, correlation: float = 0.5) -> tuple[float, float]:
    """An accuracy of .9 that each part lowers to .8, some answers turning right."""
    rng = np.random.default_rng(seed)
    clean = rng.random(n) < 0.9
    common, own = rng.normal(size=(n, 1)), rng.normal(size=(n, parts))
    chance = np.array(
        [normal_cdf(each) for each in (correlation**0.5 * common + (1 - correlation) ** 0.5 * own).ravel()]
    )
    after = chance.reshape(n, parts) < np.where(clean, 0.8667, 0.2)[:, None]
    lost = np.subtract(clean[:, None], after, dtype=np.float64)
    level = round(corrected_confidence(-lost, seed=seed), 4)
    own_ends, corrected = ([_drop(clean, part, at) for part in after.T] for at in (0.95, level))
    return max(low for low, _ in corrected), max(high for _, high in own_ends)


def _drop(clean: Mask, after: Mask, confidence: float) -> tuple[float, float]:
    both, lost, won = (int(each.sum()) for each in (clean & after, clean & ~after, ~clean & after))
    return paired_difference(both, lost, won, len(clean) - both - lost - won, confidence)


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
            yield _row(f"mean of {name}", n, rows, truth)


def _mean(values: Array, seed: int) -> Draw:
    low, high = mean_bounds(values, seed=seed, resamples=500) or (np.nan, np.nan)
    if seed % COMPARED:
        return float(values.mean()), low, high, np.nan
    [old] = bootstrap_all(lambda rows: [float(values[rows].mean())], len(values), resamples=300)
    return float(values.mean()), low, high, _width(old) if old else np.nan


def clusters(trials: int) -> Iterator[str]:
    """Accuracy, and balanced accuracy of two classes, of 300 samples in groups whose answers are alike."""
    for size, alike in ((5, 0.3), (10, 0.3), (20, 0.2), (20, 0.0)):
        for share in (0.85, 0.97):
            found = [_grouped(size, alike, share, seed) for seed in range(trials)]
            for name, rows in zip(("accuracy", "balanced accuracy"), zip(*found, strict=True), strict=True):
                yield _row(f"{name} {share}, groups of {size}, correlation {alike}", 300, rows, share)


def _grouped(size: int, alike: float, share: float, seed: int, n: int = 300) -> list[Draw]:
    """One draw of beta-binomial groups; the width is relative to that of independent samples."""
    rng = np.random.default_rng(seed)
    one, other = (each * (1 / max(alike, 1e-9) - 1) for each in (share, 1 - share))
    right = rng.random(n) < np.repeat(rng.beta(one, other, n // size), size)
    truth = rng.integers(0, 2, n)
    blocks = Blocks.of([str(at // size) for at in range(n)], seed)
    return [_widened(bounds, blocks, right, truth) for bounds in (_accuracy, _balanced)]


def _widened(bounds: Callable[[Mask, Whole], Draw], blocks: Blocks, right: Mask, truth: Whole) -> Draw:
    value, low, high, _ = bounds(right, truth)
    kept = (blocks.places != block for block in range(blocks.count))
    without = np.array([bounds(right[some], truth[some])[0] for some in kept])
    effect = design_effect(value, (low, high), without, blocks, 0.95)
    return value, *widened(value, (low, high), len(right), effect, 0.95), high - low


def _accuracy(right: Mask, _: Whole) -> Draw:
    return float(right.mean()), *clopper_pearson(int(right.sum()), len(right)), np.nan


def _balanced(right: Mask, truth: Whole) -> Draw:
    hits, counts = (
        np.array([(each & (truth == at)).sum() for at in (0, 1)], np.float64) for each in (right, right | True)
    )
    return float((hits / counts).mean()), *mean_of_shares(hits, counts), np.nan


def releases(trials: int) -> Iterator[str]:
    """Gates `drop` on an accuracy of .88 at n = 1,000: how often they fail as the first of six by Holm, and pass."""
    for title, lost, won in (("5 points less", 0.085, 0.035), ("2 points less", 0.07, 0.05), ("as good", 0.06, 0.06)):
        counts = np.random.default_rng(0).multinomial(1000, [0.88 - lost, won, lost, 0.12 - won], trials).tolist()
        paired = [[_change(both, won, lost, level) for both, won, lost, _ in counts] for level in (0.95, 1 - 0.05 / 6)]
        apart = [
            [_apart(both + lost, both + won, level) for both, won, lost, _ in counts] for level in (0.95, 1 - 0.05 / 6)
        ]
        for way, (alone, of_six) in (("paired", paired), ("unpaired", apart)):
            rates = [
                f"{100 * np.mean([low > margin for low, _ in of_six]):.1f} / "
                f"{100 * np.mean([high <= margin for _, high in alone]):.1f}"
                for margin in (0, 0.01, 0.02)
            ]
            yield f"| {title} | {way} | {' | '.join(rates)} |"


@cache
def _change(both: int, won: int, lost: int, level: float, n: int = 1000) -> tuple[float, float]:
    """Bounds of the drop, old less new, of pairs."""
    low, high = paired_difference(both, won, lost, n - both - won - lost, level)
    return -high, -low


@cache
def _apart(old: int, new: int, level: float, n: int = 1000) -> tuple[float, float]:
    """The same of two samples."""
    one, other = ((k / n, *clopper_pearson(k, n, level)) for k in (old, new))
    return difference_bounds(one, other) or (np.nan, np.nan)


def main() -> None:
    """Print every table."""
    trials = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    ends = "n | draws | low / high right | width | passes at -2 / 3 / 4 | fails at +2 / 3 / 4 |"
    tables: dict[str, Iterator[str]] = {
        "Shares (exact)\n| bound | n | false pass | Wilson's | passes at +2 / 3 / 4 errors | width |": shares(),
        f"Scores\n| score, model | {ends}": scores(trials),
        f"Means\n| of | {ends}": means(trials),
        "Worst part\n| parts | correlation | false fail | false pass | passes at +2 / 3 / 4 | fails at -2 / 3 / 4 "
        "| one 2 / 3 / 4 below is found |": worst(trials),
        "Worst drop\n| parts | n | false fail | false pass |": worst_drops(trials),
        f"ECE\n| true | {ends} pass / fail <= .05 | <= .10 |": calibration(trials),
        "Releases\n| truth | cases | fails / passes at drop 0 | at .01 | at .02 |": releases(trials),
        f"Groups\n| score | {ends}": clusters(trials),
        f"ECE drop\n| from to | {ends}": calibration_drops(trials),
    }
    wanted = sys.argv[2:]
    tables = {title: rows for title, rows in tables.items() if not wanted or title.split("\n")[0] in wanted}
    for title, rows in tables.items():
        print(f"\n{title}", flush=True)
        for row in rows:
            print(row, flush=True)


if __name__ == "__main__":
    main()
