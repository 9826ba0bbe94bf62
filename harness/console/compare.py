"""A comparison on stdout: what became better or worse, every score, the tasks left out, the samples that turned."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from harness.comparisons.beside import apart
from harness.comparisons.summary import by_size, headlines, in_words, overall, probability
from harness.comparisons.turned import Turned, TurnedOf, ids_of, turned_of
from harness.console.words import cell, console_here, line_of, table_of
from harness.files import encodable
from harness.scores.score import interval

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from harness.comparisons.comparison import Comparison, Moved, Pair

COLOURS = {"better": "green", "worse": "red", "mixed": "red", "undecided": "yellow", "different": "blue"}
WHOLE_PAIRS = 3
"""Pairs of which every score is shown; of more there is one line each."""

SHOWN_SAMPLES = 3
"""Samples that turned, each way, by score."""

SHOWN_SLICES = 5
"""Scores of slices that are shown, of hundreds; `--json` and the page have all."""

CHANGE = ("old", "new", "difference", "low", "high", "n", "only_old", "only_new", "p", "paired", "note")


def print_comparison(comparison: Comparison) -> None:
    """What became better and worse first, then every score, then the samples."""
    console = console_here()
    if len(comparison.pairs) > WHOLE_PAIRS:
        for line in _pairs(comparison):
            console.print(line, soft_wrap=True)
    else:
        for pair in comparison.pairs:
            _print_pair(console, pair, comparison.alpha)
    console.print(line_of(_how(comparison)), soft_wrap=True)


def _how(comparison: Comparison) -> str:
    """How to read it."""
    return (
        f"differences are new less old; each end of an interval is a one-sided bound at {comparison.confidence:.0%}; "
        f"p is two-sided, by Holm's correction for the {comparison.pairs[0].tests} tests of a pair"
    )


def _print_pair(console: Console, pair: Pair, alpha: float) -> None:
    console.print(_title(pair, alpha), soft_wrap=True)
    for line in headlines(pair, alpha):
        console.print(line_of(f"  {line}"), soft_wrap=True)
    console.print(_scores(pair))
    for line in _notices(pair):
        console.print(line_of(line, style="yellow"), soft_wrap=True)
    for each in turned_of(pair, SHOWN_SAMPLES):
        for line in _turned(each):
            console.print(line_of(line), soft_wrap=True)


def _title(pair: Pair, alpha: float) -> Any:
    word = overall(pair, alpha)
    return line_of(f"{pair.new.title} against {pair.old.title}: {word}", style=f"bold {COLOURS[word]}")


def _pairs(comparison: Comparison) -> Iterator[Any]:
    """Of many pairs a table with a line each: what moved, and what moved most surely."""
    table = table_of("new", "old", "", "worse", "better", "undecided", "the surest")
    for pair in comparison.pairs:
        word = overall(pair, comparison.alpha)
        counts = [str(pair.counts.get(each, 0)) for each in ("worse", "better", "undecided")]
        surest = next(map(in_words, by_size([each for each in pair.moved if each.outcome != "undecided"])), "-")
        table.add_row(
            cell(pair.new.title), cell(pair.old.title), line_of(word, style=COLOURS[word]), *counts, cell(surest)
        )
    yield table
    for pair in comparison.pairs:
        for title, why in pair.left_out.items():
            yield line_of(f"{pair.new.title}: {title}: not compared: {why}", style="yellow")


def _scores(pair: Pair) -> Table:
    table = table_of("score", "old", "new", "difference", "interval", "n", "p", "")
    for each in _shown(pair):
        change = each.change
        word = line_of(each.outcome, style=COLOURS[each.outcome])
        if change.note:
            word.append(f"  {cell(change.note)}", style="default")
        values = f"{change.old:.3f}", f"{change.new:.3f}", f"{change.difference:+.3f}"
        spans = interval(change.low, change.high) or "-"
        table.add_row(cell(each.address), *values, spans, str(change.n), probability(each.p_holm), word)
    return table


def _shown(pair: Pair) -> list[Moved]:
    """Every score but those of slices, and of these the few that became worse most surely."""
    slices = apart(pair.moved)[2]
    worse = sorted((each for each in slices if each.outcome == "worse"), key=lambda each: each.change.p or 0.0)
    hidden = {each.address for each in slices} - {each.address for each in worse[:SHOWN_SLICES]}
    return [each for each in pair.moved if each.address not in hidden]


def _notices(pair: Pair) -> Iterator[str]:
    """Tasks that are not compared, and samples that only one of both has."""
    for title, why in pair.left_out.items():
        yield f"{title}: not compared: {why}"
    for task in dict.fromkeys(each.task for each in pair.moved):
        changes = [each.change for each in pair.moved if each.task == task]
        only_old, only_new = min(each.only_old for each in changes), min(each.only_new for each in changes)
        if only_old or only_new:
            yield (
                f"{task}: {only_old} samples only in {pair.old.title}, {only_new} only in {pair.new.title}: "
                "they are not compared"
            )


def _turned(each: TurnedOf) -> Iterator[str]:
    if each.apart:
        yield f"{each.address}: {each.apart_count} of the same answer for another reason"
        yield from (f"  other reason: {_sample(sample)}" for sample in each.apart)
        return
    yield f"{each.address}: {each.wrong_count} newly wrong, {each.right_count} newly right"
    for word, samples in (("wrong", each.wrong), ("right", each.right)):
        for sample in samples:
            yield f"  newly {word}: {_sample(sample)}"


def _sample(sample: Turned) -> str:
    named = f"{sample.id or sample.key} {_brief(sample.input)}".rstrip()
    return f"{named} ({_brief(sample.truth)}): {_brief(sample.old)} -> {_brief(sample.new)}"


def _brief(text: str, most: int = 60) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def comparison_json(comparison: Comparison) -> Any:
    """All of it: every score of each pair, and by score the ids of the samples that turned."""
    return {
        "confidence": comparison.confidence,
        "pairs": [encodable(_pair_json(pair, comparison.alpha)) for pair in comparison.pairs],
    }


def _pair_json(pair: Pair, alpha: float) -> dict[str, Any]:
    ids = ids_of(pair)
    return {
        "old": pair.old.title,
        "new": pair.new.title,
        "tests": pair.tests,
        "overall": overall(pair, alpha),
        "scores": {each.address: _score_json(each) for each in pair.moved},
        "newly_wrong": {each.address: [ids.get(key, key) for key in each.wrong] for each in pair.moved if each.wrong},
        "newly_right": {each.address: [ids.get(key, key) for key in each.right] for each in pair.moved if each.right},
        "other_reason": {each.address: [ids.get(key, key) for key in each.apart] for each in pair.moved if each.apart},
        "not_compared": dict(pair.left_out),
    }


def _score_json(moved: Moved) -> dict[str, Any]:
    change = {name: getattr(moved.change, name) for name in CHANGE}
    return {**change, "p_holm": moved.p_holm, "outcome": moved.outcome}
