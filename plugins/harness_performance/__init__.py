"""The task `performance`: how fast a model answers, how soon a process with it can, and what it needs for that."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from harness import Part, Positive, Task, UserError, listed
from harness_performance.measured import PROCESS, Measured, batch_part
from harness_performance.parts import Calls, Starts
from harness_performance.scores import Scoring
from harness_performance.stopwatch import MODEL, STOPWATCH

MOST_ROWS = 65_536
"""Rows of a call; more is a mistake in the suite."""

FEWEST_STARTS = 2
"""Processes that an interval needs."""


def performance(
    *,
    batch_sizes: list[Annotated[int, Field(ge=1, le=MOST_ROWS)]] = [1, 8, 32],  # noqa: B006  # only read
    calls: Positive = 300,
    repeats: Positive = 1,
    warmup: Annotated[int, Field(ge=0)] = 5,
    starts: Annotated[int, Field(ge=0)] = 5,
) -> Task[Measured]:
    """Latency, throughput, start-up, memory and size of the model, each with an interval.

    A call is timed from the inputs as they come to the answers on the host, tokenizer and copies to a device
    included, one call after another and nothing else meanwhile. For each of `batch_sizes`, each of the first `calls`
    samples begins one call with it and the samples after it; after the last one follows the first. `repeats` calls
    are made for each, whose median counts; before the first one of a size come `warmup` calls that do not count.
    300 calls are the fewest that bound `latency_p99` from above.

    `starts` processes are begun anew, after one that does not count; each loads the model, answers one input
    (`startup`) and a batch of the largest size (`peak_memory`). They need a model that a suite names.
    """
    if not batch_sizes:
        raise UserError("batch_sizes: expected at least one", "batch_sizes")
    if len(set(batch_sizes)) < len(batch_sizes):
        raise UserError(f"batch_sizes: expected different ones, but got {listed(batch_sizes)}", "batch_sizes")
    if starts and starts < FEWEST_STARTS:
        raise UserError(f"starts: expected 0, or {FEWEST_STARTS} or more, but got {starts}", "starts")
    scoring = Scoring(batch_sizes, starts)
    return Task(
        _parts(batch_sizes, calls, repeats, warmup, starts),
        Measured,
        scoring.scores,
        outputs=frozenset({"probabilities", "classes", "value", "labels"}),
        addresses_known=True,
        outcomes=scoring.outcomes,
        of_machine=scoring.of_machine,
        new_answers=True,
    )


def _parts(batch_sizes: list[int], calls: int, repeats: int, warmup: int, starts: int) -> dict[str, Part[Measured]]:
    asked: dict[str, Any] = {"models": {MODEL: STOPWATCH}}
    found = {}
    for rows in batch_sizes:
        made = Calls(rows, calls, repeats, warmup)
        found[batch_part(rows)] = Part(made.prepare, title="task 'performance'", samples=made.samples, **asked)
    if starts:
        begun = Starts(max(batch_sizes), starts)
        found[PROCESS] = Part(begun.prepare, title="task 'performance'", samples=begun.samples, **asked)
    return found
