"""The model `predictions`: answers that somebody saved in a file, in place of a model that runs."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from harness import UserError, model
from harness.models import Output

if TYPE_CHECKING:
    from harness_predictions.saved import Saved

Columns = dict[Literal["id", "probabilities", "label", "value"], str | list[str]]
"""Where ids and answers stand."""


def _known(
    *, path: Path, columns: Columns | None = None, labels: list[str] | None = None, output: Output | None = None
) -> tuple[list[str], Output | None]:
    if not path.exists():  # a suite may be written before the answers are
        return labels or [], output
    found = predictions(path=path, columns=columns, labels=labels, output=output)
    return list(found.labels), found.output


@model(known=_known, saved=True)
def predictions(
    *, path: Path, columns: Columns | None = None, labels: list[str] | None = None, output: Output | None = None
) -> Saved:
    """Saved answers, one to each sample: a file in place of a model, for whatever needs no new answers.

    `path` is a table (csv, tsv, json, jsonl, parquet, arrow) or arrays (npy, npz; never a pickle). `columns` says where
    the answers stand: `probabilities`, a column for each class, whose names are the labels unless `labels` says
    otherwise (or one column of lists, or that of the second of two classes); or `label`, the class alone; or `value`, a
    number. With `output: labels` the probabilities are those of labels that may hold together. In npz files a column
    is an array; one that has a single array needs none.

    Answers are joined to the data by `columns: {id: ..}`, here and in the data, else by row, and then only where there
    are as many answers as rows. Answers to other ids are left alone.
    """
    try:
        about = path.stat()
        key = (about.st_mtime_ns, about.st_size)
    except (OSError, ValueError):
        raise UserError(f"model 'predictions': there is no file {str(path)[:200]}", "path") from None
    return _read(path, json.dumps(columns), json.dumps(labels), output, key)


@lru_cache(maxsize=4)
def _read(path: Path, columns: str, labels: str, output: Output | None, _: Any) -> Saved:
    """The answers of a file as it is now: `check` wants to know of them more than once."""
    from harness_predictions.reading import read

    return read(path, json.loads(columns) or {}, json.loads(labels), output)
