"""The files beside a checkpoint: what they name may be read, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from transformers.utils.hub import cached_file
from transformers.utils.import_utils import is_peft_available

from harness import UserError

INDEX = "model.safetensors.index.json"
"""The file that says which of several files contains a weight."""


def json_beside(path: str, name: str, revision: str | None) -> Any:
    """A file beside a checkpoint; None where there is none, or the hub cannot be asked for it."""
    try:
        return _json(path, name, revision)
    except (OSError, ValueError, RecursionError) as error:
        raise UserError(f"{path}: {name} could not be read: {error}") from None


def _json(path: str, name: str, revision: str | None) -> Any:
    found = cached_file(
        path,
        name,
        revision=revision,
        _raise_exceptions_for_missing_entries=False,
        _raise_exceptions_for_connection_errors=False,
    )
    return json.loads(Path(found).read_text(encoding="utf-8")) if found else None


def require_safetensors(path: str, revision: str | None) -> None:
    """Raise UserError for weights that would come from anything but safetensors files beside the checkpoint's others.

    The library demands such a name of one file, but reads whatever the index of several names, wherever it is.
    """
    for origin, name in _named_weights(path, revision):
        if not isinstance(name, str) or Path(name).name != name or "\\" in name or not name.endswith(".safetensors"):
            raise UserError(
                f"{path}: {origin} names the weights {name!r}: expected files beside it that end in .safetensors, "
                "without a folder (write the model again with `save_pretrained`, or set `allow_pickle: true`)"
            )


def _named_weights(path: str, revision: str | None) -> Iterator[tuple[str, object]]:
    """Every file that a checkpoint names for its weights, and where it is named."""
    own = _mapping(path, "config.json", revision).get("transformers_weights")
    if own not in {None, INDEX}:
        yield "config.json", own
    shards = _mapping(path, INDEX, revision).get("weight_map")
    yield from ((INDEX, each) for each in (shards.values() if isinstance(shards, Mapping) else ()))
    if is_peft_available() and (adapted := _mapping(path, "adapter_config.json", revision)):
        yield "adapter_config.json", adapted.get("base_model_name_or_path")


def _mapping(path: str, name: str, revision: str | None) -> Mapping[str, Any]:
    """A file beside a checkpoint that is a mapping; an empty one where the library will find none either."""
    try:
        found = _json(path, name, revision)
    except OSError:  # no such repository, no such file: the library says it better
        return {}
    except (ValueError, RecursionError) as error:
        raise UserError(f"{path}: {name} could not be read: {error}") from None
    return found if isinstance(found, Mapping) else {}
