"""The commands of the command line; each returns its exit code."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from harness.ci.github import annotations_of, summarize
from harness.ci.reports import check_report_paths, write_reports
from harness.cli.guard import alarm
from harness.console.listings import print_components, print_forecast, print_prompt, print_resolution
from harness.console.variants import print_variants
from harness.console.verdict import print_one_line, print_verdict
from harness.console.words import print_json
from harness.doctor.needs import needs
from harness.errors import RunError, UserError, legible, listed
from harness.files import replace_file, stdout_to_stderr
from harness.forecasts.forecast import SECONDS, forecast, of_all
from harness.forecasts.resolution import resolvable_by_all
from harness.forecasts.unloaded import absent
from harness.forecasts.untouched import untouched
from harness.own.locate import import_folders, no_own_objects, own_objects_are_refused
from harness.progress.shown import progress_for
from harness.project.editor import write_schema
from harness.project.keys import model_or_data
from harness.records.checksums import misfits
from harness.records.reading import INDEX
from harness.records.run import Run
from harness.runs.comparing import compared, decided_again
from harness.runs.execute import RUNS_FOLDER, execute, folder_for, suite_file
from harness.runs.info import gate_json, scores_json
from harness.runs.load import check as check_suite
from harness.runs.load import check_file, load
from harness.runs.render import render
from harness.sessions.traits import traits_of
from harness.suite import components
from harness.suite.file import SuiteFile
from harness.suite.schema import suite_schema
from harness.suite.untrusted import require_data_only
from harness.types import Undecided
from harness.variants.again import all_decided_again, runs_of
from harness.variants.forms import remarks, variants_of, with_against
from harness.variants.index import Variants, opened, whole_of
from harness.variants.together import Compare, Manner, load_all, page_of, require_gates
from harness.verdicts.scoring import Verdicts

EXIT_CODES = {"pass": 0, "undecided": 0, "fail": 1, "error": 1}
"""Exit codes by the verdict that counts: an undecided one that is still undecided only warns."""

LOADING = "loading the model, the data and what the tasks need"


@dataclass(frozen=True)
class Place:
    """The folder of a run, or of new ones, whether to resume it, the answers that runs share, a model to run beside."""

    out: Path | None
    runs: Path = RUNS_FOLDER
    resume: bool = False
    cache: Path | None = None
    against: str | None = None


def run(
    suite: str,
    overrides: Mapping[str, Any],
    place: Place,
    execute_variants: Callable[..., Mapping[str, Verdicts]],
    *,
    undecided: Undecided,
    as_json: bool,
    quiet: bool,
    reports: Mapping[str, Path] = MappingProxyType({}),
) -> int:
    """Run a suite, print its verdict, and return 0 or 1 by what the verdict counts as; `reports` are files by kind."""
    with stdout_to_stderr():
        file = _read(suite, overrides, place.against)
        files = variants_of(file)
        checks = {name: check_suite(each) for name, each in (files or {"": file}).items()}
    check_report_paths(reports)
    path = folder_for(file.name, place.out, place.runs, resume=place.resume, mark=INDEX if files else "run.json")
    progress = progress_for(sys.stderr, quiet=quiet)
    if not quiet:
        _say(LOADING)
    for line in remarks(file, files):
        print(f"harness: {legible(line)}", file=sys.stderr)
    how, alarms = Manner(place.resume, undecided, progress, place.cache), alarm(str(path.absolute()))
    with _resumable(path, suite), _terminated():
        if files:
            verdicts = whole_of(execute_variants(checks, path, how, alarms))
        else:
            verdicts = execute(checks[""], path, compared(checks[""]), **vars(how), alarm=alarms)
    found = opened(path)
    _show(found, verdicts, as_json=as_json, quiet=quiet)
    _tell(*annotations_of(found, verdicts.decisions, undecided), *filter(None, [summarize(found)]))
    write_reports(found, reports)
    return EXIT_CODES[verdicts.counts_as]


def check(
    suites: Sequence[str],
    overrides: Mapping[str, Any],
    against: str | None = None,
    *,
    file_only: bool = False,
    verbose: bool = False,
    as_json: bool,
) -> int:
    """Validate suites and their data, and print what each gate can decide with the chosen samples.

    With `file_only` neither data nor extras need be there; with `verbose` the prompt of a sample is printed, of a model
    that is one. UserError reports what is wrong with all suites, once every
    suite is checked.
    """
    looked_at = [_looked_at(suite, overrides, against, file_only=file_only) for suite in suites]
    problems = [str(each) for each in looked_at if isinstance(each, UserError)]
    found = [each for each in looked_at if not isinstance(each, UserError)]
    if as_json and not problems:
        print_json(found if len(suites) > 1 else found[0])
    for each in () if as_json else found:
        _print_checked(each)
        print_prompt(each["prompt"] if verbose and "prompt" in each else "")
    if problems:
        raise UserError("\nharness: ".join(problems))
    return 0


def plan(
    suite: str, overrides: Mapping[str, Any], against: str | None = None, seconds: float = SECONDS, *, as_json: bool
) -> int:
    """Estimate the questions, time and memory of a run from a small one; of each variant where there are several."""
    with stdout_to_stderr():
        file = _read(suite, overrides, against)
        checks = {name: check_suite(each) for name, each in variants_of(file).items()}
        _say(LOADING)
        with import_folders(file.folder, Path.cwd()):
            start = time.perf_counter()
            loaded = load_all(checks)[0] if checks else {"": load(check_suite(file))}
            share, took = seconds / len(loaded), time.perf_counter() - start
            found = of_all({name: forecast(each, took, share, _say) for name, each in loaded.items()})
    if as_json:
        print_json({"suite": file.name, **asdict(found), "seconds": found.seconds, "at_least": found.at_least})
    else:
        print_forecast(file.name, found)
    return 0


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def gate(folder: Path, *, undecided: Undecided, as_json: bool, baseline: Path | None = None) -> int:
    """Decide a finished run's gates from its records; those of each variant where there are several."""
    found = opened(folder)
    for run in runs_of(found).values():
        _require_finished(run)
    with stdout_to_stderr():
        verdicts = all_decided_again(decided_again, found, undecided, baseline)
    _show(found, verdicts, as_json=as_json)
    _tell(*annotations_of(found, verdicts.decisions, undecided))
    return EXIT_CODES[verdicts.counts_as]


def verify(folder: Path) -> int:
    """Print every file of a finished run with whether it is as it was written; 2 where one is not."""
    for found in runs_of(opened(folder)).values():
        if not found.info.files:
            what = f"no checksums of its files ({found.info.state})"
            raise UserError(f"{found.folder} has {what}: only a finished run has")
        if problems := list(misfits(found.folder, found.info)):
            raise UserError("\nharness: ".join(problems))
        print(f"{found.folder}: run.json and {len(found.info.files)} files are as they were written")
    return 0


def report(folder: Path, kind: str, out: Path | None, compare: Compare) -> int:
    """Write a report of a finished run and print where it is; where `out` is `-`, print the report."""
    found = opened(folder)
    for run in runs_of(found).values():
        _require_finished(run)
    with stdout_to_stderr():
        of_all = isinstance(found, Variants) and kind == "html"
        content = page_of(folder, compare).encode("utf-8", "replace") if of_all else render(kind, found)
    if out == Path("-"):
        sys.stdout.buffer.write(content)
        return 0
    target = out or folder / f"report.{traits_of(components.load('reports', kind)).suffix or kind}"
    try:
        if out is None:  # whatever a link of that name leads to
            replace_file(target, lambda aside: aside.write_bytes(content))
        else:
            target.write_bytes(content)
    except OSError as error:
        raise UserError(f"cannot write the report to {target}: {error}") from None
    print(target)
    return 0


def list_components(kind: str | None, *, as_json: bool) -> int:
    """List the installed components, each with its missing requirements."""
    kinds = [kind] if kind else [each for each in components.KINDS if components.find(each)]
    with stdout_to_stderr():
        found = {each: [_described(each, name) for name in components.find(each)] for each in kinds}
    if as_json:
        print_json(found[kind] if kind else found)
    else:
        print_components(found)
    return 0


@contextmanager
def _resumable(path: Path, suite: str) -> Iterator[None]:
    """Add the command that resumes the run to an error that leaves one."""
    how = f"resume with the same options: harness run {suite} --resume --out {path}"
    marks = (path / "run.json", path / INDEX)
    try:
        yield
    except RunError as error:
        begun = any(mark.exists() for mark in marks)
        raise RunError(f"{error}\n{how if begun else 'nothing was begun: run it again'}") from error
    except KeyboardInterrupt:
        if any(mark.exists() for mark in marks):
            print(f"\nharness: interrupted; what finished is kept in {path}\n{how}", file=sys.stderr)
        raise


@contextmanager
def _terminated() -> Iterator[None]:
    """Treat a request to terminate like Ctrl-C, where there is one: sessions close, the lock is released."""
    try:
        interrupt = signal.getsignal(signal.SIGINT)
        before = signal.signal(signal.SIGTERM, interrupt if callable(interrupt) else signal.default_int_handler)
    except ValueError:  # not the main thread: whoever runs us decides
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _show(found: Run, verdicts: Verdicts, *, as_json: bool, quiet: bool = False) -> None:
    if as_json:
        gates, scores = [gate_json(each) for each in verdicts.decisions], scores_json(found.scores)
        content: dict[str, Any] = {
            "run": str(found.folder),
            "verdict": verdicts.verdict,
            "gates": gates,
            "scores": scores,
        }
        if isinstance(found, Variants):
            content["variants"] = {
                name: {"run": str(each.folder), "verdict": each.verdict} for name, each in runs_of(found).items()
            }
        print_json(content)
    elif quiet:
        print_one_line(found, verdicts)
    elif isinstance(found, Variants):
        print_variants(found, verdicts)
    else:
        print_verdict(found, verdicts)


def _tell(*lines: str) -> None:
    for line in lines:
        print(line, file=sys.stderr)


def _require_finished(found: Run) -> None:
    if found.info.state != "finished":
        raise UserError(
            f"{found.folder} did not finish ({found.info.state}): "
            f"resume it with harness run … --resume --out {found.folder}"
        )
    if problems := list(misfits(found.folder, found.info)):
        raise UserError("\nharness: ".join([*problems, "the run's files were changed: run its suite again"]))


def _looked_at(
    suite: str, overrides: Mapping[str, Any], against: str | None, *, file_only: bool
) -> dict[str, Any] | UserError:
    """The result of `check` for one suite, or its error."""
    try:
        with stdout_to_stderr():
            file = _read(suite, overrides, against)
            files = variants_of(file)
            about = {"variants": list(files), "notes": list(remarks(file, files))} if files else {}
            if file_only:
                return [_file_only(each) for each in (files or {"": file}).values()][-1] | about
            checks = {name: check_suite(each) for name, each in (files or {"": file}).items()}
            require_gates(checks)
            compared(next(iter(checks.values())))
            notes = [
                *about.get("notes", ()),
                *dict.fromkeys(line for each in checks.values() for line in (*absent(each), *untouched(each))),
            ]
            return resolvable_by_all(list(checks.values())) | about | ({"notes": notes} if notes else {})
    except UserError as error:
        return error


@contextmanager
def trusting(untrusted: bool) -> Iterator[None]:  # an option
    """With `--untrusted`, suites are data alone, and no own object is looked up, whoever names it."""
    if not untrusted:
        yield
        return
    with no_own_objects():
        yield


def _read(suite: str, overrides: Mapping[str, Any], against: str | None = None) -> SuiteFile:
    file = suite_file(suite, dict(overrides))
    file = with_against(file, model_or_data(against)) if against is not None else file
    if own_objects_are_refused():
        for each in variants_of(file).values() or [file]:
            require_data_only(each)
    return file


def _print_checked(checked: Mapping[str, Any]) -> None:
    if checked["samples"] is not None:
        print_resolution(checked)
        return
    several = f", with the variants {listed(checked['variants'])}" if checked.get("variants") else ""
    print(f"{checked['suite']}: valid, as far as the file goes{several}")
    for unchecked in checked["unchecked"]:
        print(f"  not checked: {unchecked}")


def _file_only(file: SuiteFile) -> dict[str, Any]:
    """The checks that need the suite's file alone."""
    return {"suite": file.name, "samples": None, "gates": [], "unchecked": check_file(file)}


def _described(kind: str, name: str) -> dict[str, Any]:
    point = components.find(kind)[name]
    missing = components.missing(point)
    try:
        summary = components.summary(point.load())
        missing = missing or needs(kind, point.load())
    except Exception as error:  # noqa: BLE001  # a stranger's broken plugin must not hide the others
        summary, missing = "", missing or [f"{type(error).__name__}: {error}"]
    return {"name": name, "summary": summary, "available": not missing, "missing": missing}


def schema(out: Path | None) -> int:
    """Print the JSON Schema of a suite file, or replace a file with it and print where it is."""
    if out is None:
        print_json(suite_schema())
        return 0
    write_schema(out)
    print(out)
    return 0
