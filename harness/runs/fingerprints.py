"""What tells one run from another: hashes of its suite, its models and its data."""

from __future__ import annotations

import hashlib
import inspect
import json
from collections.abc import Mapping, Sequence

from harness.data.samples import Data
from harness.engine.adapters import Connection
from harness.own.source import code_of
from harness.suite.file import Suite


def fingerprints(suite: Suite, models: Mapping[str, Connection], sets: Sequence[Data]) -> dict[str, str]:
    """Hashes of what a run must have in common with the one that it resumes: suite, models and data."""
    dumped = suite.model_dump(mode="json")
    for way in ("executor", "timeout", "variants"):  # where it is computed, for how long, beside what: not what
        dumped.pop(way)
    for spec in (dumped["model"], *dumped["models"].values()):
        for way in ("device", "budget"):  # how it is computed, not what
            spec.pop(way, None)
    return {
        "suite": digest(json.dumps(dumped, sort_keys=True)),
        "model": digest(*(f"{name}={identity(model)}" for name, model in sorted(models.items()))),
        "data": sets[0].fingerprint if len(sets) == 1 else digest(*(data.fingerprint for data in sets)),
    }


def identity(model: Connection) -> str:
    """The identity of a model: its fingerprint; for a callable its name and code, if readable.

    What the code reads besides, like weights, is not known.
    """
    if model.fingerprint is not None:
        return model.fingerprint
    function = model.adapter if inspect.isroutine(model.adapter) else type(model.adapter)
    return digest(f"{function.__module__}.{function.__qualname__}", *code_of(function))


def digest(*parts: str) -> str:
    """A short hash of some texts."""
    whole = hashlib.blake2b(digest_size=16)
    for part in parts:
        whole.update(part.encode("utf-8", "surrogatepass") + b"\0")
    return whole.hexdigest()
