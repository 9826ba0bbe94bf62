"""Records: what became of every case, one row each, durable as it finishes.

While a run goes on, a task's records are lines of JSON; afterwards they are one Parquet file, the payload an
Arrow struct with the fields of the task's own dataclass.
"""

from __future__ import annotations

import dataclasses
import json
import os
import types
import typing
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, Literal, NamedTuple, TypeAlias, TypeVar, cast

from pydantic_core import PydanticSerializationError, SchemaSerializer, core_schema

from harness.errors import UserError
from harness.files import encodable, replace_file
from harness.records.checksums import fits, seal, with_checksum
from harness.types import Skipped

if TYPE_CHECKING:
    import pyarrow as pa

    from harness.engine.cases import Outcome

P = TypeVar("P")
ROWS_PER_GROUP = 2**16
"""Rows of a Parquet file that are compressed, and read again, together."""

TAIL_BYTES = 2**20
"""Bytes at the end of a file that are searched for a newline at a time."""

Status: TypeAlias = Literal["ok", "skipped", "error"]
ENVELOPE = ("task", "part", "sample", "status", "error", "asked")
FINDING = ("finding", "weight", "line", "decision")
"""The columns of a finding in a finished task's records."""

START, END = b'{"task":', b"}"
_encoded = json.JSONEncoder(separators=(",", ":")).encode


class Finding(NamedTuple):
    """The finding of a record against the model, as its task judges it.

    `word` says it (wrong, turned, flipped); an empty one only orders records by `weight`, of which more is worse.
    `line` says it in one line, `decision` which class was decided, for scores of one class.
    """

    word: str
    weight: float
    line: str
    decision: str = ""


@dataclass(slots=True)
class Record(Generic[P]):
    """The envelope every task shares; `payload` is the task's dataclass, None when the case errored.

    `finding` is set once the run is scored, None where the task has nothing to report.
    """

    task: str
    part: str
    sample: str
    status: Status
    error: str | None
    asked: int
    payload: P | None
    finding: Finding | None = None

    @property
    def key(self) -> tuple[str, str]:
        """The key of its case in its task."""
        return (self.part, self.sample)


def record_of(outcome: Outcome) -> Record[Any]:
    """The record of a finished case."""
    (task, part, sample, _), value, error, asked = outcome
    if isinstance(value, Skipped):
        return Record(task, part, sample.id, "skipped", error, asked, value.payload)
    return Record(task, part, sample.id, "error" if error else "ok", error, asked, value)


def to_line(record: Record[Any]) -> bytes:
    """One line of JSON, ASCII only, with its checksum and its newline."""
    return with_checksum(_encoded(_row(record)).encode() + b"\n")


def to_lines(records: Sequence[Record[Any]]) -> bytes:
    """The lines of some records: what `to_line` makes of each, but for how numbers are written, several times as fast.

    They are one list to a quicker writer, cut where a record ends: no text contains such an end unescaped.
    """
    kinds = {type(record.payload) for record in records if record.payload is not None}
    if len(kinds) != 1 or not all(map(dataclasses.is_dataclass, kinds)):
        return b"".join(map(to_line, records))
    try:
        text = _writer(cast("Hashable", kinds.pop())).to_json(records)
    except PydanticSerializationError:  # a lone surrogate
        return b"".join(map(to_line, records))
    lines = text[1:-1].replace(END + b"," + START, END + b"\n" + START) + b"\n"
    if text.isascii() and lines.count(b"\n") == len(records):
        return b"".join(map(with_checksum, lines.splitlines(keepends=True)))
    return b"".join(map(to_line, records))


def from_mapping(plain: Mapping[str, Any], payload: type[P]) -> Record[P]:
    """A record back from its fields; raises TypeError when they are not those of the dataclasses."""
    if unknown := set(plain) - {*ENVELOPE, "payload", *FINDING}:
        raise TypeError(f"unknown field {min(unknown)!r}")
    inside = plain["payload"]
    built = None if inside is None else payload(**inside)
    word = plain.get("finding")
    finding = None if word is None else Finding(word, plain["weight"], plain["line"], plain["decision"])
    return Record(**{name: plain[name] for name in ENVELOPE}, payload=built, finding=finding)


def read_lines(path: Path, payload: type[P]) -> Iterator[Record[P]]:
    """The records of a file of lines; a last line that a killed process left torn is not one.

    Raises UserError, with the line, for anything else that is not a record.
    """
    with path.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            if not line.endswith(b"\n"):
                return
            try:
                yield from_mapping(_plain(line), payload)
            except (ValueError, TypeError, KeyError, RecursionError) as error:
                raise UserError(
                    f"{path}:{number}: not a record of this task: {error}; the run's files were changed"
                ) from None


def _plain(line: bytes) -> dict[str, Any]:
    """The fields of a line; raises ValueError where its checksum does not fit, or it is no mapping."""
    if not fits(line):
        raise ValueError("its checksum does not fit")
    plain = json.loads(line)
    if not isinstance(plain, dict):
        raise ValueError("expected a mapping")  # as for any other content
    return {name: value for name, value in plain.items() if name != "crc"}


def drop_torn_end(path: Path) -> None:
    """Cut what follows the last newline, so that appending begins a line of its own."""
    with path.open("r+b") as file:
        end = file.seek(0, os.SEEK_END)
        while end > 0:
            begin = max(0, end - TAIL_BYTES)
            file.seek(begin)
            newline = file.read(end - begin).rfind(b"\n")
            if newline >= 0:
                end = begin + newline + 1
                break
            end = begin
        file.truncate(end)


def table_of(records: Iterable[Record[Any]], payload: type[Any]) -> pa.Table:
    """Records as they come from lines, by columns; lone surrogates, which UTF-8 cannot encode, become U+FFFD.

    The types of a payload's fields are those of its dataclass; of a mapping, those that its values have.
    """
    import pyarrow as pa

    rows = [_row(record) for record in records]
    try:
        return pa.Table.from_pylist(rows, schema=schema_of(payload, rows))
    except UnicodeEncodeError:
        rows = encodable(rows)
        return pa.Table.from_pylist(rows, schema=schema_of(payload, rows))


def texts(values: Sequence[str | None]) -> pa.Array:
    """A column of texts, as UTF-8 can write them."""
    import pyarrow as pa

    try:
        return pa.array(values, pa.string())
    except UnicodeEncodeError:
        return pa.array(encodable(list(values)), pa.string())


def write_table(path: Path, table: pa.Table) -> None:
    """The same, of what is a table already."""
    from pyarrow import parquet

    def write(aside: Path) -> None:
        parquet.write_table(table, aside, ROWS_PER_GROUP, compression="zstd", write_page_checksum=True)
        seal(aside)

    replace_file(path, write)


def read_table(folder: Path, task: str) -> pa.Table:
    """The records of a finished task as they are stored; raises UserError when there are none."""
    from pyarrow import ArrowException, parquet

    path = folder / "records" / f"{task}.parquet"
    try:
        return parquet.read_table(path, page_checksum_verification=True)
    except (ArrowException, OSError, ValueError) as error:
        raise UserError(f"{path}: not the records of a finished task: {error}") from None


def _row(record: Record[Any]) -> dict[str, Any]:
    return {name: getattr(record, name) for name in ENVELOPE} | {"payload": _fields(record.payload)}


def _fields(payload: Any) -> dict[str, Any] | None:
    if payload is None:
        return None
    if isinstance(payload, dict):
        return payload
    if not dataclasses.is_dataclass(payload):
        raise TypeError(f"expected the task's dataclass as payload, but got {payload!r}")
    return {field.name: getattr(payload, field.name) for field in dataclasses.fields(payload)}


@cache
def _writer(kind: Hashable) -> SchemaSerializer:
    """Writes many records of one payload dataclass at once; reads their fields in place."""
    payload = core_schema.nullable_schema(_as_dataclass(cast("type[Any]", kind)))
    rows = core_schema.list_schema(_as_dataclass(Record, [*ENVELOPE, "payload"], payload=payload))
    return SchemaSerializer(rows, core_schema.CoreConfig(ser_json_inf_nan="constants"))


def _as_dataclass(kind: type[Any], only: Sequence[str] = (), **known: core_schema.CoreSchema) -> core_schema.CoreSchema:
    """A dataclass for the writer: the named fields are known to it, the others may contain anything."""
    names = list(only) or [field.name for field in dataclasses.fields(kind)]
    fields = [core_schema.dataclass_field(name, known.get(name, core_schema.any_schema())) for name in names]
    return core_schema.dataclass_schema(kind, core_schema.dataclass_args_schema(kind.__name__, fields), names)


def schema_of(payload: type[Any], rows: Sequence[Mapping[str, Any]] = ()) -> pa.Schema:
    """The columns of a task's records, its payload as a struct; raises TypeError for a field that is no plain value.

    Where payloads are mappings, their types are those of the rows.
    """
    import pyarrow as pa

    struct = pa.array([row["payload"] for row in rows]).type if payload is dict else _struct_of(payload)
    text = ["task", "part", "sample", "status", "error"]
    return pa.schema([*((name, pa.string()) for name in text), ("asked", pa.int64()), ("payload", struct)])


def _struct_of(payload: type[Any]) -> pa.DataType:
    import pyarrow as pa

    hints = typing.get_type_hints(payload)
    return pa.struct([(field.name, _arrow_type(hints[field.name])) for field in dataclasses.fields(payload)])


def _arrow_type(hint: Any) -> pa.DataType:
    import pyarrow as pa

    scalars = {str: pa.string(), int: pa.int64(), float: pa.float64(), bool: pa.bool_()}
    if hint in scalars:
        return scalars[hint]
    origin, inner = (
        typing.get_origin(hint),
        [each for each in typing.get_args(hint) if each not in (type(None), ...)],
    )
    if origin is Literal:
        return pa.string()
    if origin in (typing.Union, types.UnionType) and len(inner) == 1:
        return _arrow_type(inner[0])
    if origin in (list, tuple):
        return pa.list_(_arrow_type(inner[0]))
    raise TypeError(f"a payload's field cannot be {hint}: expected str, int, float, bool, a list of one, or None")
