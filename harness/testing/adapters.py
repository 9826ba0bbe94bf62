"""Model adapters: the answer to an input may not depend on the batch, on what was asked before, or on the thread."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from harness.engine.adapters import Connection
from harness.engine.channels import RunningModel
from harness.engine.steadiness import TOLERANCE, Asker
from harness.engine.strangers import caught
from harness.errors import AnswerError, UserError
from harness.kinds.inputs import kind_of
from harness.runs.victim import require_victim
from harness.testing.problems import Problem, grouped, line_of, shown
from harness.types import Array

BATCHES = (1, 2, 7, 64)
"""Rows per batch; each batch is asked twice, with its inputs in two orders."""

FEW = 8
"""Inputs asked while an earlier answer is kept."""

ALONE = "let no input see another: mask the padding, switch dropout off, use no statistics of the batch"
OTHERS = "if they are not what it takes, give it inputs of its own"
FRESH = "keep nothing between calls, and fix what is random (`module.eval()`, a seed per call)"


def adapter_problems(
    model: Connection,
    inputs: Mapping[str, Any],
    tolerance: float = TOLERANCE,
    asking: Callable[[str], object] = bool,
) -> Iterator[Problem]:
    """What is wrong with an adapter that is asked these inputs, by name; `asking(when)` is called before each batch."""
    try:
        require_victim(model, model.name)
    except UserError as error:
        yield Problem("labels", str(error), "give it `labels`, one per column of its answers, and make it callable")
        return
    before = {name: kind_of(value).key(value) for name, value in inputs.items()}
    with closing(RunningModel(model)) as running:
        yield from _of_answers(_Asker(model, running, tolerance, asking=asking), inputs)
    if changed := [name for name, value in inputs.items() if kind_of(value).key(value) != before[name]]:
        yield Problem("inputs", f"{changed[0]!r} is changed in place", "change a copy of it")


def _of_answers(ask: _Asker, inputs: Mapping[str, Any]) -> Iterator[Problem]:
    failed: list[Problem] = []
    alone: dict[str, Array] = {}
    for name, value in inputs.items():
        found = ask.answers([value], f"to {name!r} ({shown(value)})")
        if isinstance(found, Problem):
            failed.append(found)
        else:
            alone[name] = found[0]
    if len(failed) > 1 and not alone:
        failed = [replace(each, fix=f"{each.fix}; it answers none of these {len(failed)}: {OTHERS}") for each in failed]
    yield from grouped(sorted(failed, key=lambda each: each.check))
    good = {name: inputs[name] for name in alone}
    for check in (_in_batches, _buffers, _threads) if good else ():
        if problem := next(check(ask, good, alone), None):
            yield problem  # what follows would fail of the same
            return


@dataclass(frozen=True)
class _Asker(Asker):
    """Asks an adapter as a run does, and has words for what goes wrong."""

    asking: Callable[[str], object] = bool
    when: str = ""

    def rows(self, inputs: Sequence[Any]) -> Array:
        """The checked answers; `asking` hears of every batch."""
        self.asking(self.when)
        return super().rows(inputs)

    def answers(self, inputs: Sequence[Any], when: str) -> Array | Problem:
        """The rows, `(n, columns)`, or what is wrong with them."""
        try:
            return replace(self, when=when).rows(inputs)
        except AnswerError as error:
            return Problem("answers", f"{when}: {error}", f"answer a row of {self.model.output} per input, in order")
        except BaseException as error:  # noqa: BLE001  # whatever a stranger's model raises
            return Problem(
                "failures", f"{when}: {line_of(caught(error))}", "answer every input, in batches of any size"
            )

    def raw(self, value: Any) -> Any:
        """The adapter's own answer to one input, not copied."""
        self.asking("whose answer is kept")
        channel = self.running.channel("predict")
        return channel.submit(channel.prepare([value])).result()


def _in_batches(ask: _Asker, inputs: Mapping[str, Any], alone: Mapping[str, Array]) -> Iterator[Problem]:
    """What is wrong in batches of each size, each asked twice, with the inputs in two orders."""
    for size in BATCHES:
        when = f"in a batch of {size}" if size > 1 else "when it is asked again"
        for names in (list(inputs), list(inputs)[::-1]):
            for batch in [names[at : at + size] for at in range(0, len(names), size)] * 2:
                found = ask.answers([inputs[name] for name in batch], when)
                if isinstance(found, Problem):
                    yield found
                    return
                for name, row in zip(batch, found, strict=True):
                    if line := ask.differing(name, alone[name], row, when):
                        yield Problem("batches", line, ALONE) if size > 1 else Problem("deterministic", line, FRESH)


def _buffers(ask: _Asker, inputs: Mapping[str, Any], alone: Mapping[str, Array]) -> Iterator[Problem]:
    """The engine keeps an answer of a channel while the next batch is computed; it copies those of a callable."""
    (name, value), *others = islice(inputs.items(), FEW)
    kept = ask.raw(value)
    for other, it in others:
        ask.answers([it], f"to {other!r}, while another answer is kept")
        when = f"looked at after {other!r} was asked"
        try:
            line = ask.differing(name, alone[name], ask.checked(kept, [value])[0], when)
        except AnswerError as error:
            line = f"{when}, {error}"
        if line:
            yield Problem("buffers", line, "return a fresh array from each call")


def _threads(ask: _Asker, inputs: Mapping[str, Any], alone: Mapping[str, Array]) -> Iterator[Problem]:
    """A run may be made in any thread, and each has the model compute in another one."""
    name, value = next(iter(inputs.items()))
    with ThreadPoolExecutor(1) as pool, closing(RunningModel(ask.model)) as running:
        other = replace(ask, running=running)
        found = pool.submit(other.answers, [value], "in another thread").result()
    if isinstance(found, Problem):
        yield Problem("threads", found.found, "keep nothing that belongs to one thread")
    elif line := ask.differing(name, alone[name], found[0], "asked in another thread"):
        yield Problem("threads", line, "keep nothing that belongs to one thread")
