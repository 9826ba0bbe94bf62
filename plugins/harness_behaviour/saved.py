"""Suites that others saved, as rows: CheckList's (Ribeiro et al. 2020), HateCheck (Röttger et al. 2021), any others.

CheckList's rows have `test`, `type` (MFT, INV, DIR), `capability`, `label` and `examples`, the first of which the
others are changes of. What its directional tests, and those that name no label, expect is code in its release and no
part of the rows, so it is written here, test by test.
"""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from harness import UserError, listed, nearest
from harness_behaviour.cases import OWN, BehaviourCase, Expectation

Row = Mapping[str, Any]

CHECKLIST_TOLERANCE = 0.1
"""The fall of a probability that CheckList's invariance and directional tests allow by default."""

PAIR_FIELDS = ("text1", "text2")
"""The fields of a pair of texts whose columns have no names."""

NOTHING: Mapping[str, Expectation] = {}

_NOT_DUPLICATE = Expectation("must", ("0",), changed_only=True, given=("1",))

CHECKLIST: Mapping[str, Expectation] = {
    # sentiment: 0 negative, 1 neutral, 2 positive
    "add negative phrases": Expectation("direction", ("2",), up=False, tolerance=CHECKLIST_TOLERANCE),
    "add positive phrases": Expectation("direction", ("2",), up=True, tolerance=CHECKLIST_TOLERANCE),
    "intensifiers": Expectation("direction", (OWN,), up=True, tolerance=CHECKLIST_TOLERANCE, given=("0", "2")),
    "reducers": Expectation("direction", (OWN,), up=False, tolerance=CHECKLIST_TOLERANCE, given=("0", "2")),
    '"used to" should reduce': Expectation(
        "direction", (OWN,), up=False, tolerance=CHECKLIST_TOLERANCE, given=("0", "2")
    ),
    "simple negations: not negative": Expectation("must", ("0",), never=True),
    "simple negations: I thought x was negative, but it was not (should be neutral or positive)": Expectation(
        "must", ("0",), never=True
    ),
    # Quora question pairs: 1 duplicate
    "(q, paraphrase(q))": Expectation("must", ("1",)),
    "(question, f(question)) where f(question) replaces synonyms?": Expectation("must", ("1",)),
    "Change first name in one of the questions": _NOT_DUPLICATE,
    "Change first and last name in one of the questions": _NOT_DUPLICATE,
    "Change location in one of the questions": _NOT_DUPLICATE,
    "Change numbers in one of the questions": _NOT_DUPLICATE,
    "Keep entitites, fill in with gibberish": Expectation("must", ("0",), changed_only=True),
}
"""What tests of CheckList's releases expect that is not in their rows."""


def read_rows(path: Path) -> list[Row]:
    """The rows of a file of JSON lines or csv, compressed or not; raises UserError where it is none."""
    try:
        opened = gzip.open if path.suffix == ".gz" else open
        with opened(path, "rt", encoding="utf-8", newline="") as file:
            if ".csv" in path.suffixes:
                return list(csv.DictReader(file))
            found = [json.loads(line) for line in file if line.strip()]
    except (OSError, UnicodeDecodeError, ValueError, EOFError) as error:
        raise UserError(
            f"{path}: expected a suite of tests in JSON lines or csv, but it could not be read: {error}"
        ) from None
    if not found or not all(isinstance(row, dict) for row in found):
        raise UserError(f"{path}: expected a JSON object in every line, at least one")
    return found


def read_saved(
    rows: Sequence[Row], columns: Mapping[str, str | list[str]], where: str, own: Mapping[str, Expectation] = NOTHING
) -> tuple[list[BehaviourCase], list[str]]:
    """The cases of saved rows, and the names of tests whose expectation nobody knows; `own` are those of the user."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    if not columns and "examples" in names:
        return _checklist(rows, where, own)
    if not columns and {"functionality", "text", "label"} <= set(names):
        columns = {"input": "text", "label": "label", "capability": "functionality"}
    if "input" not in columns:
        raise UserError(
            f"{where}: its columns are {listed(names)}: expected `columns: {{input: .., label: .., capability: ..}}` "
            "in the task, with `case:` in place of a label where rows of one case must be answered alike"
        )
    for meaning, named in columns.items():
        if meaning not in {"input", "label", "capability", "test", "case"}:
            known = ("input", "label", "capability", "test", "case")
            raise UserError(
                f"columns: unknown key {meaning!r}: expected some of {listed(known)}{nearest(meaning, known)}"
            )
        for name in [named] if isinstance(named, str) else named:
            if name not in names:
                raise UserError(
                    f"{where}: there is no column {name!r}: expected some of {listed(names)}{nearest(name, names)}"
                )
    return list(_of_columns(rows, columns)), []


def _checklist(
    rows: Iterable[Row], where: str, own: Mapping[str, Expectation]
) -> tuple[list[BehaviourCase], list[str]]:
    found, unknown = list[BehaviourCase](), dict[str, None]()
    for number, row in enumerate(rows, 1):
        examples = row.get("examples")
        if not isinstance(examples, list) or not examples:
            raise UserError(f"{where}: row {number} has no examples: expected a list of inputs")
        test = str(row.get("test", "unnamed"))
        expected = own.get(test) or _expected(row, test)
        if expected is None:
            unknown[test] = None
            continue
        inputs = tuple(_input(each) for each in examples)
        found.append(BehaviourCase(str(row.get("capability") or "general"), test, inputs, expected))
    return found, list(unknown)


def _expected(row: Row, test: str) -> Expectation | None:
    label = row.get("label")
    if label is not None:
        return Expectation("must", (str(label),))
    if test in CHECKLIST:
        return CHECKLIST[test]
    return Expectation("same", tolerance=CHECKLIST_TOLERANCE) if row.get("type") == "INV" else None


def _input(example: Any) -> Any:
    if isinstance(example, list):
        return dict(zip(PAIR_FIELDS, map(str, example), strict=False))
    return example


def _of_columns(rows: Iterable[Row], columns: Mapping[str, str | list[str]]) -> Iterator[BehaviourCase]:
    """A case for each row with a label, or for the rows that share their values in the columns of `case`."""
    by_case: dict[tuple[str, ...], list[Row]] = {}
    for at, row in enumerate(rows):
        shared = [str(row.get(name)) for name in _several(columns.get("case"))]
        by_case.setdefault(tuple(shared) if shared else (str(at),), []).append(row)
    inputs = _several(columns["input"])
    for case in by_case.values():
        [capability, test] = (
            " ".join(str(case[0].get(name)) for name in _several(columns.get(each))) for each in ("capability", "test")
        )
        texts = [_chosen(row, inputs, together="case" not in columns or len(case) > 1) for row in case]
        given = [value for row in texts for value in row]
        label = case[0].get(str(columns.get("label")))
        expected = Expectation("must", (str(label),)) if "label" in columns else Expectation("same")
        if len(given) > 1 or expected.kind == "must":
            yield BehaviourCase(capability or "general", test or capability or "general", tuple(given), expected)


def _chosen(row: Row, names: Sequence[str], *, together: bool) -> list[Any]:
    """The inputs of a row: its text, a pair of its columns, or, of a case of one row, a version in each column."""
    if len(names) == 1:
        return [row.get(names[0])]
    return [{name: str(row.get(name)) for name in names}] if together else [row.get(name) for name in names]


def _several(value: str | list[str] | None) -> list[str]:
    return [] if value is None else [value] if isinstance(value, str) else list(value)
