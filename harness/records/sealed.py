"""Text files for the user's repository, compared by line and ended by a checksum: a first line, sections of lines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from harness.errors import UserError
from harness.files import replace_file

SECTION, END = "== ", "== end "
MOST_BYTES = 2**30
"""A larger file is none of ours."""


@dataclass(frozen=True)
class Sealing:
    """A kind of such files: its name in the first line and in messages, its format, and how one is made again."""

    name: str
    article: str
    format: int
    again: str

    @property
    def first_line(self) -> str:
        """What a file of this kind and format begins with."""
        return f"harness-{self.name} {self.format}"

    @property
    def expected(self) -> str:
        """The beginning of messages about a file that is none."""
        return f"expected {self.article}, which begins with {self.first_line!r}"

    def read(self, path: Path) -> str:
        """The content of a file up to its checksum; raises UserError for one that is none, was cut or edited."""
        try:
            if path.stat().st_size > MOST_BYTES:
                raise UserError(f"{path}: expected {self.article} of at most {MOST_BYTES} bytes")
            text = path.read_bytes().decode("utf-8").replace("\r\n", "\n")
        except OSError as error:
            raise UserError(f"{path}: cannot be read: {error.strerror}") from None
        except UnicodeDecodeError:
            raise UserError(f"{path}: {self.expected}, but it is no text") from None
        first = text.partition("\n")[0]
        if first != self.first_line:
            raise UserError(f"{path}: {self.expected}, but it begins with {first[:80]!r}{self._hint(first)}")
        content, mark, given = text.rpartition(END)
        if not mark or given.strip() != _checksum(content):
            raise UserError(f"{path}: its checksum does not fit: it was cut or edited; {self.again}")
        return content

    def _hint(self, first: str) -> str:
        of_another = first.startswith(f"harness-{self.name}")
        return f": it is of another version of model-harness; {self.again}" if of_another else ""


def sealed(text: str) -> str:
    """A text, which ends with a newline, and its checksum."""
    return text + END + _checksum(text) + "\n"


def sections(content: str) -> Mapping[str, list[str]]:
    """The lines below the first one by the line that heads them; those before any under the empty one."""
    found: dict[str, list[str]] = {"": []}
    lines = found[""]
    for line in content.split("\n")[1:-1]:
        if line.startswith(SECTION):
            lines = found[line] = []
        else:
            lines.append(line)
    return found


def write_sealed(path: Path, text: str) -> None:
    """Replace such a file as a whole; raises OSError."""
    replace_file(path, lambda aside: aside.write_text(text, encoding="utf-8", newline="\n"))


def _checksum(text: str) -> str:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
