"""The results of a task that times calls: latency by the number of rows in a call, and by length."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness import Run, Score
from harness_report.cases import Cases
from harness_report.charts import Chart
from harness_report.drawing import AGAINST, FOR, drawing
from harness_report.scores import scores_of
from harness_report.wording import MISSING, value_and_interval

PERCENTILES = {"latency_p50": "50 %", "latency_p95": "95 %", "latency_p99": "99 %"}
COLUMNS = ["Rows in a call", "Longest input", *(f"{share} of calls within, ms" for share in PERCENTILES.values()),
           "Rows a second"]  # fmt: skip
ABOUT = (
    "Half of the calls, and 95 % of them, took no longer than this many milliseconds, each with its interval, by the "
    "number of rows in a call. In the table also by the longest input of a call, in thirds."
)


def latencies(cases: Cases, run: Run) -> list[Chart]:
    """Latency by the number of rows in a call; none of a task that timed no call."""
    by_call = _by_call(scores_of(run, cases.task))
    whole = {rows: found for (rows, length), found in by_call.items() if not length}
    if not any(_is_known(found, "latency_p50") for found in whole.values()):
        return []
    words = "; ".join(f"{rows} rows: {_measured(found, 'latency_p50')} ms" for rows, found in whole.items())
    table = [_row(*at, found) for at, found in by_call.items() if _is_known(found, "latency_p50")]
    return [Chart("Latency", ABOUT, [("", drawing(_lines(whole), words))], COLUMNS, table)]


def is_timed(run: Run, task: str) -> bool:
    """Whether a task has scores of calls."""
    return any("batch" in score.keys for score in scores_of(run, task).values())


def _by_call(scores: Mapping[str, Score]) -> dict[tuple[str, str], dict[str, Score]]:
    """The scores by rows in a call and length, of the first set of data."""
    found: dict[tuple[str, str], dict[str, Score]] = {}
    for score in scores.values():
        if "batch" in score.keys and "data" not in score.keys:
            found.setdefault((score.keys["batch"], score.keys.get("length", "")), {})[score.name] = score
    return found


def _is_known(found: Mapping[str, Score], name: str) -> bool:
    return name in found and found[name].value is not None


def _row(rows: str, length: str, found: Mapping[str, Score]) -> list[str]:
    return [rows, length or "any", *(_measured(found, name) for name in (*PERCENTILES, "throughput"))]


def _measured(found: Mapping[str, Score], name: str) -> str:
    score = found.get(name)
    return MISSING if score is None else value_and_interval(score.value, score.low, score.high)


def _lines(whole: Mapping[str, Mapping[str, Score]]) -> dict[str, Any]:
    points = [
        {"rows": rows, "calls": words, "value": found[name].value, "low": found[name].low, "high": found[name].high}
        for rows, found in whole.items()
        for name, words in list(PERCENTILES.items())[:2]
        if _is_known(found, name)
    ]
    x = {"field": "rows", "type": "ordinal", "title": "rows in a call", "sort": list(whole), "axis": {"labelAngle": 0}}
    y = {"field": "value", "type": "quantitative", "title": "ms", "scale": {"zero": True}}
    colour = {"field": "calls", "type": "nominal", "legend": {"title": "calls within"},
              "scale": {"range": [FOR, AGAINST]}}  # fmt: skip
    both = {"x": x, "color": colour}
    spans = {"transform": [{"filter": "isValid(datum.low) && isValid(datum.high)"}], "mark": "rule",
             "encoding": {**both, "y": {**y, "field": "low"}, "y2": {"field": "high"}}}  # fmt: skip
    line = {"mark": {"type": "line", "point": True}, "encoding": {**both, "y": y}}
    return {"width": 260, "height": 180, "data": {"values": points}, "layer": [spans, line]}
