"""The chart of each kind of task, the one that answers its question, with the same in numbers."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil
from typing import Any

from markupsafe import Markup

from harness import share
from harness.reports import Attacked, Classified, Estimated
from harness_report.cases import Cases
from harness_report.drawing import AGAINST, FOR, INK, SOFT, drawing, named
from harness_report.findings import as_number
from harness_report.scores import ScoreTable
from harness_report.wording import number, percent, plural, value_and_interval

DIAGRAM_BINS = 10
"""Bins of the reliability diagram: few enough that each contains samples."""

QUERY_BUDGETS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000)
"""Queries at which robust accuracy is given in numbers."""

MAX_DOTS = 1000
"""Dots in a scatter plot: more only darken it."""


@dataclass(frozen=True)
class Chart:
    """A chart under its title, what one sees there, a drawing or a table of strips each with its caption, and numbers.

    The numbers stand in a table of their own, for those who do not see drawings; `measure` is what strips are of.
    """

    title: str
    about: str
    drawings: list[tuple[str, Markup]]
    columns: list[str]
    rows: list[list[str]]
    strips: list[tuple[str, ScoreTable]] = field(default_factory=list)
    measure: str = ""


def reliability(cases: Cases, confidence: float, temperature: float = 1.0) -> list[Chart]:
    """Whether the model is right as often as it is sure, of the first data set (Guo et al. 2017, figure 1).

    Its logits are divided by the temperature.
    """
    judged = [
        (_surest(given.probabilities, temperature), given.predicted == event.subject.label)
        for event, given in cases.of(Classified)
        if given.probabilities and event.subject.label is not None and event.subject.set == cases.first_set
    ]
    bins: dict[int, list[tuple[float, bool]]] = defaultdict(list)
    for sure, right in judged:
        bins[min(max(ceil(sure * DIAGRAM_BINS) - 1, 0), DIAGRAM_BINS - 1)].append((sure, right))
    found = [_bin(members, confidence) for _, members in sorted(bins.items())]
    if not found:
        return []
    words = "; ".join(f"sure by {number(each['sure'])}: right in {percent(each['right'])}" for each in found)
    rows = [
        [number(each["sure"]), value_and_interval(each["right"], each["low"], each["high"]), f"{each['n']:,}"]
        for each in found
    ]
    return [
        Chart(
            "Right as often as sure?",
            "A dot for the samples about as sure, the larger the more of them, with the interval of the share that is "
            "right. On the dashed line the model is right as often as it is sure; below it, it is too sure of itself.",
            [("", drawing(_diagonal(found), words))],
            ["Mean probability of the prediction", "Share that is right", "Samples"],
            rows,
        )
    ]


def _surest(probabilities: Sequence[float], temperature: float) -> float:
    """The largest probability of an answer, `p ** (1 / temperature)` of all being made to sum to 1."""
    most = max(probabilities)
    if temperature == 1 or not most > 0:
        return most
    return 1 / float(sum((each / most) ** (1 / temperature) for each in probabilities))


def _bin(members: Sequence[tuple[float, bool]], confidence: float) -> dict[str, Any]:
    right = share("right", sum(right for _, right in members), len(members), confidence)
    sure = sum(sure for sure, _ in members) / len(members)
    return {"sure": sure, "right": right.value, "low": right.low, "high": right.high, "n": len(members)}


def _diagonal(found: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    x, y = _axis("sure", "probability of the prediction", [0, 1]), _axis("right", "share that is right", [0, 1])
    line = {"data": {"values": [{"sure": at, "right": at} for at in (0, 1)]}}
    return {
        "width": 260,
        "height": 220,
        "data": {"values": list(found)},
        "layer": [
            {**line, "mark": {"type": "line", "strokeDash": [4, 3], "color": SOFT, "strokeWidth": 1.25},
             "encoding": {"x": x, "y": y}},
            {"mark": "rule", "encoding": {"x": x, "y": {**y, "field": "low"}, "y2": {"field": "high"}}},
            {"mark": "point", "encoding": {"x": x, "y": y, "size": {"field": "n", "type": "quantitative",
             "legend": None, "scale": {"range": [20, 220]}}}},
        ],
    }  # fmt: skip


def budgets(cases: Cases) -> list[Chart]:
    """The samples that are still right once an attack has asked so many queries: stopped there, it turns no more."""
    steps = {part: _survival([given for event, given in cases.of(Attacked) if event.part == part])
             for part in cases.parts}  # fmt: skip
    drawn = {part: found for part, found in steps.items() if found}
    if not drawn:
        return []
    most = max(step[0] for found in drawn.values() for step in found)
    points = [
        {"attack": named(part), "queries": queries, "right": right}
        for part, found in drawn.items()
        for queries, right in [*found, (most, found[-1][1])]
    ]
    scale = {"type": "log" if most > 50 else "linear", "nice": False}
    x = {**_axis("queries", "queries per sample"), "scale": scale}
    decides = cases.output.decides
    y = _axis("right", "robust accuracy" if decides else "robust share", [0, 1])
    colour = {"field": "attack", "type": "nominal", "legend": {} if len(drawn) > 1 else None,
              "scale": {"range": [FOR, AGAINST, INK, SOFT]}}  # fmt: skip
    picture = {"width": 280, "height": 180, "data": {"values": points}, "encoding": {"x": x, "y": y, "color": colour},
               "mark": {"type": "line", "interpolate": "step-after"}}  # fmt: skip
    asked = [budget for budget in QUERY_BUDGETS if budget < most] + [most]
    rows = [[f"{budget:,}", *(percent(_at(found, budget)) for found in drawn.values())] for budget in asked]
    words = "; ".join(f"{part}: {percent(found[-1][1])} after {plural(found[-1][0], 'query', 'queries')}"
                      for part, found in drawn.items())  # fmt: skip
    return [
        Chart(
            "By query budget",
            f"The share of samples that {'are right and stay so' if decides else 'are not moved as far'} when the "
            "attack may ask no more than so many queries.",
            [("", drawing(picture, words))],
            ["Queries per sample", *drawn],
            rows,
        )
    ]


def _survival(attacked: Sequence[Attacked]) -> list[tuple[int, float]]:
    """`(queries, share still right)` wherever it falls, from the first query on."""
    if not attacked:
        return []
    right = sum(given.outcome != "skipped" for given in attacked)
    turned = Counter(max(given.queries, 1) for given in attacked if given.outcome == "succeeded")
    found = [(1, right / len(attacked))]
    for queries in sorted(turned):
        right -= turned[queries]
        found.append((queries, right / len(attacked)))
    return found


def _at(found: Sequence[tuple[int, float]], budget: int) -> float:
    return [right for queries, right in found if queries <= budget][-1]


def scatter(cases: Cases) -> list[Chart]:
    """The numbers the model answered against the truth."""
    pairs = [
        (event.subject.id, truth, given.value)
        for event, given in cases.of(Estimated)
        if (truth := as_number(event.subject.label)) is not None
    ]
    if not pairs:
        return []
    about = f"{plural(len(pairs), 'sample')}: the true number to the right, the model's upwards"
    rows = [[name, number(truth), number(answer)] for name, truth, answer in pairs[:MAX_DOTS]]
    return [Chart("Answers against the truth", "One dot per sample; on the dashed line the model is right.",
                  [("", drawing(_square(pairs), about))], ["Sample", "Truth", "Answer"], rows)]  # fmt: skip


def _square(pairs: Sequence[tuple[str, float, float]]) -> dict[str, Any]:
    ends = [min(min(pair[1:]) for pair in pairs), max(max(pair[1:]) for pair in pairs)]
    x, y = _axis("truth", "truth", ends), _axis("answer", "answer", ends)
    line = {"data": {"values": [{"truth": at, "answer": at} for at in ends]}, "encoding": {"x": x, "y": y},
            "mark": {"type": "line", "strokeDash": [4, 3], "color": SOFT, "strokeWidth": 1.25}}  # fmt: skip
    dots = {"mark": {"type": "point", "opacity": 0.45}, "encoding": {"x": x, "y": y}}
    values = [{"truth": truth, "answer": answer} for _, truth, answer in pairs[:MAX_DOTS]]
    return {"width": 280, "height": 280, "data": {"values": values}, "layer": [line, dots]}


def _axis(field: str, title: str, domain: Sequence[float] | None = None) -> dict[str, Any]:
    scale = {"domain": list(domain), "nice": False} if domain else {"nice": True}
    return {"field": field, "type": "quantitative", "title": title, "scale": scale, "axis": {"tickCount": 5}}
