"""Hugging Face `datasets` as a guest: quiet, without remote code, and with its complaints made readable."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from textwrap import shorten
from typing import Any

from harness import UserError, listed, nearest

SAVED = ("dataset_dict.json", "state.json")
"""The files that `save_to_disk` writes for a `DatasetDict` and for a `Dataset`."""

_CONFIGURATIONS = re.compile(r"(?:Config name is missing|BuilderConfig .* not found).*\[(.*)\]", re.DOTALL)


def load(path: Path | str, name: str | None, split: str | None, revision: str | None) -> list[dict[str, Any]]:
    """The rows of one split; see `harness_datasets.datasets`."""
    import datasets

    datasets.disable_progress_bars()
    logging = datasets.utils.logging
    if logging.get_verbosity() > logging.INFO:
        logging.set_verbosity(logging.CRITICAL)  # what it would log is raised as well
    title = f"data 'datasets': {path}"
    with tempfile.TemporaryDirectory() as cache, _explained(title, path, name):
        if not Path(path).exists():
            splits = datasets.load_dataset(str(path), name, revision=revision, trust_remote_code=False)
        else:
            splits = _local(Path(path), name, revision, cache)
        return [_lasting(row, cache) for row in _named_labels(_undecoded(_chosen(splits, split, title)))]


def _local(path: Path, name: str | None, revision: str | None, cache: str) -> Any:
    """The splits in a folder; what the library writes goes to `cache`."""
    import datasets

    if path.is_file():
        raise UserError(f"data 'datasets': {path} is a file: expected a folder (`use: files` reads files)")
    if revision is not None:
        raise UserError(f"data 'datasets': {path} is a folder, which has no revision {revision!r}: leave it out")
    if not any((path / each).exists() for each in SAVED):
        _check_name(path, name)
        options = datasets.DownloadConfig(cache_dir=cache)
        return datasets.load_dataset(
            str(path.absolute()), name, cache_dir=cache, download_config=options, trust_remote_code=False
        )
    if name is not None:
        raise UserError(f"data 'datasets': {path} is a saved dataset without configurations: leave name {name!r} out")
    return datasets.load_from_disk(str(path))


def _check_name(path: Path, name: str | None) -> None:
    """Raise UserError for a configuration that the folder does not have: the library would take any name."""
    from datasets import get_dataset_config_names

    names = [] if name is None else get_dataset_config_names(str(path.absolute()))
    if name is not None and name not in names:
        raise UserError(_not_found(f"data 'datasets': {path}", "configuration", name, {each: each for each in names}))


def _chosen(splits: Any, split: str | None, title: str) -> Any:
    """One `Dataset`; a `Dataset` saved alone has a split only if it was given one."""
    if not isinstance(splits, dict):
        splits = {str(splits.split or "train"): splits}
    sizes = {str(each): f"{each} ({rows.num_rows} rows)" for each, rows in splits.items()}
    if split is None and len(sizes) == 1:
        return next(iter(splits.values()))
    if split not in sizes:
        raise UserError(_not_found(title, "split", split, sizes))
    return splits[split]


def _not_found(title: str, what: str, name: str | None, known: Mapping[str, str]) -> str:
    """The error for an unknown split or configuration, or for none given where there are several."""
    if name is None:
        return f"{title} has several {what}s: choose one with `{_KEYS[what]}`: {listed(known.values())}"
    return f"{title} has no {what} {name!r}: expected one of {listed(known.values())}{nearest(name, known)}"


_KEYS = {"split": "split", "configuration": "name"}


def _undecoded(table: Any) -> Any:
    """The table with its images as the files they are, `bytes` and `path`: decoded, thousands would fill the memory."""
    from datasets import Image

    for column, feature in table.features.items():
        if isinstance(feature, Image):
            table = table.cast_column(column, Image(decode=False))
    return table


def _lasting(row: dict[str, Any], cache: str) -> dict[str, Any]:
    """The row with the bytes of files that lie where the library unpacked them, which is soon gone."""
    for column, cell in row.items():
        if isinstance(cell, dict) and set(cell) == {"bytes", "path"} and str(cell["path"]).startswith(cache):
            row[column] = {**cell, "bytes": cell["bytes"] or Path(cell["path"]).read_bytes()}
    return row


def _named_labels(table: Any) -> list[dict[str, Any]]:
    """Rows in which the numbers of every `ClassLabel`, alone or in a list, are its names."""
    naming = {column: named for column, feature in table.features.items() if (named := _naming(feature))}
    return [
        row | {column: named(row[column]) for column, named in naming.items()} if naming else row
        for row in map(dict, table)
    ]


def _naming(feature: Any) -> Callable[[Any], Any] | None:
    from datasets import ClassLabel

    if isinstance(feature, ClassLabel):
        return lambda number: None if number is None or number < 0 else feature.names[number]
    inner = feature[0] if isinstance(feature, list) else getattr(feature, "feature", None)
    named = None if inner is None else _naming(inner)
    return named and (lambda numbers: None if numbers is None else [named(each) for each in numbers])


@contextmanager
def _explained(title: str, path: Path | str, name: str | None) -> Iterator[None]:
    """Raise a UserError that says what to do, whatever the library raised."""
    from datasets.exceptions import DatasetsError

    try:
        yield
    except (DatasetsError, ImportError, KeyError, OSError, RuntimeError, TypeError, ValueError) as error:
        raise UserError(_complaint(title, path, name, error)) from error


def _complaint(title: str, path: Path | str, name: str | None, error: Exception) -> str:
    cause: BaseException = error  # at the bottom: `datasets` only says that generating failed
    while cause.__cause__ is not None:
        cause = cause.__cause__
    if match := _CONFIGURATIONS.search(str(error)):
        return _not_found(title, "configuration", name, {each: each for each in re.findall(r"'([^']*)'", match[1])})
    if "scripts are no longer supported" in str(error) or "trust_remote_code" in str(error):
        return f"{title} is made by code of its own, which is never run: save its rows as files ({error})"
    if not Path(path).exists():
        return f"{title} is neither a folder here nor a dataset that the hub gave ({_brief(error)})"
    return f"{title} could not be read: {_brief(cause)}"


def _brief(error: BaseException) -> str:
    return f"{type(error).__name__}: {shorten(str(error), 400)}"
