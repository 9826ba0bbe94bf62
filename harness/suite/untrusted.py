"""The check of a suite out of somebody else's hands (`--untrusted`): data alone, from its own folder.

What is refused is what runs code or reads elsewhere: components that take own objects, pickles, types to trust, and
paths that lead out of the suite's folder. Installed packages are trusted, and so is what the command line sets, but
for code: own objects would be looked up in the folder that is not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any, TypeAlias

from harness.errors import UserError
from harness.suite.file import DataSpec, Spec, SuiteFile
from harness.suite.overrides import MAIN, expanded

Place: TypeAlias = tuple[str | int, ...]

TAKES_CODE = {"python", "torch"}
"""Models that are code of the user's own."""

ASKS_ELSEWHERE = {"http", "openai"}
"""Models that send inputs, and what environment variables contain, to an address."""

_OBJECT = re.compile(r"[A-Za-z_]\w*(\.\w+)*:[A-Za-z_][\w.]*")
_DRIVE = re.compile(r"[A-Za-z]:[/\\]")
_MAGIC = re.compile(r"[*?\[]")


def require_data_only(file: SuiteFile) -> None:
    """Raise UserError, a line per key, for whatever in a suite runs code or reads outside the suite's folder."""
    problems = [
        f"{file.where(*at)}: {problem}" for place, spec in _specs(file) for at, problem in _problems(file, place, spec)
    ]
    if problems:
        raise UserError("\n".join(dict.fromkeys(problems)))


def _specs(file: SuiteFile) -> Iterator[tuple[Place, Spec]]:
    suite = file.suite
    if suite.model:
        yield ("model",), suite.model
    yield from ((("models", name), spec) for name, spec in suite.models.items())
    for at, each in enumerate(suite.sets):
        yield ("data", at) if isinstance(suite.data, list) else ("data",), each
    yield from ((("tasks", at), spec) for at, spec in enumerate(suite.tasks))
    yield ("executor",), suite.executor


def _problems(file: SuiteFile, place: Place, spec: Spec) -> Iterator[tuple[Place, str]]:
    yield from _of_component(file, place, {"use": spec.use, **spec.parameters})
    slices = getattr(spec, "slices", None)
    for name, each in slices.items() if isinstance(slices, dict) else ():
        if each.object is not None:
            yield (*place, "slices", name), f"{each.object!r} is code of the suite's, which --untrusted refuses"
    if isinstance(spec, DataSpec) and spec.kind == "image" and spec.use != "images":
        yield (*place, "kind"), "a column of images may name files anywhere: with --untrusted use `images`"


def _of_component(file: SuiteFile, place: Place, given: dict[Any, Any]) -> Iterator[tuple[Place, str]]:
    use = given.get("use")
    if use in TAKES_CODE:
        yield (*place, "use"), f"{use!r} runs code of the suite's, which --untrusted refuses"
    if use in ASKS_ELSEWHERE and not file.is_set((*place, "url")):
        yield (*place, "use"), f"{use!r} sends inputs and keys to an address of the suite's, which --untrusted refuses"
    if use == "datasets":
        yield from _local_dataset(file, place, given)
    for name, value in given.items():
        at = (*place, str(name))
        if name in {"allow_pickle", "allow_code", "trusted"} and value:
            yield at, f"{name} lets a file run code, which --untrusted refuses"
        elif name != "use":
            yield from _of_value(file, at, value)


def _of_value(file: SuiteFile, place: Place, value: object) -> Iterator[tuple[Place, str]]:
    if isinstance(value, str):
        yield from ((place, problem) for problem in _of_text(file, place, value))
        if value.partition(":")[0] in TAKES_CODE | ASKS_ELSEWHERE and ":" in value:  # a model, written `use:value`
            yield from _of_component(file, place, dict(zip(("use", MAIN), value.split(":", 1), strict=True)))
    elif isinstance(value, dict):
        yield from _of_component(file, place, value)
    elif isinstance(value, list):
        for at, each in enumerate(value):  # a list may be one of components, written `use:value`
            inner = expanded(each) if isinstance(each, str) else each
            yield from _of_value(file, (*place, at), inner)
            if isinstance(each, str) and not file.is_set(place) and _leads_out(file, each):
                yield (*place, at), f"{each!r} leads out of the suite's folder, which --untrusted refuses"


def _of_text(file: SuiteFile, place: Place, text: str) -> Iterator[str]:
    if _OBJECT.fullmatch(text):
        yield f"{text!r} names an object, module:object, which --untrusted refuses"
    elif not file.is_set(place) and any(
        _leads_out(file, each) for each in filter(None, (text, text.partition(":")[2]))
    ):
        yield f"{text!r} leads out of the suite's folder, which --untrusted refuses"


def _local_dataset(file: SuiteFile, place: Place, given: dict[Any, Any]) -> Iterator[tuple[Place, str]]:
    path = given.get("path", given.get(MAIN))
    if isinstance(path, str) and not file.is_set(place) and ((file.folder / path).exists() or Path(path).exists()):
        yield place, f"the files of the folder {path!r} may name others anywhere: with --untrusted use `files`"


def _leads_out(file: SuiteFile, text: str) -> bool:
    """Whether a text is a path that leads out of the suite's folder, by its words, a link, or a file below it."""
    if text.startswith(("/", "\\", "~")) or _DRIVE.match(text) or ".." in re.split(r"[/\\]", text):
        return True
    if "\0" in text or len(text) > 1000:
        return False
    root, path = file.folder.resolve(), file.folder / text
    try:
        found = list(_found(file.folder, path, text))
        if not found and Path(text).exists():  # then it would be looked up in the working directory
            found = [Path(text)]
        return any(not each.resolve().is_relative_to(root) for each in found)
    except (OSError, ValueError, RuntimeError):  # a loop of links, a name too long
        return True


def _found(folder: Path, path: Path, text: str) -> Iterator[Path]:
    """What there is of a path: itself and all below it, or what a pattern matches."""
    starts: Sequence[Path] = [path] if path.exists() or path.is_symlink() else []
    if not starts and _MAGIC.search(text):
        starts = list(folder.glob(text))
    yield from chain.from_iterable([each, *(each.rglob("*") if each.is_dir() else ())] for each in starts)
