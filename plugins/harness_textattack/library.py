"""TextAttack as a guest: imported late, quiet on stdout, kept from downloading."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, redirect_stdout
from pathlib import Path
from typing import Any, Self

from harness import UserError
from harness_textattack.missing import explained
from harness_textattack.resources import fetch_cached


class Contained:
    """A context in which TextAttack prints to stderr and downloads nothing; `paused` while others run."""

    asked_nltk_for: list[str]

    def __enter__(self) -> Self:
        import nltk

        self.asked_nltk_for = []
        self._stack = ExitStack()
        self._stack.enter_context(redirect_stdout(sys.stderr))
        self._stack.enter_context(replaced(nltk, "download", self._refuse))
        if utils := sys.modules.get("textattack.shared.utils"):
            self._stack.enter_context(replaced(utils, "download_from_s3", _from_cache))
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

    def missing(self) -> list[str]:
        """The corpora TextAttack wanted to download that are not there."""
        from nltk.corpus.reader import CorpusReader
        from nltk.corpus.util import LazyCorpusLoader

        missing = []
        for name in self.asked_nltk_for:
            try:
                LazyCorpusLoader(name, CorpusReader, r"").ensure_loaded()
            except LookupError:
                missing.append(name)
        return missing

    def _refuse(self, name: object = None, *_: object, **__: object) -> bool:
        """In place of `nltk.download`, which TextAttack also calls for what is there already."""
        self.asked_nltk_for.append(str(name))
        return False


@contextmanager
def replaced(module: Any, name: str, value: object) -> Iterator[None]:
    """An attribute is another one until the block ends."""
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
        raise UserError(f"TextAttack's {name} is not in {path.parent}: fetch it with\n  {fetch_cached(name)}")
    return str(path)


def load(title: str) -> Any:
    """Import TextAttack; raises UserError, with the title before it, naming what is missing."""
    with explained(title), Contained() as contained:
        from nltk.corpus import stopwords

        stopwords.ensure_loaded()  # TextAttack reads them when it is imported: half imported, it stays broken
        import textattack
        from textattack.shared.utils import path_in_cache

        if contained.asked_nltk_for:  # it believes its first-time downloads done: let it try again alone
            Path(path_in_cache("post_install_check_3")).unlink(missing_ok=True)
        for talkative in ("textattack.shared.utils.install", "flair", "jieba"):
            logging.getLogger(talkative).setLevel(logging.ERROR)
    return textattack
