"""One run of a suite a session: made by the first test that needs it, of whichever worker, and read by the others."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Iterator, Mapping
from hashlib import blake2b
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

import harness
from harness import HarnessError, Run, RunError, UserError, Variants
from harness.reports import legible
from harness_pytest.accepting import accepted
from harness_pytest.options import policy

KEPT_SECONDS = 6 * 3600
"""Seconds that the runs of a session are kept: another session may be running at the same time."""

RUNS = pytest.StashKey[dict[str, Run | HarnessError]]()
"""The runs of this session, and the errors of those that could not run: other tests need not try again."""

ANNOTATIONS = pytest.StashKey[list[str]]()
"""GitHub's annotations of the gates that did not hold."""

ACCEPTED = pytest.StashKey[dict[Path, str]]()
"""What came of accepting runs, by their folders."""


GIVEN = pytest.StashKey[list[Any]]()
"""Models and data in memory that tests gave."""


def run_once(config: pytest.Config, suite: str | Path, settings: Mapping[str, Any]) -> Run:
    """The run of a suite with these settings; raises what running it raised, in every test that asks."""
    __tracebackhide__ = True
    given = {**_options(config), **settings}
    if "baseline" in given:
        given["baseline"] = str(config.rootpath / given["baseline"])
    _keep(config, given)
    key, runs = key_of(_located(config, suite), given), config.stash.setdefault(RUNS, {})
    if key not in runs:
        runs[key] = _shared(config, suite, given, key, whole=not settings)
    found = runs[key]
    if isinstance(found, HarnessError):
        raise found
    return found


def messages(config: pytest.Config) -> dict[str, list[str]]:
    """The folders of the session's runs, and lines for the terminal: what was run, and GitHub's annotations."""
    folders = [str(found.folder) for found in config.stash.get(RUNS, {}).values() if isinstance(found, Run)]
    return {"runs": folders, "lines": [*_summary(config), *config.stash.get(ANNOTATIONS, [])]}


def _summary(config: pytest.Config) -> Iterator[str]:
    for found in config.stash.get(RUNS, {}).values():
        if isinstance(found, Run):
            yield f"harness: {found.name}: {found.verdict}, report: {found.folder / 'report.html'}"
            if outcome := config.stash.get(ACCEPTED, {}).get(found.folder):
                yield legible(f"harness: {found.name}: {outcome}")


def _options(config: pytest.Config) -> dict[str, Any]:
    baseline = config.getoption("--harness-baseline")
    values = {
        "data.limit": config.getoption("--harness-limit"),
        "model.device": config.getoption("--harness-device"),
        "undecided": policy(config),
        "baseline": baseline and str(config.invocation_params.dir / baseline),
    }
    return {key: value for key, value in values.items() if value is not None}


def _shared(
    config: pytest.Config, suite: str | Path, settings: Mapping[str, Any], key: str, *, whole: bool
) -> Run | HarnessError:
    """Under a lock that all workers of the session share: whoever comes first runs, the others read what came of it.

    A `whole` run, with no settings of a test's own, may become the suite's baseline.
    """
    folder = session_folder(config)
    file = folder / f"{key}.json"
    with FileLock(folder / f"{key}.lock"):
        if not file.exists():
            file.write_text(json.dumps(_made(config, suite, settings, folder, key, whole=whole)), encoding="utf-8")
        outcome = json.loads(file.read_text(encoding="utf-8"))
    if "run" in outcome:
        run = opened(Path(outcome["run"]))
        config.stash.setdefault(ACCEPTED, {})[run.folder] = outcome["accepted"]
        return run
    kinds: dict[str, type[HarnessError]] = {"UserError": UserError, "RunError": RunError}
    return kinds.get(outcome["kind"], HarnessError)(outcome["error"])


def _made(
    config: pytest.Config, suite: str | Path, settings: Mapping[str, Any], folder: Path, key: str, *, whole: bool
) -> dict[str, str]:
    """Run; the folder of a run is named by what decides it: suite, settings, data, model and seed."""
    made = folder / f"made-{os.getpid()}-{len(list(folder.iterdir()))}"
    try:
        run = harness.run(_located(config, suite), out=made, progress=False, **settings)
        outcome = accepted(config, _located(config, suite), run, whole=whole)
    except HarnessError as error:
        return {"kind": type(error).__name__, "error": str(error)}
    prints = json.dumps(dict(run.info.fingerprints), sort_keys=True)
    named = folder / f"{run.name}-{_digest(prints, str(run.info.seed), key)}"
    shutil.rmtree(named, ignore_errors=True)
    made.rename(named)
    _copy_report(config, opened(named))
    return {"run": str(named), "accepted": outcome}


def opened(folder: Path) -> Run:
    """A run to read, or those of several variants."""
    return Variants(folder) if (folder / "variants.json").is_file() else Run(folder)


def _located(config: pytest.Config, suite: str | Path) -> str | Path:
    """A path from the root of the tests, where there is such a file; else as it is given."""
    path = config.rootpath / suite
    return path if path.is_file() else suite


def _copy_report(config: pytest.Config, run: Run) -> None:
    """To the file of `--harness-report`, or under the suite's name into the folder it names."""
    wanted = config.getoption("--harness-report")
    if not wanted:
        return
    path = Path(wanted)
    target = path if path.suffix else path / f"{run.name}.html"
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(run.folder / "report.html", target)
    except OSError as error:
        raise UserError(f"--harness-report {wanted}: the report could not be written there: {error}") from None


def session_folder(config: pytest.Config) -> Path:
    """A folder of this session's, the same for all of its workers; old ones are removed."""
    session = os.environ.get("PYTEST_XDIST_TESTRUNUID") or f"{os.getpid()}"
    root = _root(config)
    folder = root / session
    folder.mkdir(parents=True, exist_ok=True)
    for other in root.iterdir():
        if other != folder and time.time() - other.stat().st_mtime > KEPT_SECONDS:
            shutil.rmtree(other, ignore_errors=True)
    return folder


def _root(config: pytest.Config) -> Path:
    """The folder of test runs until the next session: in pytest's cache, or beside it without one."""
    cache = getattr(config, "cache", None)
    return Path(cache.mkdir("harness")) if cache is not None else config.rootpath / ".pytest_cache" / "harness"


def _keep(config: pytest.Config, settings: Mapping[str, Any]) -> None:
    """Keep what is in memory until the end of the session: what comes after must not be taken for it by its place."""
    config.stash.setdefault(GIVEN, []).extend(settings.values())


def _in_memory(value: object) -> str:
    """The name of a model or of data in memory within this process: two that look alike may differ."""
    return f"{type(value).__qualname__} {os.getpid()} {id(value)}"


def key_of(suite: str | Path, settings: Mapping[str, Any]) -> str:
    """A hash of a file, its content and settings, or of an installed suite's name."""
    path = Path(suite)
    content = path.read_text(encoding="utf-8", errors="replace") if path.is_file() else str(suite)
    return _digest(str(path.resolve()), content, json.dumps(settings, sort_keys=True, default=_in_memory))


def _digest(*texts: str) -> str:
    whole = blake2b(digest_size=8)
    for text in texts:
        whole.update(text.encode("utf-8", "surrogatepass") + b"\0")
    return whole.hexdigest()
