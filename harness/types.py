"""The nouns every module shares: samples, questions, sessions and the answers to `predict`."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from types import MappingProxyType
from typing import Any, Generic, Protocol, TypeAlias, TypeVar, overload

import numpy as np
import numpy.typing as npt

X = TypeVar("X")
T = TypeVar("T")

Array: TypeAlias = npt.NDArray[np.float64]
NO_OPTIONS: Mapping[str, object] = MappingProxyType({})


def _no_options() -> Mapping[str, object]:
    return NO_OPTIONS


@dataclass(frozen=True, slots=True)
class Sample(Generic[X]):
    """One row of data: its input, the index of its label among the model's labels, and a stable id."""

    id: str
    input: X
    label: int | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """What a session asks: `kind` names a method of the adapter, `model` one of the suite's models.

    `inputs` holds one entry a row; the reply is a list with one answer a row, in the same order.
    The empty model name is the victim. `options` are the method's keyword arguments.
    """

    kind: str
    inputs: tuple[object, ...]
    model: str = ""
    options: Mapping[str, object] = field(default_factory=_no_options)


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


class Distribution(Sequence[float]):
    """The probabilities of one input, `(classes,)`, each in 0..1 and of sum 1."""

    __slots__ = ("array",)

    def __init__(self, array: Array) -> None:
        self.array = array

    @property
    def label(self) -> int:
        """The index of the most probable class; the first one of a tie."""
        return int(self.array.argmax())

    @overload
    def __getitem__(self, index: int) -> float: ...
    @overload
    def __getitem__(self, index: slice) -> list[float]: ...
    def __getitem__(self, index: int | slice) -> float | list[float]:
        return self.array[index].tolist()  # type: ignore[no-any-return]  # numpy: float or list by index

    def __len__(self) -> int:
        return len(self.array)

    def __repr__(self) -> str:
        return f"Distribution({np.round(self.array, 4).tolist()})"


class Probabilities(Sequence[Distribution]):
    """The answer to `predict`: one typed row an input; `.array` is `(n, classes)` in float64."""

    __slots__ = ("array",)

    def __init__(self, array: Array) -> None:
        self.array = array

    @overload
    def __getitem__(self, index: int) -> Distribution: ...
    @overload
    def __getitem__(self, index: slice) -> Probabilities: ...
    def __getitem__(self, index: int | slice) -> Distribution | Probabilities:
        rows = self.array[index]
        return Probabilities(rows) if isinstance(index, slice) else Distribution(rows)

    def __iter__(self) -> Iterator[Distribution]:
        return map(Distribution, self.array)

    def __len__(self) -> int:
        return len(self.array)

    def __repr__(self) -> str:
        return f"Probabilities({np.round(self.array, 4).tolist()})"


class Model(Protocol):
    """What the harness asks of any adapter: its labels, in the order of the columns of an answer.

    The adapter answers `predict` either by being called, `(inputs) -> (n, classes)`, by a method
    `predict`, or by `prepare` and `submit` (see `harness.channels.Channel`). Further kinds of question
    are further methods.
    """

    @property
    def labels(self) -> Sequence[str]: ...
