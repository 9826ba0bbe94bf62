"""The pytest plugin: collects suite files, `*.harness.yaml`, and known failures, `*.failures`; fixtures for tests.

A suite has one test per gate, a file of known failures one per failure.

pytest imports this whenever it starts, so it imports pytest only; the harness is imported when a suite is collected
or a fixture is used.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness import Run

SUITE_SUFFIX, FAILURES_SUFFIX = ".harness.yaml", ".failures"

OF_WORKERS = pytest.StashKey[list[str]]()
"""What the workers of pytest-xdist had to say at their end."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options of suites, also for the fixtures."""
    group = parser.getgroup("harness", "model-harness")
    group.addoption(
        "--harness-report", metavar="PATH", help="Copy the last report to this file, or all to this folder."
    )
    group.addoption("--harness-limit", metavar="N", type=int, help="Use at most this many samples per data set.")
    group.addoption("--harness-device", metavar="DEVICE", help="Device of the models: cpu, cuda or mps.")
    group.addoption(
        "--harness-undecided",
        choices=["fail", "pass", "warn", "point"],
        default="fail",
        help="How to treat an undecided gate, whose interval contains the bound (default: fail; warn only warns).",
    )

    group.addoption(
        "--harness-baseline",
        metavar="FILE|RUN",
        help="What drop and rise gates compare with, in place of the suites' baseline.",
    )
    group.addoption(
        "--harness-accept",
        action="store_true",
        help="Where a suite's run passed, keep it as the baseline file of the suite.",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Refuse to accept runs of fewer samples than the suites ask for."""
    if config.getoption("--harness-accept") and config.getoption("--harness-limit") is not None:
        raise pytest.UsageError("--harness-accept keeps whole runs as baselines: leave --harness-limit away")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect suite files and files of known failures."""
    if file_path.name.endswith(SUITE_SUFFIX):
        from harness_pytest.items import SuiteCollector

        return SuiteCollector.from_parent(parent, path=file_path)
    if file_path.name.endswith(FAILURES_SUFFIX):
        from harness_pytest.failures import FailuresCollector

        return FailuresCollector.from_parent(parent, path=file_path)
    return None


@pytest.fixture(scope="session")
def harness_run(pytestconfig: pytest.Config) -> Callable[..., Run]:
    """`harness_run(suite, **settings)`: the run of a suite, made once per session, also under pytest-xdist.

    `settings` are options of `harness.run`, like a `model` in memory, and keys of the suite with `__` for the dots:
    `data__limit=50`. Paths are relative to the root of the tests.
    """
    from harness_pytest.runs import run_once

    def run(suite: str | Path, **settings: Any) -> Run:
        __tracebackhide__ = True
        return run_once(pytestconfig, suite, {key.replace("__", "."): value for key, value in settings.items()})

    return run


@pytest.fixture(scope="session")
def harness() -> Any:
    """The package itself: `harness.evaluate(model, data, tasks)` in a test without an import."""
    import harness

    return harness


def pytest_assertrepr_compare(op: str, left: object, right: object) -> list[str] | None:
    """A score in a failed comparison explains itself: its interval, and by how much it misses."""
    import sys

    scores = sys.modules.get("harness.scores.score")
    if scores is None or not isinstance(left, scores.Score) or op not in {"<", "<=", ">", ">=", "=="}:
        return None
    from harness_pytest.messages import compared

    return compared(op, left, right)


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Print the paths of the reports of the session's suites, and which were accepted; also those of the workers."""
    for line in dict.fromkeys([*_summary(config), *config.stash.get(OF_WORKERS, [])]):
        terminalreporter.write_line(line)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A worker of pytest-xdist prints nothing: hand the lines to who does."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["harness"] = _summary(session.config)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Keep the lines of a worker that ended."""
    lines = getattr(node, "workeroutput", {}).get("harness", [])
    node.config.stash.setdefault(OF_WORKERS, []).extend(lines)


def _summary(config: pytest.Config) -> list[str]:
    import sys

    runs = sys.modules.get("harness_pytest.runs")
    return list(runs.summary(config)) if runs else []
