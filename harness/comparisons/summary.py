"""A comparison in words: its first lines, the same wherever it is shown, and its view in a notebook."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from typing import TYPE_CHECKING

from harness.comparisons.beside import apart, lines, of_slices
from harness.scores.score import interval

if TYPE_CHECKING:
    from harness.comparisons.comparison import Comparison, Moved, Pair

COLOURS = {"better": "#1a7f37", "worse": "#cf222e", "undecided": "#9a6700", "different": "#0969da"}
MOST_NAMED = 3
"""Scores that the first line names."""


def overall(pair: Pair, alpha: float) -> str:
    """One word for a pair: what the scores agree on that moved even after Holm's correction, or `mixed`.

    Speed and size have no say in it where there is any other score.
    """
    sure = {each.address for each in pair.sure(alpha)}
    words = {each.outcome for each in apart(pair.moved)[0] if each.address in sure} - {"undecided"}
    if words >= {"better", "worse"}:
        return "mixed"
    return next((word for word in ("worse", "better", "different") if word in words), "undecided")


def headlines(pair: Pair, alpha: float) -> Iterator[str]:
    """What became worse, what better, by how much and where, the largest moves first; then speed and size."""
    judged, beside, slices = apart(pair.moved)
    for word in ("worse", "better", "different"):
        found = by_size([each for each in judged if each.outcome == word])
        if found:
            named = ", ".join(map(in_words, found[:MOST_NAMED]))
            more = f", and {len(found) - MOST_NAMED} more" if len(found) > MOST_NAMED else ""
            sure = sum(each.p_holm is not None and each.p_holm <= alpha for each in found)
            yield f"{word}: {len(found)} of {scores(len(judged))}, {sure} also by Holm's correction: {named}{more}"
    if judged and all(each.change.difference == 0 for each in judged):
        yield f"none of {scores(len(judged))} moved"
    elif undecided := sum(each.outcome == "undecided" for each in judged):
        yield f"undecided: {undecided} of {scores(len(judged))}"
    yield from lines(beside)
    yield from of_slices(slices, alpha)


def by_size(moved: Sequence[Moved]) -> list[Moved]:
    """Scores of a whole task before those of a part or class, the surest first: the smallest p, the largest move."""
    return sorted(moved, key=lambda each: ("[" in each.local, _p(each), -abs(each.change.difference)))


def _p(moved: Moved) -> float:
    return 1.0 if moved.p_holm is None else moved.p_holm


def in_words(moved: Moved) -> str:
    """`attack/robust_accuracy -0.062 [-0.090, -0.031]`."""
    change = moved.change
    return f"{moved.address} {change.difference:+.3f} {interval(change.low, change.high)}".rstrip()


def scores(n: int) -> str:
    """`1 score`, `2 scores`."""
    return f"{n} score{'' if n == 1 else 's'}"


def probability(p: float | None) -> str:
    """A p value with three decimals, a small one with its first two digits."""
    return "-" if p is None else f"{p:.3f}" if p >= 0.001 else f"{p:.1e}"


def page(comparison: Comparison) -> str:
    """A piece of HTML without scripts; every text is escaped."""
    return "".join(_part(pair, comparison.alpha) for pair in comparison.pairs)


def _part(pair: Pair, alpha: float) -> str:
    word = overall(pair, alpha)
    head = "".join(
        f"<th>{name}</th>" for name in ("score", "old", "new", "difference", "interval", "n", "p (Holm)", "")
    )
    rows = "".join(map(_row, pair.moved))
    heads = "".join(f"<p>{escape(line)}</p>" for line in headlines(pair, alpha))
    left = "".join(f"<p>{escape(f'{title}: not compared: {why}')}</p>" for title, why in pair.left_out.items())
    return (
        f"<div><b>{escape(pair.new.title)}</b> against {escape(pair.old.title)}: "
        f"<b style='color:{COLOURS.get(word, 'inherit')}'>{word}</b>{heads}"
        f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>{left}</div>"
    )


def _row(moved: Moved) -> str:
    change = moved.change
    cells = [
        escape(moved.address),
        f"{change.old:.3f}",
        f"{change.new:.3f}",
        f"{change.difference:+.3f}",
        interval(change.low, change.high),
        str(change.n),
        probability(moved.p_holm),
        f"<span style='color:{COLOURS[moved.outcome]}'>{moved.outcome}</span>",
    ]
    return "<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"
