"""The command `harness init`: writes a suite, a test of it and a CI workflow, and explains every choice."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from importlib import resources
from importlib.metadata import EntryPoint
from pathlib import Path
from string import Template

from harness.errors import UserError, legible, listed
from harness.forecasts.mapping import fitting
from harness.forecasts.untouched import about
from harness.project.chosen import Chosen, chosen_of, entry_of, quoted
from harness.project.editor import EDITORS_LINE, SCHEMA_FILE, schema_text
from harness.suite import components

SUITE = "release.harness.yaml"
TEST = "tests/test_release.py"
WORKFLOWS = {"github": ".github/workflows/release.yml", "gitlab": ".gitlab-ci.yml"}
PACKAGE = "model-harness"
_CHANGES = "\n# Once the main branch has {}, bound what may get worse, too: accuracy: {{min: 0.8, drop: 0.03}}"
_OTHERS = """
      - uses: actions/setup-python@v5
        with:
          python-version: "3.12"
      - run: python -m pip install {}"""


def init(
    folder: Path, model: str | None, data: str | None, ci: str, *, force: bool, baseline: str | None = None
) -> int:
    """Write the files, and print their names and the next command; raises UserError before anything is written.

    With a `baseline`, a file of the repository, the workflow compares with the one of the main branch.
    """
    if baseline is not None:
        _require_in_repository(baseline, ci)
    chosen = [
        chosen_of("models", model, "transformers:./my-checkpoint", folder),
        chosen_of("data", data, "files:dev.jsonl", folder),
    ]
    labels = fitting(model, data)
    files = _files(chosen, ci, baseline or "", labels.entry)
    _require_free(folder, files, force=force)
    for name, text in files.items():
        _write(folder / name, text)
    for line in _told(folder, chosen, files, labels.line):
        print(legible(line))
    return 0


def _require_in_repository(baseline: str, ci: str) -> None:
    """Raise UserError for a baseline that a workflow cannot name: it takes a plain path below the repository."""
    if ci == "none":
        raise UserError("--baseline: a workflow compares with it, but --ci is none: take one of them away")
    parts = baseline.split("/")
    if not re.fullmatch(r"[A-Za-z0-9_./-]+", baseline) or {"", ".", ".."} & set(parts) or baseline.startswith("-"):
        raise UserError(
            "--baseline: expected a file of the repository, of letters, digits, `.`, `_`, `-` and `/`, "
            f"like released.baseline, but got {baseline!r}"
        )


def _files(chosen: Sequence[Chosen], ci: str, baseline: str, labels: str) -> dict[str, str]:
    model, data = chosen
    places = {"model_note": model.note, "model": entry_of(model), "data_note": data.note, "data": entry_of(data)}
    places |= {"labels": labels, "changes": _CHANGES.format(baseline) if baseline else ""}
    suite = _filled("suite.yaml", editors_line=EDITORS_LINE, **places)
    test = _filled("test.py.txt", package=PACKAGE, suite=SUITE)
    files = {SUITE: suite, SCHEMA_FILE: schema_text(), TEST: test}
    if ci in WORKFLOWS:
        template = f"{ci}-baseline.yml" if baseline else f"{ci}.yml"
        files[WORKFLOWS[ci]] = _filled(template, suite=SUITE, baseline=baseline, **_installed(_needed(chosen)))
    return files


def _installed(needed: Mapping[str, set[str]]) -> dict[str, str]:
    """What a workflow installs: everything, or, where the action installs the harness, its extras and the others."""
    others = {name: some for name, some in needed.items() if name != PACKAGE}
    return {
        "requirements": _requirements(needed),
        "extras": quoted(",".join(sorted(needed[PACKAGE]))),
        "others": _OTHERS.format(_requirements(others)) if others else "",
    }


def _filled(template: str, **values: str) -> str:
    """A file of `harness/cli/templates` with its places filled."""
    text = resources.files("harness.cli").joinpath("templates", template).read_text(encoding="utf-8")
    return Template(text).substitute(values)


def _requirements(needed: Mapping[str, set[str]]) -> str:
    """Packages with their extras for pip."""
    return " ".join(f"'{name}[{','.join(sorted(some))}]'" if some else name for name, some in needed.items())


def _needed(chosen: Sequence[Chosen]) -> dict[str, set[str]]:
    """The packages that some components need, the harness and others, with their extras."""
    extras: dict[str, set[str]] = {PACKAGE: set()}
    for point in _points(chosen):
        if point.dist is not None:
            extras.setdefault(point.dist.name, set()).update(filter(None, [components.extra_of(point)]))
    return extras


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


def _told(folder: Path, chosen: Sequence[Chosen], files: Mapping[str, str], labels: str) -> Iterator[str]:
    """The written files, the lines still to edit, and the next command."""
    yield from (f"wrote {folder / name}" for name in files)
    if placeholders := [each.kind.removesuffix("s") for each in chosen if each.placeholder]:
        are = "is a placeholder" if len(placeholders) == 1 else "are placeholders"
        yield f"edit {folder / SUITE}: {' and '.join(placeholders)} {are}; the gates' bounds are yours to choose"
    else:
        yield f"edit {folder / SUITE}: the gates' bounds are yours to choose{'; ' * bool(labels)}{labels}"
        yield from about(folder / SUITE)
    if WORKFLOWS["github"] in files and _inside_a_repository(folder):
        yield f"move {folder / '.github'}: GitHub reads workflows at the root of a repository only"
    yield f"next: harness check {shlex.quote(str(folder / SUITE))}"


def _inside_a_repository(folder: Path) -> bool:
    """Whether a folder lies in a repository without being its root."""
    here = folder.resolve()
    return not (here / ".git").exists() and any((each / ".git").exists() for each in here.parents)
