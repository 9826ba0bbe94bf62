"""The kinds of answers: probabilities of classes, a class alone, one value, or several labels at once.

Everything that has to know one from the other asks the kind of output: how an answer is checked, what it decides, how
far two answers are apart, how a row reads in words, and what can be true of a sample.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

import numpy as np

from harness.errors import UserError, listed, nearest
from harness.types import Array

Truth: TypeAlias = int | float | tuple[int, ...]
"""The truth of a sample: the index of its class, its number, or the indices of its labels."""

Decision: TypeAlias = int | tuple[int, ...] | None
"""The decision of an answer: a class or a set of labels; None for a number."""

ROUNDING, SUM_TOLERANCE, HALF_SUM_TOLERANCE = 1e-6, 1e-3, 1e-2
"""How far a probability may be outside of 0..1, a row sum from 1, and one in half precision: bfloat16 has 8 bits."""

MAX_CLASSES_IMPUTED = 50
"""With more classes an errored case has no bounds: every class would be a scoring of its own."""

LABEL_THRESHOLD = 0.5
"""From this probability on a label applies, where several may."""


@dataclass(frozen=True)
class Truths:
    """One entry per row: the truth in words, and what samples know of it; nothing where the labels are not known."""

    words: Sequence[str]
    values: Sequence[Truth | None] = ()


class TruthColumns(Protocol):
    """The columns of data that contain the truth, in its three forms; each raises UserError for what cannot be."""

    def classes(self) -> Truths: ...
    def numbers(self) -> Truths: ...
    def label_sets(self) -> Truths: ...


class OutputKind(Protocol):
    """One kind of answer. `rows` are answers as `(n, columns)`; a row is one of them."""

    name: str
    columns: str
    shape: str
    expected: str
    hint: str
    task: str
    decides: bool
    """What it is called in a suite, what its columns are, the shape of answers, what rows have to be and what may have
    gone wrong, the task that measures it, and whether an answer decides anything."""

    def rows(self, answers: Sequence[object], labels: Sequence[str]) -> Array:
        """The answers as `(n, columns)`; raises ValueError or TypeError where they cannot be."""

    def holds(self, rows: Array) -> bool:
        """Whether these can be its rows, none of them empty."""

    def decide(self, row: Sequence[float]) -> Decision:
        """The decision of a row."""

    def moved(self, before: Sequence[float], after: Sequence[float]) -> float:
        """The probability of a changed decision, or the distance a value moved; 0 where nothing changed."""

    def words(self, row: Sequence[float], labels: Sequence[str]) -> tuple[str, float | None]:
        """The decision of a row in words and its probability; for a value the number itself and None."""

    def read(self, columns: TruthColumns) -> Truths:
        """The truth of every row, from the columns that contain it."""

    def write(self, truth: Truth, labels: Sequence[str]) -> str:
        """A truth as a run keeps it and as one reads it."""

    def extremes(self, truth: Truth | None, count: int) -> list[list[float]]:
        """A row that is as right as can be, then those as wrong, one per class; none where nothing bounds it."""


class _Deciding:
    """The common part of all outputs that decide something."""

    shape = "rows of numbers, (n, classes)"
    decides = True

    def rows(self, answers: Sequence[object], labels: Sequence[str]) -> Array:
        return _table(answers)

    def decide(self, row: Sequence[float]) -> Decision:
        return _largest(row)

    def moved(self, before: Sequence[float], after: Sequence[float]) -> float:
        return max(after, default=0.0) if self.decide(before) != self.decide(after) else 0.0


class _OfClasses(_Deciding):
    """What probabilities of classes and classes alone have in common."""

    columns = "classes"
    task = "classification"

    def words(self, row: Sequence[float], labels: Sequence[str]) -> tuple[str, float | None]:
        at = _largest(row)
        return labels[at], row[at]

    def read(self, columns: TruthColumns) -> Truths:
        return columns.classes()

    def write(self, truth: Truth, labels: Sequence[str]) -> str:
        return labels[truth] if isinstance(truth, int) else str(truth)

    def extremes(self, truth: Truth | None, count: int) -> list[list[float]]:
        known = isinstance(truth, int) and count <= MAX_CLASSES_IMPUTED
        return [[float(at == chosen) for at in range(count)] for chosen in (truth, *range(count)) if known]


class Probabilities(_OfClasses):
    """The probability of each class: rows in 0..1 that sum to 1."""

    name = "probabilities"
    columns = "probabilities"
    expected = "probabilities, each in 0..1 and together 1"
    hint = " (if these are logits, give their softmax)"

    def holds(self, rows: Array) -> bool:
        if not rows.min() >= -ROUNDING:
            return False
        off = abs(rows.sum(axis=1) - 1)
        return bool(off.max() <= (HALF_SUM_TOLERANCE if are_half(rows[off > SUM_TOLERANCE]) else SUM_TOLERANCE))


class Classes(_OfClasses):
    """A class without its probability: as its index, its name, or a row that is 1 there and 0 elsewhere."""

    name = "classes"
    shape = "a class per input"
    expected = "one of the classes: its index, its name, or a row of one 1 and else 0"
    hint = " (set `output: probabilities` for probabilities)"

    def rows(self, answers: Sequence[object], labels: Sequence[str]) -> Array:
        if answers and isinstance(answers[0], str):
            at = {label: place for place, label in enumerate(labels)}
            if unknown := [each for each in answers if each not in at]:
                raise ValueError(f"{unknown[0]!r} is none of the labels, {listed(labels)}")
            return np.eye(len(labels))[[at[str(each)] for each in answers]]
        found = np.asarray(answers, dtype=np.float64)
        if found.ndim == 2 and found.shape[1] == 1 and len(labels) > 1:
            found = found[:, 0]
        if found.ndim != 1:
            return _table(answers)
        if ((found != found.round()) | (found < 0) | (found >= len(labels))).any():
            raise ValueError(f"expected indices of the {len(labels)} classes")
        return np.eye(len(labels))[found.astype(np.intp)]

    def holds(self, rows: Array) -> bool:
        return bool(are_one_hot(rows))


class Value:
    """One number per input."""

    name = "value"
    columns = "value"
    shape = "rows of numbers, (n, 1)"
    expected = "one finite number"
    hint = " (set `output: probabilities` for several)"
    task = "regression"
    decides = False

    def rows(self, answers: Sequence[object], labels: Sequence[str]) -> Array:
        found = np.asarray(answers, dtype=np.float64)
        return found[:, np.newaxis] if found.ndim == 1 else _table(found)

    def holds(self, rows: Array) -> bool:
        return rows.shape[1] == 1 and bool(np.isfinite(rows).all())

    def decide(self, row: Sequence[float]) -> Decision:
        return None

    def moved(self, before: Sequence[float], after: Sequence[float]) -> float:
        return abs(after[0] - before[0])

    def words(self, row: Sequence[float], labels: Sequence[str]) -> tuple[str, float | None]:
        return f"{row[0]:.4g}", None

    def read(self, columns: TruthColumns) -> Truths:
        return columns.numbers()

    def write(self, truth: Truth, labels: Sequence[str]) -> str:
        return repr(truth)

    def extremes(self, truth: Truth | None, count: int) -> list[list[float]]:
        return []


class Labels(_Deciding):
    """The probability of each label, several at once: rows in 0..1."""

    name = "labels"
    columns = "labels"
    expected = "the probability of each label, in 0..1"
    hint = " (if these are logits, give their sigmoid)"
    task = "multilabel"

    def holds(self, rows: Array) -> bool:
        return bool(rows.min() >= -ROUNDING and rows.max() <= 1 + ROUNDING)

    def decide(self, row: Sequence[float]) -> Decision:
        return tuple(at for at, probability in enumerate(row) if probability >= LABEL_THRESHOLD)

    def words(self, row: Sequence[float], labels: Sequence[str]) -> tuple[str, float | None]:
        chosen = [labels[at] for at in _as_set(self.decide(row))]
        return ", ".join(chosen) or "no label", max(row, default=0.0)

    def read(self, columns: TruthColumns) -> Truths:
        return columns.label_sets()

    def write(self, truth: Truth, labels: Sequence[str]) -> str:
        return json.dumps([labels[at] for at in _as_set(truth)], ensure_ascii=False)

    def extremes(self, truth: Truth | None, count: int) -> list[list[float]]:
        right = [float(at in _as_set(truth)) for at in range(count)]
        return [right, [1 - each for each in right]]


OUTPUTS: Mapping[str, OutputKind] = {each.name: each for each in (Probabilities(), Classes(), Value(), Labels())}
"""Every kind of output, by its name in a suite."""


def output_kind(name: str) -> OutputKind:
    """The kind of output of a name; raises UserError with the nearest one."""
    if name not in OUTPUTS:
        raise UserError(f"there is no output {name!r}: expected one of {listed(OUTPUTS)}{nearest(name, OUTPUTS)}")
    return OUTPUTS[name]


def names_in(written: str | None, output: str) -> list[str]:
    """The class, or the labels, of a truth or a decision as an output's `write` makes it."""
    return list(json.loads(written or "[]")) if output == Labels.name else [written or ""]


def are_one_hot(rows: Any) -> bool:
    """Whether every row of `(n, classes)` is 1 for one class and 0 for the others."""
    found = np.asarray(rows, dtype=np.float64)
    return bool(np.isin(found, (0.0, 1.0)).all() and (found.sum(axis=1) == 1).all())


def are_half(rows: Array) -> bool:
    """Whether float16, or bfloat16, which is float32 without its last 16 bits, could have written every number."""
    single = rows.astype(np.float32)
    return bool((rows == single.astype(np.float16)).all() or not (single.view(np.uint32) & 0xFFFF).any())


def _table(answers: Any) -> Array:
    """Answers as `(n, columns)`; raises ValueError for another shape."""
    found = np.asarray(answers, dtype=np.float64)
    if found.ndim != 2 or not found.shape[1]:
        hint = "; a model with one number per row has `output: value`" if found.ndim == 1 else ""
        raise ValueError(f"shape {found.shape}{hint}")
    return found


def _largest(row: Sequence[float]) -> int:
    """The index of the largest; the first one of a tie."""
    return max(range(len(row)), key=row.__getitem__, default=0)


def _as_set(truth: Truth | None) -> tuple[int, ...]:
    return truth if isinstance(truth, tuple) else ()
