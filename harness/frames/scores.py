"""The scores of a run as one table, a row each: for Arrow and for data frames."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape
from typing import TYPE_CHECKING, Any

from harness.scores.score import Score, interval

if TYPE_CHECKING:
    import pyarrow as pa

KEYS = ("data", "part", "class")
"""What narrows a score, each a column; a key of a task's own stands in the address only."""


def score_table(scores: Mapping[str, Score]) -> pa.Table:
    """One row per score, by its address with the task.

    Columns are `address`, `task`, `score`, `data`, `part`, `class` (null where it is not narrowed to one), `value`,
    `low`, `high` (null where it is undefined), `n`, `note` and `doubt`.
    """
    import pyarrow as pa

    texts, numbers = ("address", "task", "score", *KEYS, "note", "doubt"), ("value", "low", "high")
    types: dict[str, Any] = {name: pa.string() for name in texts} | {name: pa.float64() for name in numbers}
    order = ("address", "task", "score", *KEYS, *numbers, "n", "note", "doubt")
    schema = pa.schema([(name, types.get(name, pa.int64())) for name in order])
    return pa.Table.from_pylist(list(_rows(scores)), schema=schema)


def _rows(scores: Mapping[str, Score]) -> Iterator[dict[str, Any]]:
    for address, score in scores.items():
        yield {
            "address": address,
            "task": address.partition("/")[0],
            "score": score.name,
            **{name: score.keys.get(name) for name in KEYS},
            "value": score.value,
            "low": score.low,
            "high": score.high,
            "n": score.n,
            "note": score.note,
            "doubt": score.doubt,
        }


def score_page(title: str, scores: Mapping[str, Score]) -> str:
    """The scores of a task in a notebook, each with its interval; every text is escaped."""
    rows = "".join(
        f"<tr><td>{escape(local)}</td><td>{'&ndash;' if each.value is None else f'{each.value:.3f}'}</td>"
        f"<td>{interval(each.low, each.high)}</td><td>{each.n}</td><td>{escape(each.doubt or each.note)}</td></tr>"
        for local, each in scores.items()
    )
    head = "".join(f"<th>{each}</th>" for each in ("score", "value", "interval", "n", "note"))
    return f"<div><b>{escape(title)}</b><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
