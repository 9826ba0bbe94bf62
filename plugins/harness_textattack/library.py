"""TextAttack as a guest: imported late, quiet on stdout, kept from downloading, its complaints made readable."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, redirect_stdout
from pathlib import Path
from typing import Any, Self

from harness import HarnessError, UserError

COMPLAINTS = (AttributeError, ImportError, LookupError, OSError, RuntimeError, TypeError, ValueError)
"""What building a recipe raises over something missing: NLTK, transformers, flair and TensorFlow differ."""

_NLTK_RESOURCE = re.compile(r"Resource\s+'?([\w.-]+)'?\s+not found")
_COLOURS = re.compile(r"\x1b\[\d+m")


class Contained:
    """A context in which TextAttack prints to stderr and downloads nothing; `paused` while others run."""

    asked_nltk_for: list[str]

    def __enter__(self) -> Self:
        import nltk

        self.asked_nltk_for = []
        self._stack = ExitStack()
        self._stack.enter_context(redirect_stdout(sys.stderr))
        self._stack.enter_context(_replaced(nltk, "download", self._refuse))
        if utils := sys.modules.get("textattack.shared.utils"):
            self._stack.enter_context(_replaced(utils, "download_from_s3", _from_cache))
        return self

    def __exit__(self, *error: object) -> None:
        self._stack.close()

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Everything as it was outside, until the block ends."""
        self._stack.close()
        try:
            yield
        finally:
            self.__enter__()

    def lacking(self) -> list[str]:
        """The corpora TextAttack wanted to download that are not there."""
        from nltk.corpus.reader import CorpusReader
        from nltk.corpus.util import LazyCorpusLoader

        lacking = []
        for name in self.asked_nltk_for:
            try:
                LazyCorpusLoader(name, CorpusReader, r"").ensure_loaded()
            except LookupError:
                lacking.append(name)
        return lacking

    def _refuse(self, name: object = None, *_: object, **__: object) -> bool:
        """In place of `nltk.download`, which TextAttack also calls for what is there already."""
        self.asked_nltk_for.append(str(name))
        return False


@contextmanager
def _replaced(module: Any, name: str, value: object) -> Iterator[None]:
    before = getattr(module, name)
    setattr(module, name, value)
    try:
        yield
    finally:
        setattr(module, name, before)


def _from_cache(name: str, *_: object, **__: object) -> str:
    """In place of TextAttack's `download_from_s3`: the path of what was downloaded before."""
    from textattack.shared.utils import path_in_cache

    path = Path(path_in_cache(name))
    if not path.exists():
        raise UserError(
            f"TextAttack's {name} is not in {path.parent}: fetch it with\n"
            f"  python -c \"from textattack.shared.utils import download_from_s3 as get; get('{name}')\""
        )
    return str(path)


def load() -> Any:
    """Import TextAttack; raises UserError naming what it lacks."""
    with explained("attack 'textattack'"), Contained() as contained:
        from nltk.corpus import stopwords

        stopwords.ensure_loaded()  # TextAttack reads them when it is imported: half imported, it stays broken
        import textattack
        from textattack.shared.utils import path_in_cache

        if contained.asked_nltk_for:  # it believes its first-time downloads done: let it try again alone
            Path(path_in_cache("post_install_check_3")).unlink(missing_ok=True)
        for talkative in ("textattack.shared.utils.install", "flair", "jieba"):
            logging.getLogger(talkative).setLevel(logging.ERROR)
    return textattack


@contextmanager
def explained(title: str, contained: Contained | None = None) -> Iterator[None]:
    """Raise a UserError that names what is missing and the line that fetches it, whatever the library raised."""
    try:
        yield
    except HarnessError as error:
        raise UserError(f"{title}: {error}") from error
    except COMPLAINTS as error:
        text = _COLOURS.sub("", str(error)).strip()
        resource, model = _NLTK_RESOURCE.search(text), _model_asked_for(error)
        if resource:
            raise UserError(f"{title}: {_nltk_lacks(resource[1])}") from error
        if model:
            raise UserError(f"{title}: the model {model} is not here: fetch it with\n  hf download {model}") from error
        hint = "".join(f"; {_nltk_lacks(name)}" for name in (contained.lacking() if contained else ()))
        raise UserError(f"{title}: {type(error).__name__}: {text.partition(chr(10))[0]}{hint}") from error


def _nltk_lacks(name: str) -> str:
    import nltk

    return (
        f"NLTK's {name} is not in {', '.join(map(str, nltk.data.path[:2]))}: fetch it with\n"
        f"  python -m nltk.downloader {name}\nor set NLTK_DATA to the folder that has it"
    )


def _model_asked_for(error: BaseException) -> str | None:
    """The hub model that transformers could not load: its message does not say, so the frames must."""
    trace = error.__traceback__
    while trace:
        name = trace.tb_frame.f_locals.get("path_or_repo_id")
        if isinstance(error, OSError) and isinstance(name, str):
            return name
        trace = trace.tb_next
    return None
