"""From the columns of a file to answers: probabilities, classes or numbers, each looked at before anything runs."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from harness import listed, nearest
from harness.models import Output
from harness.reports import output_kind
from harness_predictions.saved import Answers, Saved, saved
from harness_predictions.tables import Columns, columns_of

WAYS: Mapping[str, tuple[Output, ...]] = {
    "probabilities": ("probabilities", "labels"),
    "label": ("classes",),
    "value": ("value",),
}
"""The columns that contain answers, and the outputs that each may be."""

SURROGATES = re.compile("[\ud800-\udfff]")
EXAMPLE = "columns: {id: id, probabilities: [negative, positive]}"


def read(
    path: Path, columns: Mapping[str, str | list[str]], labels: Sequence[str] | None, output: Output | None
) -> Saved:
    """The answers of a file; raises UserError for whatever in it is none, with the row."""
    found = columns_of(path)
    way, names = _answers(found, columns, output)
    if output and output not in WAYS[way]:
        raise found.error(f"`{way}` are answers of the output {listed(WAYS[way])}, but got `output: {output}`")
    ids = _ids(found, columns.get("id"))
    made: Output = output or WAYS[way][0]
    if way == "label":
        rows, known = _classes(found, found[_one(found, names, way)], labels)
    else:
        rows, known = _numbers(found, names, labels, made)
        _require(found, rows, made, ids)
    if ids is not None and len(ids) != len(rows):
        raise found.error(f"it has {len(ids):,} ids and {len(rows):,} answers")
    beside = {} if ids is not None else _beside(found, names)
    return saved(Answers(path, rows, tuple(known), made, ids, beside))


def _beside(found: Columns, names: str | list[str]) -> dict[str, list[str]]:
    """The columns that contain no answers, as words."""
    used = [names] if isinstance(names, str) else names
    others = {name: cells for name, cells in found.columns.items() if name not in used}
    return {name: list(map(_word, _cells(cells))) for name, cells in others.items() if np.ndim(cells[:1]) == 1}


def _answers(
    found: Columns, columns: Mapping[str, str | list[str]], output: Output | None
) -> tuple[str, str | list[str]]:
    """Which of the three ways the answers are, and where they stand."""
    given = [(way, names) for way in WAYS if (names := columns.get(way)) is not None]
    if len(given) == 1:
        return given[0]
    if given:
        raise found.error(f"expected one of {listed(WAYS)} in `columns`, but got {listed(way for way, _ in given)}")
    if not found.are_arrays:
        raise found.error(
            f"nothing says where the answers stand: name them, as `{EXAMPLE}`, or with `label:` or `value:`; its "
            f"columns are {listed(found.columns)}"
        )
    left = [name for name in found.columns if name != columns.get("id")]
    if len(left) != 1:
        raise found.error(
            f"it has {len(left)} arrays ({listed(left)}): name one with `columns: {{probabilities: {left[0]}}}`, or "
            "with `label:` or `value:`"
        )
    return _way_of(found, np.asarray(found.columns[left[0]]), output), left[0]


def _way_of(found: Columns, array: npt.NDArray[Any], output: Output | None) -> str:
    """What an array is that nobody named."""
    if output:
        return next(way for way, outputs in WAYS.items() if output in outputs)
    if array.ndim == 2:
        return "probabilities"
    if array.dtype.kind in "iuU":
        return "label"
    raise found.error(
        f"its array {array.shape} of {array.dtype} may be values or the probability of the second of two classes: say "
        "`output: value` or `output: probabilities`"
    )


def _one(found: Columns, names: str | list[str], way: str) -> str:
    if isinstance(names, str):
        return names
    if len(names) != 1:
        raise found.error(f"`{way}` is one column, but got {listed(names)}")
    return names[0]


def _ids(found: Columns, column: str | list[str] | None) -> list[str] | None:
    """The ids of the answers as words; raises UserError for none, and for one that stands twice."""
    if column is None:
        return None
    cells = _cells(found[_one(found, column, "id")])
    if (without := next((at for at, cell in enumerate(cells, 1) if cell is None or cell == ""), None)) is not None:
        raise found.error(f"row {without} has no id in column {column!r}")
    ids = [SURROGATES.sub("\ufffd", _word(cell)) for cell in cells]
    name, count = Counter(ids).most_common(1)[0]
    if count > 1:
        rows = [at for at, each in enumerate(ids, 1) if each == name]
        raise found.error(f"the id {name!r} stands {count} times (rows {listed(rows[:3])}): expected distinct ids")
    return ids


def _classes(
    found: Columns, cells: Sequence[Any], labels: Sequence[str] | None
) -> tuple[npt.NDArray[Any], Sequence[str]]:
    """The index of each answer's class, which is named or, in an array, a number."""
    array = np.asarray(cells) if found.are_arrays else None
    if array is not None and array.ndim != 1:
        raise found.error(f"`label` is an array (n,), but got {array.shape}: give one of `probabilities` otherwise")
    words = [_word(cell) for cell in _cells(cells)]
    by_place = array is not None and array.dtype.kind in "iu"
    if by_place and labels is None:
        raise found.error("its classes are numbers: add `labels: [..]`, in their order")
    known = list(labels or sorted(set(words)))
    names = list(map(str, range(len(known)))) if by_place and not {*words} <= {*known} else known
    at = {_folded(name): place for place, name in enumerate(names)}
    strangers = [(row, word) for row, word in enumerate(words, 1) if _folded(word) not in at]
    if strangers:
        row, word = strangers[0]
        raise found.error(
            f"row {row} answers {word!r}: expected one of the labels {listed(names)}{nearest(word, names)}"
        )
    return np.array([at[_folded(word)] for word in words], dtype=np.intp), known


def _numbers(
    found: Columns, names: str | list[str], labels: Sequence[str] | None, output: Output
) -> tuple[npt.NDArray[np.float64], Sequence[str]]:
    """The numbers of the answers, `(n, columns)`, and the labels of the columns."""
    if isinstance(names, str):
        rows, known = _matrix(found, names), labels
    else:
        if not names:
            raise found.error(f"expected columns of answers, as `{EXAMPLE}`, but got none")
        rows = np.column_stack([_floats(found, found[name], name) for name in names])
        known = labels or (names if len(names) > 1 or output == "labels" else None)
    if output == "value":
        if rows.shape[1] != 1:
            raise found.error(f"`value` is one number for each sample, but got {rows.shape[1]}")
        return rows, ["value"]
    if output == "probabilities" and rows.shape[1] == 1:
        if known is None or len(known) != 2:
            raise found.error(
                "one column of probabilities is that of the second of two classes: add `labels: [first, second]`"
            )
        rows = np.column_stack([1 - rows[:, 0], rows[:, 0]])
    if known is None:
        raise found.error(f"nothing says what its {rows.shape[1]} columns of probabilities are: add `labels: [..]`")
    if len(known) != rows.shape[1]:
        raise found.error(f"it has {rows.shape[1]} columns of probabilities for {len(known)} labels ({listed(known)})")
    return rows, known


def _matrix(found: Columns, name: str) -> npt.NDArray[np.float64]:
    """A column of numbers, `(n, 1)`, or of lists of as many numbers each."""
    cells = found[name]
    if found.are_arrays:
        array = np.asarray(cells)
        if array.ndim not in (1, 2) or array.dtype.kind not in "fiub" or not array.size:
            raise found.error(
                f"expected an array of numbers, (n, classes) or (n,), but got {array.shape} {array.dtype}"
            )
        return array.astype(np.float64).reshape(len(array), -1)
    if not isinstance(cells[0], (list, tuple)):
        return _floats(found, cells, name).reshape(-1, 1)
    for at, cell in enumerate(cells, 1):
        if not isinstance(cell, (list, tuple)) or len(cell) != len(cells[0]):
            raise found.error(f"row {at} has {cell!r:.60} in column {name!r}: expected {len(cells[0])} numbers")
    columns = [_floats(found, column, name) for column in zip(*cells, strict=True)]
    return np.column_stack(columns)


def _floats(found: Columns, cells: Sequence[Any], name: str) -> npt.NDArray[np.float64]:
    try:
        if not any(cell is None or isinstance(cell, bool) for cell in cells):
            return np.array(cells, dtype=np.float64).reshape(len(cells))
    except (ValueError, TypeError):
        pass
    at, cell = next((at, cell) for at, cell in enumerate(cells, 1) if not _is_number(cell))
    raise found.error(f"row {at} has {cell!r:.60} in column {name!r}: expected a number")


def _require(found: Columns, rows: npt.NDArray[np.float64], output: Output, ids: Sequence[str] | None) -> None:
    """Raise UserError for the first row that is no answer."""
    kind = output_kind(output)
    if kind.holds(rows):
        return
    at = next(at for at in range(len(rows)) if not kind.holds(rows[at : at + 1]))
    which = f"row {at + 1}" + (f" (id {ids[at]!r})" if ids else "")
    hint = "" if np.isnan(rows[at]).any() else kind.hint
    raise found.error(f"{which} has the answer {rows[at].tolist()}: expected {kind.expected}{hint}")


def _cells(cells: Sequence[Any]) -> list[Any]:
    return cells.tolist() if isinstance(cells, np.ndarray) else list(cells)


def _word(cell: Any) -> str:
    """A cell as a word: 1 and 1.0 are the same, as in the data."""
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


def _folded(word: str) -> str:
    return word.strip().casefold()


def _is_number(cell: Any) -> bool:
    try:
        float(cell)
    except (ValueError, TypeError):
        return False
    return not isinstance(cell, bool)
