"""A known failure: an input that a model answered wrong, and what is true of it; many of them are a file.

    harness-failures 1
    { the head: whose failures they are, the kind of input, labels, output, the model and where its paths begin }
    == failures
    KEY {"task": …, "part": …, "sample": …, "truth": …, "answered": …, "why": …, "input": …}
    == end CHECKSUM

A line is a failure, in the order in which they were found, so that a later freeze adds lines and moves none.
"""

from __future__ import annotations

import json
from base64 import b32encode
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from hashlib import blake2b
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from harness.errors import UserError, legible, listed
from harness.files import encodable
from harness.kinds.inputs import input_kind
from harness.records.sealed import Sealing, sealed, sections, write_sealed
from harness.suite.complaints import complaint
from harness.types import Output

T = TypeVar("T")

SUFFIX = ".failures"
SEALING = Sealing(
    "failures", "a file of known failures", 1, "take it as it was from your repository, or freeze its run once more"
)
FAILURES = "== failures"
KEY_BYTES = 8
"""Among a million failures two have one key by chance once in 37 million files."""


@dataclass(frozen=True)
class KnownFailure:
    """An input that a model answered wrong: `input` and `truth` in words as a run keeps them.

    `task`, `part` and `sample` (its key, by content) say what found it first, `answered` what the model decided then,
    `why` it in one line. `key` is a hash of input and truth: who finds it again finds the same failure.
    """

    key: str
    task: str
    part: str
    sample: str
    truth: str
    answered: str
    why: str
    input: str

    @property
    def place(self) -> str:
        """What found it: `attack/deepwordbug`."""
        return f"{self.task}/{self.part}" if self.part else self.task


@dataclass(frozen=True)
class Origin:
    """Whose failures they are: the suite, the kind of input, labels and output of its model, and the model's spec.

    `folder` is what paths of the model are relative to, itself relative to the file; `installed` names the installed
    suite in whose folder they begin. `within` is how far from the truth a number may be.
    """

    suite: str
    kind: str
    output: Output
    labels: Sequence[str]
    model: Mapping[str, Any]
    confidence: float = 0.95
    folder: str = "."
    installed: str = ""
    within: float | None = None


@dataclass(frozen=True)
class Known:
    """Known failures by key, in their order, and whose they are."""

    origin: Origin
    failures: Mapping[str, KnownFailure] = field(default_factory=dict)

    def merged(self, other: Known) -> Known:
        """These, then those of the other that are not among them; whose they are is what the other says.

        Raises UserError where these are of another kind of input, other labels or another output.
        """
        mine, new = self.origin, other.origin
        for name in ("kind", "output", "labels", "within"):
            old, given = getattr(mine, name), getattr(new, name)
            if old != given:
                raise UserError(
                    f"the file has failures of {name} {_shown(old)}, but the run's are of {name} {_shown(given)}: "
                    "expected the same; name another file with --to"
                )
        return replace(other, failures={**self.failures, **_new(other.failures, self.failures)})

    def without(self, keys: Sequence[str]) -> Known:
        """The same without some; raises UserError for a key that there is not."""
        for key in keys:
            require_known(key, self)
        return replace(self, failures={key: each for key, each in self.failures.items() if key not in keys})


def _new(failures: Mapping[str, KnownFailure], known: Mapping[str, KnownFailure]) -> dict[str, KnownFailure]:
    """Those that are not known."""
    return {key: each for key, each in failures.items() if key not in known}


def require_known(key: str, known: Known) -> None:
    """Raise UserError for the key of no failure."""
    if key not in known.failures:
        raise UserError(f"{key!r} is the key of no failure here: expected one of {listed(list(known.failures)[:10])}")


def key_of(written: str, truth: str) -> str:
    """The key of an input with its truth: 13 letters and digits."""
    whole = blake2b(f"{truth}\0{written}".encode("utf-8", "surrogatepass"), digest_size=KEY_BYTES)
    return b32encode(whole.digest()).decode().rstrip("=").lower()


def failures_text(known: Known) -> str:
    """The text of a file."""
    lines = [SEALING.first_line, *_json(asdict(known.origin), indent=1).split("\n"), FAILURES]
    lines += [f"{key} {_json(_without_key(each))}" for key, each in known.failures.items()]
    return sealed("\n".join(lines) + "\n")


def write_failures(path: Path, known: Known) -> None:
    """Replace a file as a whole; raises UserError where it cannot be written."""
    try:
        write_sealed(path, failures_text(known))
    except OSError as error:
        raise UserError(f"cannot write the failures to {path}: {error.strerror}") from None


def read_failures(path: Path) -> Known:
    """The failures of a file; raises UserError for one that is none, of another format, or was cut or edited."""
    found = sections(SEALING.read(path))
    origin = _origin(found[""], path)
    failures = [_failure(line, path) for line in found.get(FAILURES, ())]
    if len({each.key for each in failures}) < len(failures):
        raise UserError(f"{path}: a failure stands in it twice; {SEALING.again}")
    return Known(origin, {each.key: each for each in failures})


def _origin(lines: Sequence[str], path: Path) -> Origin:
    origin = _validated(Origin, "\n".join(lines), path, "its head")
    input_kind(origin.kind)
    return origin


def _failure(line: str, path: Path) -> KnownFailure:
    key, _, content = line.partition(" ")
    what = f"{line[:60]!r} is no failure"
    found: dict[str, str] = _validated(dict[str, str], content, path, what)
    expected = [name for name in KnownFailure.__dataclass_fields__ if name != "key"]
    if sorted(found) != sorted(expected) or key != key_of(found["input"], found["truth"]):
        raise UserError(f"{path}: {what}; {SEALING.again}")
    return KnownFailure(key, **found)


def _validated(shape: type[T], content: str, path: Path, what: str) -> T:
    try:
        return TypeAdapter(shape).validate_python(json.loads(content))
    except (ValueError, RecursionError) as error:
        why = complaint(error.errors()[0]) if isinstance(error, ValidationError) else str(error)
        raise UserError(f"{path}: {what}: {legible(why)}; {SEALING.again}") from None


def _without_key(failure: KnownFailure) -> dict[str, str]:
    return {name: value for name, value in asdict(failure).items() if name != "key"}


def _json(content: object, indent: int | None = None) -> str:
    return json.dumps(encodable(content), indent=indent, ensure_ascii=False)


def _shown(value: object) -> str:
    return listed(value) if isinstance(value, (list, tuple)) else repr(value)
