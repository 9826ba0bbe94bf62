"""The nouns every module shares: samples, questions, sessions and the answers to `predict`."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from types import MappingProxyType
from typing import Annotated, Any, Generic, Literal, Protocol, TypeAlias, TypeVar, overload

import numpy as np
import numpy.typing as npt
from pydantic import Field

X = TypeVar("X")
T = TypeVar("T")

Array: TypeAlias = npt.NDArray[np.float64]
Output: TypeAlias = Literal["probabilities", "classes", "value", "labels"]
"""What a model answers: the probability of each class, a class alone, a number, or the probability of each label."""
Verdict: TypeAlias = Literal["pass", "undecided", "fail", "error"]
Undecided: TypeAlias = Literal["fail", "pass", "warn", "point"]
"""How to treat an undecided gate: it fails, passes, only warns, or goes by its point value."""

NO_OPTIONS: Mapping[str, object] = MappingProxyType({})
NO_SLICES: Mapping[str, str] = {}  # and no proxy, which cannot be pickled


@dataclass(frozen=True, slots=True)
class Sample(Generic[X]):
    """One row of data: a stable id, its input, and what is true of it.

    The input is what its kind makes of the columns: a text, a mapping of columns to texts (a text pair), an image, a
    row. `truth` is the index of its class among the model's labels; of a model that answers no classes, the number it
    should answer, or the indices of the labels that apply; None where nothing is known. `data` names its set where
    there are several, `language` that of its texts (`de`) where the suite says it, `group` what it shares with other
    samples that are no draw of their own (a document, a user), `slices` the slices of the suite that it is in.
    """

    id: str
    input: X
    truth: int | float | tuple[int, ...] | None = None
    data: str = ""
    language: str = ""
    group: str = ""
    slices: Mapping[str, str] = field(default_factory=lambda: NO_SLICES, hash=False)

    @property
    def label(self) -> int:
        """The index of its class; raises TypeError for a sample whose truth is no class."""
        if isinstance(self.truth, int):
            return self.truth
        raise TypeError(
            f"sample {self.id!r} has no class: its truth is {self.truth!r}, expected the index of one of the model's "
            "labels; a procedure for other models reads `sample.truth`"
        )


@dataclass(frozen=True, slots=True)
class Question:
    """What a session asks: `kind` names a method of the adapter, `model` one of the suite's models.

    `inputs` has one entry per row; the reply is a list with one answer per row, in the same order.
    The empty model name is the victim. `options` are the method's keyword arguments.
    """

    kind: str
    inputs: tuple[object, ...]
    model: str = ""
    options: Mapping[str, object] = field(default_factory=lambda: NO_OPTIONS)


Session: TypeAlias = Generator[Question, Any, T]
"""A procedure on one sample: yields questions, receives answers, returns its result."""

SessionFunction: TypeAlias = Callable[[Sample[Any], Random], Session[T]]
"""Starts a session on a sample, with a generator of random numbers of that case's own."""


@dataclass(frozen=True, slots=True)
class Skipped(Generic[T]):
    """Returned by a session that had nothing to do: its record says so and keeps the payload."""

    payload: T


@dataclass(frozen=True, slots=True)
class Attribution:
    """What an explainer returns: the input cut into units, and how much each speaks for the explained class.

    The units, joined, are the input. `label` is the index of the explained class.
    """

    units: list[str]
    weights: list[float]
    label: int


class _Numbers:
    """An array that a sequence shows row by row."""

    __slots__ = ("array",)

    def __init__(self, array: Array) -> None:
        self.array = array

    def __len__(self) -> int:
        return len(self.array)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({np.round(self.array, 4).tolist()})"


class Distribution(_Numbers, Sequence[float]):
    """The answer to one input, `(classes,)`: each in 0..1 and of sum 1 where the model answers probabilities."""

    __slots__ = ()

    @property
    def label(self) -> int:
        """The index of the most probable class; the first one of a tie, and 0 for a value."""
        return int(self.array.argmax())

    @overload
    def __getitem__(self, index: int) -> float: ...
    @overload
    def __getitem__(self, index: slice) -> list[float]: ...
    def __getitem__(self, index: int | slice) -> float | list[float]:
        return self.array[index].tolist()  # type: ignore[no-any-return]  # numpy: float or list by index


class Probabilities(_Numbers, Sequence[Distribution]):
    """The answer to `predict`: one typed row per input; `.array` is `(n, classes)` in float64.

    Of a model whose output is a value it is `(n, 1)`, of one whose output is labels `(n, labels)`, each in 0..1.
    """

    __slots__ = ()

    @overload
    def __getitem__(self, index: int) -> Distribution: ...
    @overload
    def __getitem__(self, index: slice) -> Probabilities: ...
    def __getitem__(self, index: int | slice) -> Distribution | Probabilities:
        rows = self.array[index]
        return Probabilities(rows) if isinstance(index, slice) else Distribution(rows)

    def __iter__(self) -> Iterator[Distribution]:
        return map(Distribution, self.array)


class Model(Protocol):
    """The requirement on any adapter: its labels, in the order of the columns of an answer.

    An adapter may also have an `output` (see `harness.types.Output`), by default probabilities, and a method
    `reference()`: the same model as it computes in float32, to be compared with; None where it is that already.

    The adapter answers `predict` either by being called, `(inputs) -> (n, classes)`, by a method
    `predict`, or by `prepare` and `submit` (see `harness.engine.adapters.Channel`). Further kinds of question
    are further methods.
    """

    @property
    def labels(self) -> Sequence[str]: ...


Positive: TypeAlias = Annotated[int, Field(gt=0)]
"""A whole number from 1 on: the type of a component's parameter that counts something."""

Severity: TypeAlias = Annotated[int, Field(ge=1, le=5)]
"""How hard a perturbation changes an input, from 1 to 5."""


def folded(name: str) -> str:
    """A label as it is compared: regardless of case and outer space."""
    return name.strip().casefold()


class Answers(list[object]):
    """The engine's reply: one answer per row, and the model's name, labels and output for the checks."""

    def __init__(
        self, rows: Sequence[object], model: str, labels: Sequence[str] = (), output: str = "probabilities"
    ) -> None:
        super().__init__(rows)
        self.model = model
        self.labels = labels
        self.output = output
