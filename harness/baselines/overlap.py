"""Whether a task of two models has a sample of both: a `limit` or a `sample_seed` may have chosen others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Any

from harness.errors import UserError

if TYPE_CHECKING:
    from harness.baselines.run_side import RunSide
    from harness.baselines.side import Side


def require_overlap(old: Side, new: RunSide, payloads: Mapping[str, type[Any]]) -> None:
    """Raise UserError for a task, of some by title with their payloads, that has no sample which the old one had.

    A run that has just begun has no records: its samples of a task are the first of each set, up to the task's limit.
    """
    limits = {spec.get("name") or spec["use"]: spec.get("limit") for spec in new.run.info.suite["tasks"]}
    for title, payload in payloads.items():
        head = old.head.tasks[title]
        if limits[title] is None and head.cases >= len(old.truths) * len(head.parts):
            continue
        known = set(old.records(title, payload).column("sample").to_pylist())
        here = {key for key in _chosen(new, limits[title]) if old.truths.get(key, "") == new.truths[key]}
        if not known & here:
            raise UserError(
                f"{old.title}: none of the {len(known)} samples of its task {title!r} is among those of this run: "
                "give both the same `sample_seed` and `limit`"
            )


def _chosen(side: RunSide, limit: int | None) -> Sequence[str]:
    keys = [side.keys[name] for name in side.run.sample_table()["id"].to_pylist()]
    ends = [0, *accumulate(data.samples for data in side.run.info.data)]
    return [key for low, high in pairwise(ends) for key in keys[low:high][:limit]]
