"""The pytest plugin: collects suite files, `*.harness.yaml`, and known failures, `*.failures`; fixtures for tests.

A suite has one test per gate, a file of known failures one per failure; all that run a model have the marker `harness`.

pytest imports this whenever it starts, so it imports pytest only; the harness is imported when a suite is collected
or a fixture is used.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from harness_pytest import options

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness import Run

SUITE_SUFFIXES, FAILURES_SUFFIX = (".harness.yaml", ".harness.yml"), ".failures"

FIXTURE = "harness_run"
"""The fixture that runs a suite: a test that asks for it has the marker, too."""

OF_WORKERS = pytest.StashKey[dict[str, list[str]]]()
"""What the workers of pytest-xdist had to say at their end, by what it is."""

_TASKS = re.compile(r"^tasks\s*:", re.MULTILINE)


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options of suites, also for the fixtures, and the same for an ini file."""
    options.add(parser)


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker, and take from the ini file what the command line leaves open."""
    config.addinivalue_line("markers", "harness: runs a model: a gate, a known failure, or a test that runs a suite.")
    options.complete(config)


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect suite files and files of known failures; named on the command line, a suite of any name."""
    if file_path.name.endswith(SUITE_SUFFIXES) or _is_named_suite(file_path, parent.session):
        from harness_pytest.items import SuiteCollector

        return SuiteCollector.from_parent(parent, path=file_path)
    if file_path.name.endswith(FAILURES_SUFFIX):
        from harness_pytest.failures import FailuresCollector

        return FailuresCollector.from_parent(parent, path=file_path)
    return None


def _is_named_suite(path: Path, session: pytest.Session) -> bool:
    """Whether a file of YAML was named on the command line, and has a suite's tasks: it may be another plugin's."""
    if path.suffix not in {".yaml", ".yml"} or not session.isinitpath(path):
        return False
    try:
        return bool(_TASKS.search(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError):
        return False


def pytest_itemcollected(item: pytest.Item) -> None:
    """Mark a test that runs a suite by the fixture, before `-m` selects."""
    if FIXTURE in getattr(item, "fixturenames", ()):
        item.add_marker(pytest.mark.harness)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """With `--harness-skip`, skip what runs a model, but for files of the harness's that were named."""
    if not config.getoption("--harness-skip"):
        return
    for item in items:
        named = not isinstance(item, pytest.Function) and item.session.isinitpath(item.path)
        if item.get_closest_marker("harness") and not named:
            item.add_marker(pytest.mark.skip(reason="--harness-skip: it runs a model"))


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
    for line in _messages(config).get("lines", []):
        terminalreporter.write_line(line)


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Tell a CI what ran, once: a worker of pytest-xdist hands all it has to say to who prints."""
    config = session.config
    if hasattr(config, "workeroutput"):
        config.workeroutput["harness"] = _messages(config)
    elif (messages := _messages(config)).get("runs"):
        from harness_pytest.reporting import report

        lines, failed = report(config, messages["runs"])
        config.stash.setdefault(OF_WORKERS, {}).setdefault("lines", []).extend(lines)
        if failed and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Keep what a worker that ended had to say."""
    for what, lines in getattr(node, "workeroutput", {}).get("harness", {}).items():
        node.config.stash.setdefault(OF_WORKERS, {}).setdefault(what, []).extend(lines)


def _messages(config: pytest.Config) -> dict[str, list[str]]:
    """The folders of the session's runs, and lines for the terminal, each once."""
    import sys

    runs, found = sys.modules.get("harness_pytest.runs"), config.stash.get(OF_WORKERS, {})
    own: dict[str, list[str]] = runs.messages(config) if runs else {}
    return {what: list(dict.fromkeys([*own.get(what, []), *found.get(what, [])])) for what in {**own, **found}}
