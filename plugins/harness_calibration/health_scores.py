"""The scores of the task `health`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from harness import Record, RecordTable, Score, ScoringContext, listed, mean, share, undefined
from harness_calibration.checked import ONCE, STEADY, WAYS, Checked
from harness_calibration.predictions import Answered, answered, table_of
from harness_calibration.relabelling import best_names
from harness_calibration.shortcuts import Half, Shortcut, confirmed, misled
from harness_calibration.strangers import exact

Flags = npt.NDArray[np.bool_]

OF_WAYS = dict(zip(("changes_again", "changes_in_batch", "changes_in_order", "changes_padded"), WAYS, strict=True))
"""The scores of samples whose answer is another, by what the records call the way of asking."""

STEADINESS = (*OF_WAYS, "changes_decision", "invalid_answers")
OF_CONFIDENCE = ("overconfidence", "confidence_right", "confidence_wrong", "overconfident_errors", "underconfident")
OF_ANSWERS = ("most_predicted", "same_answer", "renaming_gain", "shortcut_errors")

SURE_ERROR = 0.5
"""How far the probability of a wrong class is above that of the true one, in an overconfident error."""

NEARLY = 0.95
"""The second largest probability over the largest, in an answer that is hardly one (as Giskard's underconfidence)."""

FEWEST = 30
NO_CASE = "no case was measured"
ONLY_CLASSES = "it needs probabilities, and this model answers classes"
NO_WORDS = "the inputs are no texts: they have no words"
NAMED = 5
"""Shortcuts and names that a note lists."""


@dataclass(frozen=True)
class Steadiness:
    """From which difference of a probability on two answers to an input are not the same."""

    tolerance: float

    def scores(self, records: Sequence[Record[Checked]], scoring: ScoringContext) -> list[Score]:
        """Every score of the task; of no records all that there can be, undefined."""
        table = table_of(records, Checked)
        steady, once = (_of_part(table, part) for part in (STEADY, ONCE))
        given = answered(once, scoring)
        found = [*self._of_steady(steady, scoring), _accuracy(given, scoring)]
        if not len(given):
            return [*found, *(undefined(name, NO_CASE) for name in (*OF_CONFIDENCE, *OF_ANSWERS))]
        words: Any = once.column("payload.words").to_pylist() if len(once) == len(given) else []
        return [*found, *_of_confidence(given, scoring), *_of_answers(given, words, scoring)]

    def is_other(self, apart: float | None) -> bool:
        """Whether an answer is another than that to the input alone."""
        return apart is not None and apart > self.tolerance

    def _of_steady(self, table: RecordTable[Checked], scoring: ScoringContext) -> Iterator[Score]:
        """The shares of samples whose answer is another in each way of asking."""
        n, level = len(table), scoring.confidence
        if not n:
            yield from (undefined(name, NO_CASE) for name in STEADINESS)
            return
        for name, way in OF_WAYS.items():
            apart = np.array(table.column(f"payload.{way}").to_pylist(), dtype=np.float64)
            most = float(apart.max())
            other = share(name, int((apart > self.tolerance).sum()), n, level)
            yield replace(other, note=f"at most {most:.2g} apart") if most > self.tolerance else other
        for name, field in (("changes_decision", "turned"), ("invalid_answers", "invalid")):
            yield share(name, sum(table.column(f"payload.{field}").to_pylist()), n, level)


def shortcuts_of(given: Answered, words: Sequence[Sequence[str]], confidence: float) -> tuple[Half, list[Shortcut]]:
    """The half that shortcuts were confirmed on, and these."""
    one, other = (_half(given, words, at) for at in given.places)
    return other, confirmed(one, other, confidence)


def _half(given: Answered, words: Sequence[Sequence[str]], at: npt.NDArray[np.intp]) -> Half:
    known = given.predictions
    return Half.of(known.predicted[at], known.labels[at], [words[each] for each in at.tolist()])


def _accuracy(given: Answered, scoring: ScoringContext) -> Score:
    n = len(given)
    return share("accuracy", int((~given.wrong).sum()), n, scoring.confidence) if n else undefined("accuracy", NO_CASE)


def _of_confidence(given: Answered, scoring: ScoringContext) -> Iterator[Score]:
    """How sure the model is beside how often it is right, and of what."""
    if scoring.output == "classes":
        yield from (undefined(name, ONLY_CLASSES, len(given)) for name in OF_CONFIDENCE)
        return
    sure, wrong = given.confidence, given.wrong
    yield _mean("overconfidence", sure - ~wrong, scoring)
    for name, some in (("confidence_right", sure[~wrong]), ("confidence_wrong", sure[wrong])):
        yield _mean(name, some, scoring) if len(some) else undefined(name, f"no prediction is {name[11:]}")
    rows = given.predictions.probabilities
    true = rows[np.arange(len(rows)), given.predictions.labels]
    errors = int(wrong.sum())
    far = int(((sure - true)[wrong] >= SURE_ERROR).sum())
    none = undefined("overconfident_errors", "no prediction is wrong")
    yield share("overconfident_errors", far, errors, scoring.confidence) if errors else none
    largest = np.sort(rows, axis=1)[:, -2:] if rows.shape[1] > 1 else np.ones((len(rows), 2)) * [0, 1]
    yield share("underconfident", int((largest[:, 0] >= NEARLY * largest[:, 1]).sum()), len(rows), scoring.confidence)


def _of_answers(given: Answered, words: Sequence[Sequence[str]], scoring: ScoringContext) -> Iterator[Score]:
    """Answers that are always the same, classes under other names, words that decide."""
    n, level, labels = len(given), scoring.confidence, scoring.labels
    [(most, count)] = Counter(given.predictions.predicted.tolist()).most_common(1)
    true = int((given.predictions.labels == most).sum())
    note = f"{labels[most]}, which {true / n:.1%} are"
    yield replace(share("most_predicted", count, n, level), note=note)
    rounded = np.round(given.predictions.probabilities, 6)
    alike = int(np.unique(rounded, axis=0, return_counts=True)[1].max())
    yield share("same_answer", alike, n, level)
    yield _renaming(given, scoring)
    yield _shortcuts(given, words, scoring)


def _renaming(given: Answered, scoring: ScoringContext) -> Score:
    """How much more would be right on one half under the names that fit best on the other."""
    one, other = given.halves
    if not len(one) or not len(other):
        return undefined("renaming_gain", f"{len(one)} samples to find names on, and {len(other)} others")
    names = best_names(one.confusion)
    better, worse = (int(each.sum()) for each in _turned(names[other.predicted] == other.labels, other.right))
    changed = [at for at, name in enumerate(names.tolist()) if name != at]
    doubt = f"{len(given)} samples are too few: {FEWEST} are needed" if len(given) < FEWEST else ""
    if not changed:
        return Score("renaming_gain", 0.0, 0.0, 0.0, len(other), note="no other names fit better", doubt=doubt)
    renamed = [f"{scoring.labels[at]} would be {scoring.labels[names[at]]}" for at in changed[:NAMED]]
    more = f" and {len(changed) - NAMED} more" if len(changed) > NAMED else ""
    value, (low, high) = (better - worse) / len(other), _gain(better, worse, len(other), scoring.confidence)
    return Score("renaming_gain", value, low, high, len(other), note=f"{listed(renamed)}{more}", doubt=doubt)


def _turned(after: Flags, before: Flags) -> tuple[Flags, Flags]:
    """What is right only under the new names, and what is only under the old."""
    return after & ~before, before & ~after


def _gain(better: int, worse: int, n: int, confidence: float) -> tuple[float, float]:
    """Bounds of a difference of two shares of the same samples, from exact ones of each (Newcombe 1998)."""
    (more, most), (less, least) = (exact(each, n, confidence) for each in (better, worse))
    value = (better - worse) / n
    return value - float(np.hypot(better / n - more, least - worse / n)), value + float(
        np.hypot(most - better / n, worse / n - less)
    )


def _shortcuts(given: Answered, words: Sequence[Sequence[str]], scoring: ScoringContext) -> Score:
    """The share of one half that has a word which decides, and is wrongly given its class."""
    if not any(words):
        return undefined("shortcut_errors", NO_WORDS)
    level = 0.95 if np.isnan(scoring.confidence) else scoring.confidence
    half, found = shortcuts_of(given, words, level)
    if not len(half.true):
        return undefined("shortcut_errors", "no sample is left to confirm a word on")
    score = share("shortcut_errors", int(misled(half, found).sum()), len(half.true), scoring.confidence)
    lines = [_told(each, scoring.labels) for each in found[:NAMED]]
    more = f" and {len(found) - NAMED} more" if len(found) > NAMED else ""
    few = f"{len(given)} samples are too few to find words in: {FEWEST} are needed" if len(given) < FEWEST else ""
    return replace(score, note=f"{'; '.join(lines)}{more}", doubt=few)


def _told(found: Shortcut, labels: Sequence[str]) -> str:
    wrongly = f"wrongly of {found.wrongly} of {found.others}, where {found.usual:.0%} are usual"
    shares = f"{labels[found.label]} in {found.predicted:.0%}, true in {found.true:.0%} of {found.n}"
    return f"{found.word!r}: {shares}; {wrongly}"


def _of_part(table: RecordTable[Checked], part: str) -> RecordTable[Checked]:
    parts = np.array(table.column("part").to_pylist(), dtype=object)
    return table.take(np.flatnonzero(parts == part)) if len(table) else table


def _mean(name: str, values: Any, scoring: ScoringContext) -> Score:
    found = mean(name, np.asarray(values, np.float64), scoring.confidence, scoring.seed, scoring.resamples)
    return replace(
        found, doubt=f"{len(values)} samples are too few: {FEWEST} are needed" if len(values) < FEWEST else ""
    )
