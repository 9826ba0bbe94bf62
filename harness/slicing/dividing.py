"""Records, truths and outcomes divided by slice, each sample looked at once for each slice's name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from harness.records.table import RecordTable, field_values
from harness.slices.spec import SliceSpec
from harness.slices.values import AND

if TYPE_CHECKING:
    from harness.records.record import Record
    from harness.tasks.task import ScoringContext

Values = Mapping[str, str]
"""The value of each sample in a slice, by its id."""

ANSWERS = ("probabilities", "before")
"""The fields of payloads that have the model's answer to the input as it is."""


def slice_values(
    slices: Mapping[str, SliceSpec], records: Sequence[Record[Any]], scoring: ScoringContext
) -> dict[str, Values]:
    """The value of each sample in each slice that is known: those by confidence from the answers in the records."""
    found = {name: scoring.slices[name] for name in slices if name in scoring.slices}
    sure = [name for name, spec in slices.items() if spec.confidence is not None]
    by_sample = _confidence(records) if sure and scoring.output == "probabilities" else {}
    for name in sure if by_sample else ():
        within = slices[name].range
        assert within is not None
        found[name] = {sample: within.value(each) for sample, each in by_sample.items()}
    for name, spec in slices.items():
        if spec.cross and name not in found and all(each in found for each in spec.cross):
            one, other = (found[each] for each in spec.cross)
            found[name] = {at: f"{value}{AND}{other[at]}" for at, value in one.items() if at in other}
    return {name: values for name, values in found.items() if name in slices}


def _confidence(records: Sequence[Record[Any]]) -> dict[str, float]:
    """The largest probability of the answer to each sample, of tasks that keep it."""
    payload = records.payload if isinstance(records, RecordTable) else None
    names = [name for name in ANSWERS if name in getattr(payload, "__dataclass_fields__", ())]
    if not names or not len(records):
        return {}
    samples, rows = field_values(records, names[0])
    return dict(zip(samples.to_pylist(), rows.max(axis=1).tolist(), strict=True)) if rows.ndim == 2 else {}


def divided(
    records: Sequence[Record[Any]], scoring: ScoringContext, values: Values
) -> Iterator[tuple[str, Sequence[Record[Any]], ScoringContext]]:
    """The records of each value's samples and the context of their scores, in the order of the values."""
    members: dict[str, list[str]] = {}
    for sample, value in values.items():
        members.setdefault(value, []).append(sample)
    places = _places(records, values)
    for value in sorted(members):
        ids = members[value]
        truth = {at: scoring.truth[at] for at in ids if at in scoring.truth}
        groups = {at: scoring.groups[at] for at in ids if at in scoring.groups}
        yield value, _taken(records, places.get(value, [])), replace(scoring, truth=truth, groups=groups, slices={})


def _places(records: Sequence[Record[Any]], values: Values) -> dict[str, Any]:
    """Where the records of each value's samples stand."""
    samples = records.column("sample").to_pylist() if isinstance(records, RecordTable) else [r.sample for r in records]
    codes: dict[str, int] = {}
    coded = np.fromiter((codes.setdefault(values.get(each, ""), len(codes)) for each in samples), np.intp, len(samples))
    order = np.argsort(coded, kind="stable")
    ends = np.searchsorted(coded[order], np.arange(len(codes) + 1))
    return {value: order[ends[code] : ends[code + 1]] for value, code in codes.items() if value}


def _taken(records: Sequence[Record[Any]], places: Any) -> Sequence[Record[Any]]:
    if isinstance(records, RecordTable):
        return records.take(np.asarray(places, dtype=np.intp))
    return [records[at] for at in places]
