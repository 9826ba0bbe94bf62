"""Objects of the user's own, named `module:object`: looked up among what is installed, then in folders of the suite's.

Only a suite that names one makes these folders importable. Libraries try to import many optional modules, and a file
of such a name beside a suite of pure data, or in the working directory, must not be run in their place.
"""

from __future__ import annotations

import importlib
import os
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from harness.engine.strangers import caught, error_line
from harness.errors import UserError, listed, nearest

_WAITING: ContextVar[list[str] | None] = ContextVar("folders of own modules", default=None)
"""Folders that are searched once an object is named."""

_REFUSED: ContextVar[bool] = ContextVar("own objects are refused", default=False)


@contextmanager
def no_own_objects() -> Iterator[None]:
    """No object of the user's own is looked up; `locate` raises UserError in its place."""
    before = _REFUSED.set(True)
    try:
        yield
    finally:
        _REFUSED.reset(before)


@contextmanager
def import_folders(*folders: Path) -> Iterator[None]:
    """From the first object on that `locate` looks up, modules in these folders can be imported; undone afterwards.

    Behind everything that is installed, since a file of the user's that happens to be called like a library's must not
    be run in its place. Until the end, since a model may import when it is asked.
    """
    own = [str(folder.resolve()) for folder in folders]
    waiting = _WAITING.set(own[:])
    try:
        yield
    finally:  # only these very entries: the same folder may be the host's own, or another run's
        _WAITING.reset(waiting)
        sys.path[:] = [each for each in sys.path if not any(each is one for one in own)]


def own_objects_are_refused() -> bool:
    """Whether this is within `no_own_objects`."""
    return _REFUSED.get()


def make_own_importable() -> None:
    """Make modules in the suite's folder and in the working directory importable, for the rest of the run.

    For what the suite trusts by the name of its type, or as a pickle; `locate` does it by itself.
    """
    if _REFUSED.get():
        raise UserError("it would run code of its own, which is refused here (--untrusted, or a run that is read)")
    waiting = _WAITING.get() or []
    sys.path += waiting
    waiting.clear()


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
    make_own_importable()
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
