"""Every error the harness raises on purpose; the command line turns each into its exit code.

HarnessError
├── UserError      the call or a file is wrong (exit 2)
│   └── MissingExtra   a component needs a package that is not installed
├── RunError       the run could not finish; what finished is kept (exit 3)
├── AnswerError    a model answered something that is not an answer
└── OutOfQueries   an attack would ask more than its `max_queries`
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from unicodedata import category

CLOSE = 0.51
"""How alike a name must be to be meant: of three letters more than one, so that `age` is not what `label` meant."""


class HarnessError(Exception):
    """The root of the tree; its text says what was expected, what came, what to do."""


class UserError(HarnessError):
    """The call or a file is wrong: nothing was run. `at` is the key to blame, below the suite's place that is known."""

    def __init__(self, message: str, *at: str | int) -> None:
        super().__init__(message)
        self.at = at


class MissingExtra(UserError):  # noqa: N818  # it is one, it need not say so
    """A component needs packages that are not installed."""


class RunError(HarnessError):
    """The run could not finish: what finished is kept and `--resume` goes on."""


class AnswerError(HarnessError):
    """A model's answer is of the wrong number, shape or range."""


class OutOfQueries(HarnessError):  # noqa: N818  # a limit that was met, no fault
    """An attack's question would exceed its `max_queries`: it was not asked. Return the best input so far."""


def nearest(word: str, known: Iterable[str]) -> str:
    """The words `; did you mean 'x'?`, or nothing when no known name is close, whatever its case."""
    names = list(known)
    spelled = {name.lower(): name for name in names}
    close = difflib.get_close_matches(word, names, n=1, cutoff=CLOSE) or [
        spelled[each] for each in difflib.get_close_matches(word.lower(), spelled, n=1, cutoff=CLOSE)
    ]
    return f"; did you mean {close[0]!r}?" if close else ""


def listed(names: Iterable[object]) -> str:
    """Names as a readable list, `none` when there are none."""
    return ", ".join(map(legible, names)) or "none"


def first_line(error: BaseException) -> str:
    """The first line of what an error of a library says, or else what it is called."""
    return next(iter(str(error).strip().splitlines()), type(error).__name__)


def legible(text: object) -> str:
    """Anybody's text on one line: what does not print as escapes, and no command to GitHub at its beginning."""
    joiners_and_spaces = {"\u200c", "\u200d"} | {each for each in str(text) if category(each) == "Zs"}
    kept = (each if each.isprintable() or each in joiners_and_spaces else ascii(each)[1:-1] for each in str(text))
    return re.sub(r"^(\s*):(?=:)", r"\1\\x3a", "".join(kept)).replace("##[", "#\\x23[")
