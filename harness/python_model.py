"""The model `python`: any callable that can be imported."""

from __future__ import annotations

import importlib
import sys
import traceback
from typing import Annotated, Any, TypeAlias

from pydantic import AfterValidator

from harness.errors import UserError, nearest


def _named(text: str) -> str:
    module, _, path = text.partition(":")
    if not module or not path:
        raise ValueError(f"expected module:object, like my_model:predict, but got {text!r}")
    return text


Named: TypeAlias = Annotated[str, AfterValidator(_named)]
"""An object by its module and its name there: `module:object`."""


def python(*, object: Named) -> Any:  # the suite's key is `object`
    """Any Python callable `(inputs) -> probabilities (n, classes)`, given as `module:object`.

    Modules are looked up in the suite's folder, in the working directory and among what is installed. The
    labels come from the suite's `labels:` or the object's own `labels`.
    """
    module_name, _, path = object.partition(":")
    found = _imported(module_name)
    for name in path.split("."):
        if not hasattr(found, name):
            raise UserError(f"model 'python': {module_name} has no {path!r}{nearest(name, dir(found))}")
        found = getattr(found, name)
    if isinstance(found, type):
        raise UserError(f"model 'python': {object} is a class: expected a callable, like an instance of it")
    return found


def _imported(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        raise UserError(
            f"model 'python': cannot import {name!r}: {error}{_place(error)}; searched {', '.join(sys.path[:3])} …"
        ) from error
    except (Exception, SystemExit) as error:  # the module is the user's, and so is what it raises
        raise UserError(
            f"model 'python': cannot import {name!r}: {type(error).__name__}: {error}{_place(error)}"
        ) from error


def _place(error: BaseException) -> str:
    """Where in the module it failed; nothing where the error says so itself, or the module was not found."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    inside = not isinstance(error, SyntaxError) and "importlib" not in frame.filename
    return f" ({frame.filename}:{frame.lineno})" if inside else ""
