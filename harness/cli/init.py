"""What `harness init` writes to begin with: a suite, a test of it and the workflow of a CI. Every choice is said."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import EntryPoint
from pathlib import Path
from string import Template

from harness.errors import UserError, listed, nearest
from harness.suite import components, reading

SUITE = "release.harness.yaml"
TEST = "tests/test_release.py"
WORKFLOWS = {"github": ".github/workflows/release.yml", "gitlab": ".gitlab-ci.yml"}
PACKAGE = "model-harness"

SUITE_TEMPLATE = Template("""\
# May this model ship? Check this file with `harness check`, then `harness run` decides.
# `harness list` says what can stand here, `harness show NAME` what a component takes, with an entry to copy.
model:$model_note
$model
  # labels: [negative, positive]  # in the order of its answers, for a model that does not name them itself
data:$data_note
$data
  # columns: {input: text, label: label}  # where they stand, if the columns are called otherwise
  # labels: {0: negative, 1: positive}  # what the data's labels are called in the model, if they differ
seed: 7
tasks:
  - use: classification  # is it right? (`regression` or `multilabel` for models of those kinds)
    gates:
      accuracy: {min: 0.8}  # EDIT every bound: what do you demand before it ships?
      ece: {max: 0.1}
  - use: stress  # does it decide alike when the input is written worse?
    perturbations: [keyboard_typos, change_case, contractions]
    severities: [1, 3]
    limit: 300
    gates:
      worst_accuracy_drop: {max: 0.2}
  - use: attack  # how many right answers survive somebody who wants them wrong?
    attacks: [{use: deepwordbug, edit_distance: 2}]
    limit: 100
    gates:
      robust_accuracy: {min: 0.1}
""")

TEST_TEXT = f'''\
"""What this model must do before it ships, as tests: what a gate cannot say can be said here in Python.

The fixture comes with {PACKAGE}. `pytest {SUITE}` makes every gate a test, without a file like this one.
"""


def test_the_model_may_ship(harness_run):
    run = harness_run("{SUITE}")
    assert run["classification"].accuracy >= 0.8
'''

GITHUB = Template("""\
# Runs the suite and keeps its report. The job's summary and annotations are written by harness itself.
name: release
on:
  pull_request:
  workflow_dispatch:
permissions:
  contents: read
jobs:
  harness:
    runs-on: ubuntu-latest
    timeout-minutes: 60
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-python@v5
        with:
          python-version: "3.12"
          cache: pip
          cache-dependency-path: .github/workflows/release.yml
      # Pin versions here (==): then a gate moves when the model does, and not when a library does.
      - run: python -m pip install $requirements
      - run: harness run $suite --out runs/release --junit runs/junit.xml
        # env: {HF_TOKEN: "$${{ secrets.HF_TOKEN }}"}  # for a private model or data set on the hub
      - uses: actions/upload-artifact@v4
        if: always()  # a failed gate is when one wants the report
        with:
          name: harness-report
          path: |
            runs/release/report.html
            runs/junit.xml
""")

GITLAB = Template("""\
# Runs the suite, keeps its report and shows every gate in the merge request's test report.
harness:
  image: python:3.12
  timeout: 1 hour
  variables:
    PIP_CACHE_DIR: "$$CI_PROJECT_DIR/.cache/pip"
  cache:
    key: pip
    paths: [.cache/pip]
  script:
    # Pin versions here (==): then a gate moves when the model does, and not when a library does.
    - python -m pip install $requirements
    # A private model or data set on the hub needs HF_TOKEN, a masked variable of the project.
    - harness run $suite --out runs/release --junit runs/junit.xml
  artifacts:
    when: always  # a failed gate is when one wants the report
    expire_in: 30 days
    paths: [runs/release/report.html]
    reports:
      junit: runs/junit.xml
""")


@dataclass(frozen=True)
class Chosen:
    """A model or data as given, or a placeholder: a component, the value of its first parameter, and whether it is."""

    kind: str
    use: str
    value: str
    placeholder: bool

    @property
    def note(self) -> str:
        """What stands beside it in the suite."""
        return f"  # EDIT: a placeholder (harness list {self.kind})" if self.placeholder else ""


def init(folder: Path, model: str | None, data: str | None, ci: str, *, force: bool) -> int:
    """Write the files and print what was written and what comes next; raises UserError, and then wrote nothing."""
    if ci not in {*WORKFLOWS, "none"}:
        known = [*WORKFLOWS, "none"]
        raise UserError(f"--ci: expected {listed(known)}, but got {ci!r}{nearest(ci, known)}")
    chosen = [
        _chosen("models", model, "transformers:./my-checkpoint", folder),
        _chosen("data", data, "files:dev.jsonl", folder),
    ]
    files = _files(chosen, ci)
    _require_free(folder, files, force=force)
    for name, text in files.items():
        _write(folder / name, text)
    for line in _told(folder, chosen, files):
        print(line)
    return 0


def _chosen(kind: str, given: str | None, placeholder: str, folder: Path) -> Chosen:
    use, _, value = (placeholder if given is None else given).partition(":")
    return Chosen(kind, use, _from(folder, value), given is None)


def _from(folder: Path, value: str) -> str:
    """A path that is one here as the suite in the folder has to say it; anything else as it is."""
    if not value or Path(value).is_absolute() or not Path(value).exists():
        return value
    try:
        return Path(os.path.relpath(value, folder)).as_posix()
    except ValueError:  # on another drive
        return Path(value).resolve().as_posix()


def _files(chosen: Sequence[Chosen], ci: str) -> dict[str, str]:
    model, data = chosen
    suite = SUITE_TEMPLATE.substitute(
        model_note=model.note, model=_entry(model), data_note=data.note, data=_entry(data)
    )
    files = {SUITE: suite, TEST: TEST_TEXT}
    if ci in WORKFLOWS:
        workflow = GITHUB if ci == "github" else GITLAB
        files[WORKFLOWS[ci]] = workflow.substitute(requirements=_requirements(chosen), suite=SUITE)
    return files


def _entry(chosen: Chosen) -> str:
    """A component's keys in a suite; raises UserError for one that is not installed, or takes no value."""
    lines = [f"  use: {quoted(chosen.use)}"]
    if chosen.value:
        lines.append(f"  {_first_parameter(chosen)}: {quoted(chosen.value)}")
    else:
        components.load(chosen.kind, chosen.use)
    return "\n".join(lines)


def _first_parameter(chosen: Chosen) -> str:
    """What `use:value` means by its value, also where the component's extra is not installed."""
    point = components.find(chosen.kind).get(chosen.use)
    function = None
    if point is not None:
        with suppress(ImportError):
            function = point.load()
    names = list(components.parameters_of(function or components.load(chosen.kind, chosen.use)))
    if not names:
        raise UserError(f"{chosen.use!r} has no parameter, but got {chosen.use}:{chosen.value}")
    return names[0]


def quoted(text: str) -> str:
    """A text as YAML's scalar: plain where it is sure to stay one, else in double quotes."""
    if re.fullmatch(r"[A-Za-z./][A-Za-z0-9_./-]*", text) and reading.scalar(text) == text:
        return text
    return '"' + "".join(_escaped(each) for each in text) + '"'


def _escaped(character: str) -> str:
    if character in '"\\':
        return "\\" + character
    return character if character.isprintable() else f"\\U{ord(character):08x}"


def _requirements(chosen: Sequence[Chosen]) -> str:
    """What pip installs for some components: the harness and whose they are, with the extras they need."""
    extras: dict[str, set[str]] = {PACKAGE: set()}
    for point in _points(chosen):
        if point.dist is not None:
            extras.setdefault(point.dist.name, set()).update(filter(None, [components.extra_of(point)]))
    return " ".join(f"'{name}[{','.join(sorted(needed))}]'" if needed else name for name, needed in extras.items())


def _points(chosen: Sequence[Chosen]) -> Iterator[EntryPoint]:
    for each in chosen:
        if point := components.find(each.kind).get(each.use):
            yield point


def _require_free(folder: Path, files: Mapping[str, str], *, force: bool) -> None:
    """Raise UserError where one of the files is there already, or can be none."""
    if in_place := next((each for each in (folder, *folder.parents) if each.is_file()), None):
        raise UserError(f"init takes a folder to write into, but {in_place} is a file: nothing was written")
    there = [name for name in files if os.path.lexists(folder / name)]
    if there and not force:
        raise UserError(
            f"{folder} already has {listed(there)}: nothing was written; "
            "overwrite with --force, or choose another folder"
        )
    if folders := [name for name in there if (folder / name).is_dir()]:
        raise UserError(f"{folder}: expected files, but {listed(folders)} is a folder: nothing was written")


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise UserError(f"cannot write {path}: {error}; what was written before it is there") from None


def _told(folder: Path, chosen: Sequence[Chosen], files: Mapping[str, str]) -> Iterator[str]:
    """What was written, what is still to be edited, and the next command."""
    yield from (f"wrote {folder / name}" for name in files)
    if placeholders := [each.kind.removesuffix("s") for each in chosen if each.placeholder]:
        are = "is a placeholder" if len(placeholders) == 1 else "are placeholders"
        yield f"edit {folder / SUITE}: {' and '.join(placeholders)} {are}; the gates' bounds are yours to choose"
    else:
        yield f"edit {folder / SUITE}: the gates' bounds are yours to choose"
    if WORKFLOWS["github"] in files and _inside_a_repository(folder):
        yield f"move {folder / '.github'}: GitHub reads workflows at the root of a repository only"
    yield f"next: harness check {shlex.quote(str(folder / SUITE))}"


def _inside_a_repository(folder: Path) -> bool:
    """Whether a folder lies in a repository without being its root."""
    here = folder.resolve()
    return not (here / ".git").exists() and any((each / ".git").exists() for each in here.parents)
