"""The model `python`: any callable that can be imported."""

from __future__ import annotations

import importlib
import sys
from typing import Any

from harness.errors import UserError, nearest


def python(*, object: str) -> Any:  # the suite's key is `object`
    """Any Python callable `(inputs) -> probabilities (n, classes)`, given as `module:object`.

    Modules are looked up in the suite's folder, in the working directory and among what is installed. The
    labels come from the suite's `labels:` or the object's own `labels`.
    """
    module_name, colon, path = object.partition(":")
    if not colon or not module_name or not path:
        raise UserError(f"model 'python': expected object: module:object, but got {object!r}")
    found = _imported(module_name)
    for name in path.split("."):
        if not hasattr(found, name):
            raise UserError(f"model 'python': {module_name} has no {path!r}{nearest(name, dir(found))}")
        found = getattr(found, name)
    return found


def _imported(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise UserError(
            f"model 'python': cannot import {name!r}: {error}; searched {', '.join(sys.path[:3])} …"
        ) from error
