"""The tests of a suite file: one per gate, and one for the run where a task has no gates."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import pytest

from harness import HarnessError, Run, Suite, UserError, load_suite, variants_of
from harness.reports import annotation, gate_lines, gate_name, legible, line_of, resolve_undecided
from harness_pytest.messages import failed
from harness_pytest.options import policy
from harness_pytest.runs import ANNOTATIONS, run_once

if TYPE_CHECKING:
    from _pytest._code.code import ExceptionInfo, TerminalRepr

MEASURED = ("value", "low", "high", "bound", "n", "verdict")
"""What pytest's own reports say of a gate, as properties of its test."""


class GateFailed(Exception):  # noqa: N818  # it is the outcome of a test, not a mistake
    """A gate failed; the message gives the margin and the worst samples."""


class SuiteCollector(pytest.File):
    """A suite file; what is wrong with it is an error of collection."""

    def collect(self) -> Iterator[pytest.Item]:
        try:
            file = load_suite(self.path)
            variants = variants_of(file)
        except UserError as error:
            raise self.CollectError(_shown(error)) from None
        lines = gate_lines(file)
        for name, each in (variants or {"": file}).items():
            yield from self._of_suite(each.suite, f"{name}:" if name else "", lines)

    def _of_suite(self, suite: Suite, begin: str, lines: Mapping[tuple[str, str], int]) -> Iterator[pytest.Item]:
        """The tests of a suite; those of a variant begin with its name."""
        for task in suite.tasks:
            for address, bounds in task.gates.items():
                for kind in bounds.by_kind:
                    gate = f"{begin}{task.title}/{address}"
                    at = {"address": gate, "kind": kind, "line": line_of(lines, gate, kind)}
                    yield GateItem.from_parent(self, name=gate_name(gate, kind), **at)
            if not task.gates:
                yield TaskItem.from_parent(self, name=f"{begin}{task.title}")


class _Item(pytest.Item):
    """A test of a suite's run."""

    line: int | None = None

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.add_marker(pytest.mark.harness)

    def run_of_suite(self) -> Run:
        return run_once(self.config, self.path, {})

    def repr_failure(self, excinfo: ExceptionInfo[BaseException], style: Any = None) -> str | TerminalRepr:
        if isinstance(excinfo.value, (GateFailed, HarnessError)):
            return _shown(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Any, int | None, str]:
        return self.path, self.line and self.line - 1, f"{self.path.name}::{self.name}"


class GateItem(_Item):
    """One gate."""

    def __init__(self, *, address: str, kind: str, line: int | None, **options: Any) -> None:
        super().__init__(**options)
        self._address, self._kind, self.line = address, kind, line

    def runtest(self) -> None:
        """Fail unless the gate holds, or warn if it is advisory; `--harness-undecided` decides an undecided one."""
        run = self.run_of_suite()
        decision = next(each for each in run.gates if (each.address, each.kind) == (self._address, self._kind))
        counting = policy(self.config)
        counts_as = resolve_undecided(decision, counting)
        self.user_properties += [(name, found) for name in MEASURED if (found := getattr(decision, name)) is not None]
        if decision.verdict != "pass" and os.environ.get("GITHUB_ACTIONS") == "true":
            words = annotation(decision, counting, self.path, self.line)
            self.config.stash.setdefault(ANNOTATIONS, []).append(words)
        if counts_as == "undecided" or (counts_as != "pass" and not decision.blocks):
            warnings.warn(pytest.PytestWarning(legible(f"{self.name}: {decision.verdict}: {decision}")), stacklevel=1)
        elif counts_as != "pass":
            raise GateFailed(failed(run, decision))


class TaskItem(_Item):
    """A task without gates: it has to run, with no more errored cases than the suite allows."""

    def runtest(self) -> None:
        run = self.run_of_suite()
        errors, allowed = run.info.tasks[self.name].errors, run.info.max_errors
        if errors > allowed:
            raise GateFailed(f"{errors} cases of {self.name} errored; max_errors is {allowed}: see {run.folder}")


def _shown(error: BaseException) -> str:
    """The lines of an error, none of which can write on the terminal or command a CI."""
    return "\n".join(map(legible, str(error).split("\n")))
