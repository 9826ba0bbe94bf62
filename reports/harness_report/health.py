"""The results of a task of health: how sure the model is where it is right, and where it is wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from math import ceil
from typing import Any

from harness_report.cases import Cases, Event
from harness_report.charts import Chart
from harness_report.drawing import AGAINST, FOR, drawing
from harness_report.findings import finding
from harness_report.wording import number, percent

BINS = 10
ABOUT = (
    "How many predictions are how sure, those that are right and those that are wrong, each as shares of its own. A "
    "model that knows what it does not know is less sure where it is wrong."
)


def unsteady(cases: Cases) -> list[Event]:
    """The samples whose answer depends on more than they are."""
    return [event for event in cases.events if finding(event)[0] in {"turned", "unsteady", "invalid"}]


def sure_errors(cases: Cases) -> list[Event]:
    """The wrong predictions that the model is sure of."""
    return [event for event in cases.events if finding(event)[0] == "overconfident"]


def confidences(cases: Cases) -> list[Chart]:
    """How sure, where right and where wrong, of the first data set; none without samples whose class is known."""
    counts = {"right": Counter[int](), "wrong": Counter[int]()}
    for event in cases.events:
        sure = _confidence(event.given)
        if sure is not None and event.part == "once" and event.subject.label is not None and _is_first(cases, event):
            kind = "wrong" if event.subject.is_wrongly(str(event.given.get("predicted"))) else "right"
            counts[kind][min(max(ceil(sure * BINS) - 1, 0), BINS - 1)] += 1
    totals = {kind: sum(each.values()) for kind, each in counts.items()}
    used = sorted({at for each in counts.values() for at in each})
    if not used:
        return []
    rows = [
        [f"{number(at / BINS)} to {number((at + 1) / BINS)}",
         *(f"{counts[kind][at]:,} ({percent(counts[kind][at] / (totals[kind] or 1))})" for kind in counts)]
        for at in used
    ]  # fmt: skip
    words = "; ".join(f"{row[0]}: {row[1]} right, {row[2]} wrong" for row in rows)
    picture = drawing(_bars({kind: _shares(counts[kind], totals[kind]) for kind in counts}), words)
    return [Chart("Sure, right and wrong", ABOUT, [("", picture)], ["Probability", "Right", "Wrong"], rows)]


def _is_first(cases: Cases, event: Event) -> bool:
    return event.subject.set == cases.first_set


def _confidence(given: Any) -> float | None:
    rows = given.get("probabilities") if isinstance(given, Mapping) else None
    return max(rows) if rows else None


def _shares(counts: Mapping[int, int], total: int) -> dict[int, float]:
    return {at: counts.get(at, 0) / (total or 1) for at in range(BINS)}


def _bars(shares: Mapping[str, Mapping[int, float]]) -> dict[str, Any]:
    half = {"wrong": 0.0, "right": 0.5}
    values = [
        {"sure": (at + half[kind]) / BINS, "end": (at + half[kind] + 0.5) / BINS, "of": kind, "share": share}
        for kind, each in shares.items() for at, share in each.items() if share
    ]  # fmt: skip
    x = {"field": "sure", "type": "quantitative", "title": "probability of the prediction",
         "scale": {"domain": [0, 1], "nice": False}}  # fmt: skip
    y = {"field": "share", "type": "quantitative", "title": "share of them", "scale": {"domain": [0, 1]}}
    colour = {"field": "of", "type": "nominal", "legend": {}, "scale": {"domain": ["right", "wrong"],
              "range": [FOR, AGAINST]}}  # fmt: skip
    return {"width": 280, "height": 180, "data": {"values": values}, "mark": {"type": "bar"},
            "encoding": {"x": x, "x2": {"field": "end"}, "y": y, "y2": {"datum": 0}, "color": colour}}  # fmt: skip
