"""A slice as a suite has it: what it divides samples by, in which bins, and who may see it."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from itertools import pairwise
from math import inf
from typing import Annotated, Any, Literal, Self, TypeAlias

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    FiniteFloat,
    Tag,
    model_serializer,
    model_validator,
)

from harness.errors import listed, nearest

Plain: TypeAlias = bool | int | float | str

COUNTS = ("words", "characters", "numbers", "entities", "negation", "rare_words")
"""What is counted in a text."""

KINDS = ("column", *COUNTS, "script", "language", "confidence", "object", "cross", "segments")
"""What samples can be divided by."""

_NAME = re.compile(r"[A-Za-z0-9_-]{1,60}")
"""A slice's name: it stands before the colon of an address, `slice=region:zoo`."""

LEAST_SAMPLES = 30
"""The samples that a slice needs before a gate on it is decided, as many as a part of a task has to touch."""

SEGMENTS = "weak_segments"
"""The score that counts the weak segments that were confirmed."""

GAP, WORST = "_gap", "worst_"
"""What is put behind a score's name, or before it, for the gap between slices and for the worst of them."""

YES, NO = "yes", "no"
"""The values of a slice by one range."""


class Range(BaseModel):
    """Numbers within `min` and `max`, both included, against all others; or in bins, each without its upper end."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)
    min: FiniteFloat | None = None
    max: FiniteFloat | None = None
    bins: Annotated[list[FiniteFloat], Field(min_length=1)] | None = None

    @model_validator(mode="after")
    def _divides(self) -> Self:
        if self.bins and (self.min is not None or self.max is not None):
            raise ValueError("expected `bins`, or `min` and `max`, but got both")
        if any(low >= high for low, high in pairwise(self.bins or ())):
            raise ValueError(f"expected bins that ascend, but got {self.bins}")
        if self.bins is None and self.min is None and self.max is None:
            raise ValueError("expected `min`, `max` or `bins`")
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError(f"the range is empty: min {self.min:g} is above max {self.max:g}")
        return self

    @model_serializer
    def _as_written(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.model_fields_set}

    @property
    def values(self) -> list[str]:
        """The names of its slices, `<10`, `10-30`, `30+`, or `yes` and `no`."""
        if self.bins is None:
            return [YES, NO]
        between = [f"{low:g}-{high:g}" for low, high in pairwise(self.bins)]
        return [f"<{self.bins[0]:g}", *between, f"{self.bins[-1]:g}+"]

    def value(self, number: float) -> str:
        """The slice of a number; none of NaN."""
        if number != number:  # noqa: PLR0124  # NaN
            return ""
        if self.bins is None:
            low, high = (-inf if self.min is None else self.min), (inf if self.max is None else self.max)
            return YES if low <= number <= high else NO
        return self.values[sum(number >= each for each in self.bins)]


SOME = Range(min=1)
"""One or more."""


def _range(given: object) -> object:
    """`true` for one or more, a list for bins."""
    return {"min": 1} if given is True else {"bins": given} if isinstance(given, list) else given


def _only_true(given: object) -> object:
    if given is not True:
        raise ValueError(f"expected true, but got {given!r:.80}")
    return given


Counted: TypeAlias = Annotated[Range | None, BeforeValidator(_range)]
Named: TypeAlias = Annotated[bool | None, BeforeValidator(_only_true)]


class Segments(BaseModel):
    """Weak segments; `embeddings` names the model whose embeddings of texts are clustered, `true` the only one."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)
    embeddings: Annotated[str, Field(min_length=1)] | Literal[True] | None = None

    @model_serializer
    def _as_written(self) -> object:
        return {"embeddings": self.embeddings} if self.embeddings else True


def _segments(given: object) -> object:
    return {} if given is True else given


class SliceSpec(BaseModel):
    """What divides samples: `column`, a count in texts, script, language, confidence, object, cross or segments.

    `bins` are those of a column or an object of numbers, `values` the only ones that count, `top` how many of the most
    frequent ones count, `least` the samples that a slice needs before a gate on it is decided. A `protected` one is
    shown of no sample.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)
    column: str | None = None
    words: Counted = None
    characters: Counted = None
    numbers: Counted = None
    entities: Counted = None
    negation: Counted = None
    rare_words: Counted = None
    confidence: Counted = None
    script: Named = None
    language: Named = None
    object: str | None = None
    segments: Annotated[Segments | None, BeforeValidator(_segments)] = None
    cross: Annotated[list[str], Field(min_length=2, max_length=2)] | None = None
    bins: Annotated[list[FiniteFloat], Field(min_length=1)] | None = None
    values: Annotated[list[Plain], Field(min_length=1)] | None = None
    top: Annotated[int, Field(gt=0)] | None = None
    least: Annotated[int, Field(gt=0)] = LEAST_SAMPLES
    protected: bool = False

    @model_serializer
    def _as_written(self) -> dict[str, Any]:
        """Without what was not given."""
        return {name: getattr(self, name) for name in self.model_fields_set}

    @property
    def kind(self) -> str:
        """What it divides by."""
        return next(name for name in KINDS if getattr(self, name) is not None)

    @property
    def range(self) -> Range | None:
        """The numbers that it divides by, if they are some."""
        if self.bins is not None:
            return Range(bins=self.bins)
        found = getattr(self, self.kind)
        return found if isinstance(found, Range) else None

    @property
    def known_values(self) -> Sequence[str] | None:
        """The names of its slices where no data are needed to know them."""
        return self.range.values if self.range else None

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        given = [name for name in KINDS if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError(f"expected one of {listed(KINDS)}, but got {listed(given)}")
        numbers = {"column", "object"}
        if self.bins is not None:
            if self.kind not in numbers:
                raise ValueError(f"`bins` beside `{self.kind}` say nothing: write `{self.kind}: {{bins: {self.bins}}}`")
            Range(bins=self.bins)
        if self.confidence is not None and self.confidence == SOME:
            raise ValueError("expected a range of confidence: `{min: 0.9}` or `{bins: [0.5, 0.9]}`")
        if (self.values or self.top) and (self.bins is not None or self.kind not in {*numbers, "script", "language"}):
            raise ValueError("`values` and `top` are for a column, an object, script or language without bins")
        return self


def _written(given: object) -> object:
    """A slice by one word, `negation`, as a mapping."""
    if not isinstance(given, str):
        return given
    alone = [*COUNTS, "script", "language"]
    if given not in alone:
        raise ValueError(
            f"expected {{column: NAME}}, or one of {listed(alone)}, but got {given!r:.80}{nearest(given, alone)}"
        )
    return {given: True}


def _is_name(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise ValueError(
            "expected a name of letters, digits, _ and -, at most 60 of them: addresses have it, `slice=NAME:VALUE`"
        )
    return name


Slices: TypeAlias = dict[Annotated[str, AfterValidator(_is_name)], Annotated[SliceSpec, BeforeValidator(_written)]]
"""Slices by their names."""


def known_crossings(slices: dict[str, SliceSpec]) -> dict[str, SliceSpec]:
    """The same; raises ValueError for a crossing of what is no slice here, or of another crossing."""
    plain = [name for name, spec in slices.items() if spec.cross is None and spec.segments is None]
    for name, spec in slices.items():
        for each in spec.cross or ():
            if each not in plain:
                why = "cannot be crossed" if each in slices else f"is none of the slices{nearest(each, plain)}"
                raise ValueError(f"slice {name!r} crosses {each!r}, which {why}: expected two of {listed(plain)}")
    return slices


DataSlices: TypeAlias = Annotated[Slices, AfterValidator(known_crossings)]
"""The slices of a set."""


def _how_given(value: object) -> str:
    return "=names" if isinstance(value, list) else "=slices"


TaskSlices: TypeAlias = (
    Annotated[Annotated[list[str], Tag("=names")] | Annotated[Slices, Tag("=slices")], Discriminator(_how_given)] | None
)
"""The slices of a task: some of its data by their names, or more of its own; those of its data if it says none."""


def of_task(given: TaskSlices, data: Mapping[str, SliceSpec]) -> dict[str, SliceSpec]:
    """The slices that a task's scores are computed for, of a set with these."""
    if isinstance(given, list):
        return {name: data[name] for name in given if name in data}
    return {**data, **(given or {})}


TaskOf: TypeAlias = tuple[str, TaskSlices, Collection[str]]
"""A task as far as slices go: its name, its slices, and the names of the sets that it runs on."""


def with_own(sets: Mapping[str, Mapping[str, SliceSpec]], tasks: Sequence[TaskOf]) -> dict[str, dict[str, SliceSpec]]:
    """The slices of each set by its name, those of the tasks that run on it among them."""
    found = {name: dict(slices) for name, slices in sets.items()}
    for _, given, names in tasks:
        for name in names if isinstance(given, dict) else ():
            found[name] |= of_task(given, sets[name])
    return found


def require_slices(
    sets: Mapping[str, Mapping[str, SliceSpec]], tasks: Sequence[TaskOf], models: Collection[str] = ()
) -> None:
    """Raise ValueError for slices of tasks that their sets have not, or have otherwise, or that two tasks define.

    Also for one whose samples are to be embedded by a model that is none of these.
    """
    own: dict[str, SliceSpec] = {}
    for title, given, names in tasks:
        _require_named(title, given, [sets[name] for name in names])
        for name, spec in given.items() if isinstance(given, dict) else ():
            if own.setdefault(name, spec) != spec:
                raise ValueError(f"two tasks have different slices {name!r}: call one of them otherwise")
            if any(sets[each].get(name, spec) != spec for each in names):
                raise ValueError(f"task {title!r} has a slice {name!r}, but its data have another of that name")
        for each in names if isinstance(given, dict) else ():
            known_crossings(of_task(given, sets[each]))
    _require_encoders(with_own(sets, tasks), models)


def _require_named(title: str, given: TaskSlices, sets: Sequence[Mapping[str, SliceSpec]]) -> None:
    known = list(dict.fromkeys(name for each in sets for name in each))
    for name in given if isinstance(given, list) and sets else ():
        if name not in known:
            hint = nearest(name, known)
            raise ValueError(f"task {title!r} names the slice {name!r}: expected some of {listed(known)}{hint}")


def _require_encoders(sets: Mapping[str, Mapping[str, SliceSpec]], models: Collection[str]) -> None:
    for name, spec in (item for slices in sets.values() for item in slices.items()):
        wanted = spec.segments.embeddings if spec.segments else None
        if isinstance(wanted, str) and wanted not in models:
            there = f"expected one of the suite's `models`: {listed(models)}" if models else "the suite has no `models`"
            raise ValueError(f"slice {name!r} has embeddings by {wanted!r}: {there}{nearest(wanted, models)}")


def model_at(path: Sequence[str | int]) -> type[BaseModel]:
    """The model of the mapping in a suite's slices that the last key of a path is in."""
    return SliceSpec if path[-3] == "slices" else Segments if path[-2] == "segments" else Range


def protected_in(suite: Mapping[str, Any]) -> set[str]:
    """The names of the slices of a run's suite that are protected, from the suite as the run keeps it."""
    sets = suite.get("data") or []
    given = [each.get("slices") for each in [*(sets if isinstance(sets, list) else [sets]), *suite.get("tasks", ())]]
    slices = {name: spec for each in given if isinstance(each, dict) for name, spec in each.items()}
    own = {name for name, spec in slices.items() if spec.get("protected")}
    return own | {name for name, spec in slices.items() if own & set(spec.get("cross") or ())}


_SLICE = re.compile(r"([A-Za-z0-9_-]+)(?::(.*))?", re.DOTALL)


def slice_named(key: str) -> tuple[str, str | None]:
    """The name of a slice and its value from the key of an address, `region:zoo`; no value of all of them."""
    found = _SLICE.fullmatch(key)
    return (found[1], found[2]) if found else (key, None)
