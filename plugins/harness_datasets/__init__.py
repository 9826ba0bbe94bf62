"""The data `files`: tables in files, read by Hugging Face `datasets`."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal

from harness import UserError

FORMATS = {"csv": "csv", "tsv": "csv", "json": "json", "jsonl": "json"}


def files(
    *, path: Path, format: Literal["auto", "csv", "tsv", "json", "jsonl"] = "auto"
) -> Iterable[Mapping[str, Any]]:  # the suite's key is `format`
    """Rows of a csv, tsv, json or jsonl file, which may be compressed (.gz).

    `format` is read off the name unless given. Where input, label and id stand, and what labels mean, the
    suite says with `columns` and `labels`.
    """
    if not path.is_file():
        raise UserError(f"data 'files': there is no file {path}")
    kind = _format(path) if format == "auto" else format
    if path.stat().st_size == 0:
        raise UserError(f"data 'files': {path} is empty")
    return _load(path, kind)


def _format(path: Path) -> str:
    endings = [ending[1:].lower() for ending in path.suffixes if ending.lower() != ".gz"]
    if not endings or endings[-1] not in FORMATS:
        raise UserError(
            f"data 'files': cannot tell the format of {path.name}: "
            f"expected one of {', '.join(FORMATS)}, or say `format:`"
        )
    return endings[-1]


def _load(path: Path, kind: str) -> list[dict[str, Any]]:
    from datasets import DownloadConfig, load_dataset
    from datasets.exceptions import DatasetGenerationError
    from datasets.utils.logging import CRITICAL, disable_progress_bar, set_verbosity

    disable_progress_bar()
    set_verbosity(CRITICAL)  # what it would log is raised as well
    options: dict[str, Any] = {"sep": "\t"} if kind == "tsv" else {}
    if FORMATS[kind] == "csv":
        options["keep_default_na"] = False  # the word NA is a text like any other
    with tempfile.TemporaryDirectory() as cache:
        try:
            loaded = load_dataset(
                FORMATS[kind],
                data_files=str(path),
                split="train",
                cache_dir=cache,
                keep_in_memory=True,
                download_config=DownloadConfig(cache_dir=cache),
                **options,
            )
        except (DatasetGenerationError, ValueError, OSError) as error:
            if "corresponds to no data" in str(error):  # a header without rows
                return []
            raise UserError(f"data 'files': {path} could not be read as {kind}: {_cause(error)}") from error
        return list(loaded)


def _cause(error: BaseException) -> str:
    """What went wrong at the bottom: `datasets` only says that generating failed."""
    while error.__cause__ is not None:
        error = error.__cause__
    return f"{type(error).__name__}: {error}"
