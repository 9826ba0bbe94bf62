"""Boosted trees as a plain callable: rows become a table of the columns that the trees were grown on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Any

from harness import AnswerError, UserError, first_line, listed
from harness.models import Output, answers_of, features_of, source_of, table_of

ROWS_PER_BATCH = 4096
"""Rows given at once: trees take no padding, and little memory."""

PICKLED = b"\x80"
"""How pickles begin since their second version."""


@dataclass(frozen=True)
class Grown:
    """What a library's file contains.

    `ask` answers a table or an array; of `logits` the softmax or sigmoid is still to be taken. `columns` are empty
    where the trees know theirs by place only; `classes` where they do not know their names.
    """

    ask: Callable[[Any], Any]
    output: Output
    columns: Sequence[str]
    classes: Sequence[str] = ()
    count: int = 0
    logits: bool = False


@dataclass
class Trees:
    """Calls trees: `(inputs) -> (n, columns)`."""

    title: str
    name: str
    grown: Grown
    labels: Sequence[str]
    output: Output
    fingerprint: str | None
    features: Callable[[list[Any]], Any] | None = None
    budget: int = field(default=ROWS_PER_BATCH, init=False)

    def __call__(self, inputs: Sequence[Any]) -> Any:
        """The answers to the inputs; raises AnswerError for what is no table of the columns."""
        given = self.features(list(inputs)) if self.features else self._table(inputs)
        try:
            answered = self.grown.ask(given)
        except Exception as error:  # each library has errors of its own
            raise AnswerError(f"{self.title}: {first_line(error)}") from error
        return answers_of(answered, len(inputs), self.output, logits=self.grown.logits)

    def _table(self, inputs: Sequence[Any]) -> Any:
        if not all(isinstance(value, Mapping) for value in inputs):
            raise AnswerError(
                f"{self.title} takes rows of columns, but got {type(inputs[0]).__name__}: name a function `features` "
                "that makes an array of a list of inputs"
            )
        return table_of(inputs, self.title, self.grown.columns)


def read(
    title: str,
    path: Path,
    grow: Callable[[str], Grown],
    *,
    labels: Sequence[str] | None,
    output: Output | None,
    features: str | None,
) -> Trees:
    """The trees of a file; raises UserError for one that the library cannot read, and for what does not go together."""
    function = features_of(features, title)
    content = _content(title, path)
    try:
        grown = grow(str(path))
    except Exception as error:  # each library has errors of its own
        raise UserError(f"{title}: path: {path} cannot be read: {first_line(error)}", "path") from error
    whole = blake2b(content, digest_size=16)
    for part in (output or grown.output, *source_of(function)):
        whole.update(str(part).encode("utf-8", "surrogatepass") + b"\0")
    return of(title, path.stem, grown, labels=labels, output=output, fingerprint=whole.hexdigest(), features=function)


def of(
    title: str,
    name: str,
    grown: Grown,
    *,
    labels: Sequence[str] | None = None,
    output: Output | None = None,
    fingerprint: str | None = None,
    features: Callable[[list[Any]], Any] | None = None,
) -> Trees:
    """Trees that are there; raises UserError for an output that they cannot give, and a wrong number of labels."""
    given = output or grown.output
    if given != grown.output and {given, grown.output} != {"probabilities", "labels"}:
        raise UserError(f"{title}: output: its objective answers {grown.output}, not {given}", "output")
    known = ["value"] if given == "value" else list(labels or grown.classes)
    if grown.count and known and given != "value" and len(known) != grown.count:
        raise UserError(
            f"{title}: labels: the file has {grown.count} classes{_named(grown.classes)}, but the suite names "
            f"{len(known)} ({listed(known)})",
            "labels",
        )
    return Trees(title, name, grown, known, given, fingerprint, features)


def _named(classes: Sequence[str]) -> str:
    return f" ({listed(classes)})" if classes else ""


def _content(title: str, path: Path) -> bytes:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UserError(f"{title}: path: {path} cannot be read: {error.strerror or error}", "path") from None
    if content.startswith(PICKLED):
        raise UserError(
            f"{title}: path: {path} is a pickle, which can run any code: write the library's own format with its "
            "`save_model`",
            "path",
        )
    return content


def by_place(names: Sequence[str], like: str) -> bool:
    """Whether names are those that a library makes up for columns without any: `like` with the place in it."""
    return all(name == like.format(at) for at, name in enumerate(names))


def numbers_of(table: Any) -> Any:
    """A table as an array of numbers, where the trees know no names; an array as it is."""
    return table.to_numpy(dtype=float) if hasattr(table, "to_numpy") else table
