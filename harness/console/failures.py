"""Known failures on stdout: what a freeze kept, and what became of them when they were asked again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from harness.console.words import cell, console_here, line_of, table_of
from harness.failures.replaying import BLOCKING
from harness.files import encodable
from harness.scores.score import interval

if TYPE_CHECKING:
    from harness.failures.freezing import Frozen
    from harness.failures.replaying import Replay, Replayed

COLOURS = {"fails": "red", "expired": "red", "errored": "red", "waived": "yellow", "mended": "green"}
WORDS = {"fails": "fail", "expired": "fail with an expired waiver"}
SHOWN = 50
"""Failures that are shown; --json has all."""


def frozen_lines(made: Frozen) -> Iterator[str]:
    """What was kept, and what was not."""
    yield f"{made.added} new known failures, {made.total} in all"
    for title, reasons in made.left_out.items():
        for why, count in reasons.items():
            yield f"{title}: {count} findings are not kept: {why}"


def print_replay(replay: Replay) -> None:
    """The answer first, then each failure that is not simply mended."""
    console = console_here()
    console.print(line_of(headline(replay), style=f"bold {'green' if replay.passed else 'red'}"), soft_wrap=True)
    shown = [each for each in replay.replayed if each.status != "mended" or each.waiver]
    shown.sort(key=lambda each: list(COLOURS).index(each.status))
    if shown:
        table = table_of("", "key", "found by", "why", "now")
        for each in shown[:SHOWN]:
            words = (each.failure.key, each.failure.place, _brief(each.failure.why), _now(each))
            table.add_row(line_of(each.status, style=COLOURS[each.status]), *map(cell, words))
        console.print(table)
    if len(shown) > SHOWN:
        console.print(line_of(f"and {len(shown) - SHOWN} more: --json has all"))


def headline(replay: Replay) -> str:
    """`it.failures: 37 of 50 known failures also fool MODEL [0.602, 0.854]: 35 fail, 2 waived, 13 mended`."""
    score = replay.wrong
    if score.n == 0 and not replay.replayed:
        return f"{replay.title}: no known failures"
    wrong = sum(each.is_wrong for each in replay.replayed)
    verb = "also fool" if replay.transfer else "still fool"
    counts = ", ".join(f"{count} {WORDS.get(status, status)}" for status, count in replay.counts.items())
    share = f"{wrong} of {score.n} known failures {verb} {replay.model} {interval(score.low, score.high)}".rstrip()
    return f"{replay.title}: {share}: {counts}"


def _now(each: Replayed) -> str:
    """What became of a failure, in words."""
    waiver = each.waiver
    if each.status == "errored":
        return _brief(each.error)
    if each.status == "mended":
        return "mended: its waiver is no longer needed"
    answered = f"{_brief(each.failure.truth, 30)} taken for {_brief(each.answered, 30)}"
    if waiver is None:
        return answered
    word = "waived until" if each.status == "waived" else "its waiver expired on"
    return f"{answered}; {word} {waiver.until}: {_brief(waiver.reason)}"


def replay_json(replay: Replay) -> Any:
    """All of it."""
    score = replay.wrong
    return encodable({
        "failures": replay.title,
        "model": replay.model,
        "transfer": replay.transfer,
        "passed": replay.passed,
        "counts": dict(replay.counts),
        "wrong": {"value": score.value, "low": score.low, "high": score.high, "n": score.n},
        "replayed": [_json(each) for each in replay.replayed],
    })  # fmt: skip


def _json(each: Replayed) -> dict[str, Any]:
    failure, waiver = each.failure, each.waiver
    names = ("key", "task", "part", "sample", "truth", "why", "input")
    row: dict[str, Any] = {name: getattr(failure, name) for name in names}
    row |= {"status": each.status, "blocks": each.status in BLOCKING, "then": failure.answered, "now": each.answered}
    if each.error:
        row["error"] = each.error
    if waiver:
        row["waiver"] = {"reason": waiver.reason, "until": str(waiver.until), "needed": each.status != "mended"}
    return row


def _brief(text: str, most: int = 100) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
