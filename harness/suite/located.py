"""What is wrong at a place of a suite, with `file:line` in front."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from harness.errors import HarnessError, MissingExtra, UserError
from harness.suite.file import Suite, SuiteFile


def place(suite: Suite, at: int) -> tuple[str | int, ...]:
    """The place of a data set in the suite."""
    return ("data", at) if isinstance(suite.data, list) else ("data",)


def called(file: SuiteFile, call: Callable[[], Any], *path: str | int) -> Any:
    """The result of a call that concerns a place of the suite."""
    with located(file, *path):
        return call()


@contextmanager
def located(file: SuiteFile, *path: str | int) -> Iterator[None]:
    """Put `file:line` in front of what is wrong at a place of the suite."""
    try:
        yield
    except MissingExtra:
        raise
    except HarnessError as error:
        at = error.at if isinstance(error, UserError) else ()
        raise UserError(f"{file.where(*path, *at)}: {error}") from error
