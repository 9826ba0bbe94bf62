"""A comparison as Markdown, small enough for a comment on a pull request whatever was compared."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from harness.reports import Comparison, Moved, Pair, Turned, headlines, overall, turned_of
from harness_report.marks import brief
from harness_report.plain import plain, table
from harness_report.wording import count, numbers_of, percent

SIGNS = {"better": "✓", "worse": "✕", "mixed": "✕", "undecided": "?", "different": "≠"}
MOST_CHARACTERS = 64_000
"""A comment on GitHub has at most 65,536."""

FOR_NOTES = 600
"""Characters kept for the words about what was left out."""

WHOLE_PAIRS = 3
"""Pairs of which every score has a row; of more there is one row each."""

SHOWN_SAMPLES = 5
COLUMNS = ("score", "old", "new", "difference", "interval", "n", "p", "outcome")


def compared(comparison: Comparison) -> str:
    """The answer first, then every score, then samples that turned; what is too much is cut and counted."""
    return _fitted([block for block in _blocks(comparison) if block])


def _blocks(comparison: Comparison) -> Iterator[str]:
    if len(comparison.pairs) > WHOLE_PAIRS:
        yield f"## {len(comparison.pairs)} pairs compared"
        yield table(("new", "old", "outcome", "worse", "better", "undecided"), _rows_of_pairs(comparison))
        yield "\n".join(f"- {plain(line)}" for pair in comparison.pairs for line in _left_out(pair))
    else:
        for pair in comparison.pairs:
            yield from _pair(pair, comparison.alpha)
    yield (
        f"Differences are new less old; each end of an interval is a one-sided bound at "
        f"{percent(comparison.confidence)}; p is two-sided, by Holm's correction for all tests of a pair."
    )


def _rows_of_pairs(comparison: Comparison) -> Iterator[tuple[object, ...]]:
    for pair in comparison.pairs:
        counts = (pair.counts.get(word, 0) for word in ("worse", "better", "undecided"))
        yield (*map(_name, (pair.new.title, pair.old.title)), _signed(overall(pair, comparison.alpha)), *counts)


def _pair(pair: Pair, alpha: float) -> Iterator[str]:
    names = f"{plain(_name(pair.new.title))} against {plain(_name(pair.old.title))}"
    yield f"## {names}: {_signed(overall(pair, alpha))}"
    yield "\n".join(f"- {plain(brief(line, 400))}" for line in headlines(pair, alpha))
    yield "\n".join(f"- {plain(line)}" for line in _left_out(pair))
    yield table(COLUMNS, map(_row, pair.moved))
    for each in turned_of(pair, SHOWN_SAMPLES):
        address = plain(brief(each.address))
        if each.apart:
            yield f"**{address}**: {count(each.apart_count)} of the same answer for another reason"
            yield "\n".join(_sample("other reason", sample) for sample in each.apart)
            continue
        yield f"**{address}**: {count(each.wrong_count)} newly wrong, {count(each.right_count)} newly right"
        turned = (("newly wrong", each.wrong), ("newly right", each.right))
        yield "\n".join(_sample(word, sample) for word, samples in turned for sample in samples)


def _row(moved: Moved) -> tuple[object, ...]:
    change = moved.change
    note = f": {brief(change.note)}" if change.note else ""
    return (
        brief(moved.address),
        *numbers_of(moved),
        _signed(moved.outcome) + note,
    )


def _sample(word: str, sample: Turned) -> str:
    named = f"{brief(sample.id or sample.key, 40)} {brief(sample.input)}".rstrip()
    answers = f"{brief(sample.truth)}: {brief(sample.old)} → {brief(sample.new)}"
    return f"- {word}: {plain(named)} ({plain(answers)})"


def _left_out(pair: Pair) -> Iterator[str]:
    for title, why in pair.left_out.items():
        yield f"{brief(title)}: not compared: {brief(why, 200)}"


def _name(title: str) -> str:
    """The end of a path, which says most."""
    return title if len(title) <= 80 else f"…{title[-79:]}"


def _signed(word: str) -> str:
    return f"{SIGNS[word]} {word}"


def _fitted(blocks: Sequence[str]) -> str:
    """The blocks one after the other, each cut to the lines that there is room for."""
    text, left_out = "", 0
    for block in blocks:
        lines = block.split("\n")
        room = MOST_CHARACTERS - FOR_NOTES - len(text)
        while lines and len("\n".join(lines)) + 2 > room:
            lines = lines[: len(lines) // 2] if len(lines) > 8 else lines[:-1]
        if block.startswith("|") and len(lines) < 3:
            lines = []  # a table without a row
        left_out += block.count("\n") + 1 - len(lines)
        text += "\n".join(lines) + "\n\n" if lines else ""
    if left_out:
        text += f"{count(left_out)} more lines are left out here; `--json` and `--html` have them.\n\n"
    return text.rstrip("\n") + "\n"
