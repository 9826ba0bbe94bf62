"""Finds what a recipe misses in the errors that libraries raise, and gives the line that fetches it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from harness import HarnessError, UserError
from harness_textattack.resources import fetch_flair, fetch_model, fetch_nltk, fetch_own

COMPLAINTS = (AttributeError, ImportError, LookupError, OSError, RuntimeError, TypeError, ValueError)
"""The errors of building a recipe when something is missing: NLTK, transformers, flair and TensorFlow differ."""

_NLTK_RESOURCE = re.compile(r"Resource\s+'?([\w.-]+)'?\s+not found")
_COLOURS = re.compile(r"\x1b\[\d+m")


class Watched(Protocol):
    """Knows the corpora that TextAttack wanted to download."""

    def missing(self) -> list[str]: ...


@contextmanager
def explained(title: str, watched: Watched | None = None) -> Iterator[None]:
    """Raise a UserError that names what is missing and the line that fetches it, whatever the library raised."""
    try:
        yield
    except HarnessError as error:
        raise UserError(f"{title}: {error}") from error
    except COMPLAINTS as error:
        known = next((text for find in _FINDERS if (text := find(error))), None)
        raise UserError(f"{title}: {known or _as_it_says(error, watched)}") from error


def _as_it_says(error: BaseException, watched: Watched | None) -> str:
    hints = "".join(f"; {_nltk_needs(name)}" for name in (watched.missing() if watched else ()))
    return f"{type(error).__name__}: {_text(error).partition(chr(10))[0]}{hints}"


def _text(error: BaseException) -> str:
    return _COLOURS.sub("", str(error)).strip()


def _corpus(error: BaseException) -> str | None:
    found = _NLTK_RESOURCE.search(_text(error))
    return _nltk_needs(found[1]) if found else None


def _nltk_needs(name: str) -> str:
    import nltk

    return (
        f"NLTK's {name} is not in {', '.join(map(str, nltk.data.path[:2]))}: fetch it with\n"
        f"  {fetch_nltk(name)}\nor set NLTK_DATA to the folder that has it"
    )


def _tagger(error: BaseException) -> str | None:
    """The tagger that flair could not load: its message has the folder it downloads to at most."""
    name = _local(error, "tag_type") if isinstance(error, OSError) else None
    return f"flair's tagger {name} is not here: fetch it with\n  {fetch_flair(name)}" if name else None


def _model(error: BaseException) -> str | None:
    """The hub model that transformers could not load: its message does not say."""
    name = _local(error, "path_or_repo_id") if isinstance(error, OSError) else None
    return f"the model {name} is not here: fetch it with\n  {fetch_model(name)}" if name else None


def _own_file(error: BaseException) -> str | None:
    """A file of TextAttack's own that its release forgot."""
    if not isinstance(error, FileNotFoundError) or "/textattack/" not in (path := Path(str(error.filename)).as_posix()):
        return None
    name = path.rpartition("/textattack/")[2]
    return f"TextAttack was released without its {name}: fetch it with\n  {fetch_own(Path(path), name)}"


_FINDERS: tuple[Callable[[BaseException], str | None], ...] = (_corpus, _tagger, _model, _own_file)


def _local(error: BaseException, name: str) -> str | None:
    """A text that a function on the way to the error was called with."""
    trace = error.__traceback__
    while trace:
        value = trace.tb_frame.f_locals.get(name)
        if isinstance(value, str):
            return value
        trace = trace.tb_next
    return None
