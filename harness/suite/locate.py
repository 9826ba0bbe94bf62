"""Objects of the user's own, named `module:object` and looked up wherever Python looks for modules."""

from __future__ import annotations

import importlib
import os
import sys
import traceback
from pathlib import Path
from typing import Any

from harness.engine.strangers import caught, error_line
from harness.errors import UserError, listed, nearest


def locate(name: str, *, title: str = "", key: str = "", passing: tuple[type[Exception], ...] = ()) -> Any:
    """The object that `module:object` or `module:object.attribute` names.

    Modules are looked up in the suite's folder, in the working directory and among what is installed. Raises
    UserError where there is none, or the module fails: it begins with `title`, names the `key` of the suite to blame,
    the nearest name and the line of the module. Errors of the module that are `passing` are raised as they are.
    """
    at = (key,) if key else ()
    prefix = "".join(f"{each}: " for each in (title, key) if each)
    module, _, path = name.partition(":")
    if not module or not path:
        raise UserError(f"{prefix}expected module:object, but got {name!r}", *at)
    try:
        return _inside(_imported(module, passing), module, path)
    except _NotFoundError as error:
        raise UserError(f"{prefix}{error}", *at) from error.__cause__


class _NotFoundError(Exception):
    """Why there is no such object."""


def _inside(found: Any, module: str, path: str) -> Any:
    for name in path.split("."):
        if not hasattr(found, name):
            raise _NotFoundError(f"{module} has no {path!r}{nearest(name, dir(found))}")
        found = getattr(found, name)
    return found


def _imported(name: str, passing: tuple[type[Exception], ...]) -> Any:
    here = Path.cwd()
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        searched = dict.fromkeys([*sys.path[:2], *sys.path[-2:]])  # the suite's folder is among the last
        raise _NotFoundError(
            f"cannot import {name!r}: {error}{_place(error)}; searched {listed(searched)} and others"
        ) from error
    except passing:
        raise
    except BaseException as error:  # the module is the user's, and so is what it raises
        raise _NotFoundError(f"cannot import {name!r}: {error_line(caught(error))}{_place(error)}") from error
    finally:
        os.chdir(here)  # a module that goes elsewhere does not take the suite's paths along


def _place(error: BaseException) -> str:
    """The line of the module that failed; empty where the error has it, or the module was not found."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    inside = not isinstance(error, SyntaxError) and "importlib" not in frame.filename
    return f" ({frame.filename}:{frame.lineno})" if inside else ""
