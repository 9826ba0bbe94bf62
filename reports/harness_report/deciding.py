"""The units of inputs that surely speak for a class or against it, over all explained samples."""

from __future__ import annotations

import math
import unicodedata
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, stdev

from harness import t_quantile
from harness.reports import Explained
from harness_report.cases import Cases
from harness_report.charts import Chart
from harness_report.scores import ScoreRow, ScoreTable
from harness_report.strips import Axis, at_zero, axis_of, strip
from harness_report.wording import interval, number, percent, plural

WORDS_PER_CLASS = 8
"""Words drawn for and against each class."""

MIN_SAMPLES_PER_WORD = 3
"""Samples that must contain a word: a single weight depends too much on its sample."""

Weights = Mapping[str, Sequence[float]]
"""The weight of each word in each of the samples that have it."""


@dataclass(frozen=True)
class Word:
    """A word with its mean weight, the interval of it, and the number of samples it stands in."""

    text: str
    mean: float
    low: float
    high: float
    n: int

    @property
    def sureness(self) -> float:
        """The mean in half-widths of its interval: how far from zero it is for what is known of it."""
        half = self.high - self.mean
        return abs(self.mean) / half if half else math.inf


def deciding(cases: Cases, part: str, confidence: float) -> Chart:
    """The words of each explained class whose mean weight is surely not zero; where there are none, it says so."""
    by_class = _weights(cases, part)
    tried = {label: [each for each in found.values() if len(each) >= MIN_SAMPLES_PER_WORD]
             for label, found in sorted(by_class.items())}  # fmt: skip
    count = sum(map(len, tried.values()))
    chosen = {label: _surest(by_class[label], confidence, count) for label in tried}
    words = [each for found in chosen.values() for each in found]
    scale = axis_of((each.mean, each.low, each.high) for each in words)
    strips = [(label, ScoreTable([_row(each, scale) for each in found], scale))
              for label, found in chosen.items() if found]  # fmt: skip
    title = "What decides" + (f", {part}" if len(cases.parts) > 1 else "")
    return Chart(title, _about(count, len(words), confidence), [], [], [], strips, "mean weight")


def _about(tried: int, drawn: int, confidence: float) -> str:
    stand = f"{MIN_SAMPLES_PER_WORD} or more samples explained for a class"
    if not tried:
        return f"No word stands in {stand}: explain more samples to see which words decide."
    intervals = f"Student's t, {percent(confidence)} for all {tried:,} together"
    if not drawn:
        return (
            f"Of the {plural(tried, 'word')} that stand in {stand}, none surely speaks for it or against it: every "
            f"interval of a mean weight ({intervals}) contains 0."
        )
    return (
        f"The mean weight, by class, of the words that stand in {stand} and whose interval ({intervals}) excludes 0, "
        "the surest first: to the right they speak for the class, to the left against it."
    )


def _weights(cases: Cases, part: str) -> dict[str, dict[str, list[float]]]:
    """By class and word; a word that a sample has twice has one weight there, the mean."""
    found: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for event, given in cases.of(Explained):
        here: dict[str, list[float]] = defaultdict(list)
        for unit, weight in zip(given.units, given.weights, strict=False) if event.part == part else ():
            if word := _core(unit).casefold():
                here[word].append(weight)
        for word, weights in here.items():
            found[given.explained][word].append(fmean(weights))
    return found


def _core(unit: str) -> str:
    """A unit without the white space and punctuation around it."""
    inner = [at for at, character in enumerate(unit) if unicodedata.category(character)[0] in "LMN"]
    return unit[inner[0] : inner[-1] + 1] if inner else ""


def _surest(weights: Weights, confidence: float, tried: int) -> list[Word]:
    """Words whose interval excludes zero, those that speak for the class first, the surest of both first."""
    words = [_word(text, each, confidence, tried)
             for text, each in weights.items() if len(each) >= MIN_SAMPLES_PER_WORD]  # fmt: skip
    apart = [each for each in words if each.low > 0 or each.high < 0]
    sure = sorted(apart, key=lambda each: (-each.sureness, each.text))
    for_it, against = ([each for each in sure if (each.mean > 0) == wanted] for wanted in (True, False))
    return [*for_it[:WORDS_PER_CLASS], *against[:WORDS_PER_CLASS]]


def _word(text: str, weights: Sequence[float], confidence: float, tried: int) -> Word:
    """With so many words some are far from zero by chance, so the intervals hold together (Bonferroni)."""
    mean, n = fmean(weights), len(weights)
    half = t_quantile(1 - (1 - confidence) / (2 * tried), n - 1) * stdev(weights) / math.sqrt(n)
    return Word(text, mean, mean - half, mean + half, n)


def _row(word: Word, scale: Axis) -> ScoreRow:
    drawn = at_zero(strip(word.text, word.mean, word.low, word.high, [], scale), scale)
    return ScoreRow(word.text, number(word.mean), interval(word.low, word.high), word.n, "", drawn)
