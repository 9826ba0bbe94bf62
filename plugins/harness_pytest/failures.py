"""The tests of a file of known failures: one per failure, asked once a session, whichever worker comes first."""

from __future__ import annotations

import json
import re
import warnings
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import pytest
from filelock import FileLock

import harness
from harness import HarnessError, RunError, UserError
from harness.reports import KnownFailure, Waiver, kept_in, legible
from harness_pytest.runs import key_of, session_folder

if TYPE_CHECKING:
    from pathlib import Path

    from _pytest._code.code import ExceptionInfo, TerminalRepr

CHARACTERS_OF_INPUT = 32
"""Characters of an input in the name of its test."""

REPLAYS = pytest.StashKey[dict[str, Any]]()
"""What became of the failures of each file in this session, by the file's content."""


class StillFails(Exception):  # noqa: N818  # it is the outcome of a test, not a mistake
    """A known failure that still fails."""


class CouldNotAsk(Exception):  # noqa: N818  # likewise
    """A known failure that the model could not be asked about."""


class FailuresCollector(pytest.File):
    """A file of known failures; what is wrong with it or its waivers is an error of collection."""

    def collect(self) -> Iterator[pytest.Item]:
        try:
            kept = kept_in(self.path)
        except UserError as error:
            raise self.CollectError(_shown(error)) from None
        for key, failure in kept.known.failures.items():
            yield FailureItem.from_parent(self, name=_name(failure), failure=failure, waiver=kept.waivers.get(key))


class FailureItem(pytest.Item):
    """One known failure: it passes once it is mended; waived it is expected to fail."""

    def __init__(self, *, failure: KnownFailure, waiver: Waiver | None, **options: Any) -> None:
        super().__init__(**options)
        self._failure, self._waiver = failure, waiver
        self.add_marker(pytest.mark.harness)
        if waiver and not waiver.expired:
            reason = legible(f"waived until {waiver.until}: {waiver.reason}")
            self.add_marker(pytest.mark.xfail(raises=StillFails, reason=reason, strict=False))

    def runtest(self) -> None:
        """Fail where the model still answers wrong."""
        found, failure = replay_once(self.config, self.path)[self._failure.key], self._failure
        if found["status"] == "errored":
            raise CouldNotAsk(f"{failure.place}: {failure.key}: {found['error']}")
        if found["status"] == "mended":
            if self._waiver:
                words = f"{self.name} is mended: its waiver is no longer needed"
                warnings.warn(pytest.PytestWarning(legible(words)), stacklevel=1)
            return
        raise StillFails("\n".join(_lines(failure, found["answered"], self._waiver)))

    def repr_failure(self, excinfo: ExceptionInfo[BaseException], style: Any = None) -> str | TerminalRepr:
        if isinstance(excinfo.value, (StillFails, CouldNotAsk, HarnessError)):
            return _shown(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Any, None, str]:
        return self.path, None, f"{self.path.name}::{self.name}"


def replay_once(config: pytest.Config, path: Path) -> Mapping[str, Any]:
    """What became of every failure of a file, by key; raises what asking them raised, in every test that asks."""
    __tracebackhide__ = True
    device = config.getoption("--harness-device")
    key, replays = key_of(path, {"device": device}), config.stash.setdefault(REPLAYS, {})
    if key not in replays:
        folder = session_folder(config)
        file = folder / f"{key}.replay.json"
        with FileLock(folder / f"{key}.replay.lock"):
            if not file.exists():
                file.write_text(json.dumps(_replayed(path, device)), encoding="utf-8")
            replays[key] = json.loads(file.read_text(encoding="utf-8"))
    found = replays[key]
    if "kind" in found:
        kinds: dict[str, type[HarnessError]] = {"UserError": UserError, "RunError": RunError}
        raise kinds.get(found["kind"], HarnessError)(found["error"])
    outcomes: Mapping[str, Any] = found["replayed"]
    return outcomes


def _replayed(path: Path, device: str | None) -> dict[str, Any]:
    try:
        found = harness.replay(path, device=device)
    except HarnessError as error:
        return {"kind": type(error).__name__, "error": str(error)}
    names = ("status", "answered", "error")
    return {"replayed": {each.failure.key: {name: getattr(each, name) for name in names} for each in found.replayed}}


def _lines(failure: KnownFailure, answered: str, waiver: Waiver | None) -> Iterator[str]:
    yield f"{failure.place}: {failure.truth} taken for {answered}"
    yield f"found: {failure.why}"
    yield f"input: {failure.input[:400]!r}"
    if waiver and waiver.expired:
        yield f"its waiver expired on {waiver.until}: {waiver.reason}"
    yield f"key: {failure.key}"


def _name(failure: KnownFailure) -> str:
    """`attack/deepwordbug-A_truly_gret_film-3z6cfiu6ffgxg`."""
    place, words = re.sub(r"[^\w/]+", "_", failure.place), re.sub(r"\W+", "_", failure.input[:CHARACTERS_OF_INPUT])
    return f"{place}-{words.strip('_')}-{failure.key}"


def _shown(error: BaseException) -> str:
    """The lines of an error, none of which can write on the terminal or command a CI."""
    return "\n".join(map(legible, str(error).split("\n")))
