"""Waivers: who answers for a known failure, why and until when; in a YAML file beside the failures, for people to edit.

    KEY:
      reason: two letters anywhere are too many for reviews so short
      until: 2026-12-31

A freeze never touches it, so reasons survive, and a change of it is a change that a reviewer sees alone.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from harness.errors import UserError, legible, listed, nearest
from harness.failures.known import SUFFIX, Known, require_known
from harness.files import replace_file
from harness.suite.reading import Lines, parse

MOST_BYTES = 2**20
"""A larger file of waivers is none of ours."""

KEYS = ("reason", "until")


@dataclass(frozen=True)
class Waiver:
    """Why a failure is waived, and the last day, by UTC, on which it is."""

    reason: str
    until: date

    @property
    def expired(self) -> bool:
        """Whether its last day is over."""
        return self.until < datetime.now(UTC).date()


def waivers_of(path: Path) -> Path:
    """The file of the waivers of a file of failures: `it.waivers.yaml` beside `it.failures`."""
    return path.with_name(f"{path.name.removesuffix(SUFFIX)}.waivers.yaml")


def read_waivers(path: Path, known: Known) -> dict[str, Waiver]:
    """The waivers of a file of failures by key; none where there is no such file.

    Raises UserError, with the line, for a waiver without a reason or a date, and for one that names no failure.
    """
    file = waivers_of(path)
    if not file.exists():
        return {}
    try:
        content = file.read_bytes()
        if len(content) > MOST_BYTES:
            raise UserError(f"{file}: expected waivers of at most {MOST_BYTES:,} bytes")
        raw, lines = parse(content.decode("utf-8"), str(file))
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{file}: expected waivers, but it could not be read: {error}") from None
    if raw is None:
        return {}
    if not isinstance(raw, dict):
        raise UserError(f"{file}: expected a mapping of keys of failures to their waivers")
    return {str(key): _waiver(str(key), each, known, file, lines) for key, each in raw.items()}


def waive(path: Path, known: Known, keys: Sequence[str], reason: str, until: str) -> Path:
    """Add waivers to the file beside one of failures; gives back its path.

    Raises UserError for a key of no failure or with a waiver already, and for a date that is none or over.
    """
    words, day, file = legible(reason).strip(), _date(until, "--until"), waivers_of(path)
    if not words:
        raise UserError("--reason: expected why the failure is waived, but it is empty")
    if day < datetime.now(UTC).date():
        raise UserError(f"--until {until}: expected a day that is not over")
    there = read_waivers(path, known)
    for key in keys:
        require_known(key, known)
        if key in there:
            raise UserError(f"{file}: {key} is waived there until {there[key].until}: change that line")
    before = file.read_text(encoding="utf-8") if file.exists() else ""
    text = before + "\n" * (bool(before) and not before.endswith("\n"))
    for key in dict.fromkeys(keys):
        text += f"{key}:\n  reason: {json.dumps(words, ensure_ascii=False)}\n  until: {day}\n"
    try:
        replace_file(file, lambda aside: aside.write_text(text, encoding="utf-8", newline="\n"))
    except OSError as error:
        raise UserError(f"cannot write the waivers to {file}: {error.strerror}") from None
    return file


def _waiver(key: str, given: object, known: Known, file: Path, lines: Lines) -> Waiver:
    where = f"{file}:{lines.get((key,), 1)}"
    if not isinstance(given, Mapping):
        raise UserError(f"{where}: waiver {key!r}: expected `reason` and `until`, but got {given!r:.80}")
    for name in given:
        if name not in KEYS:
            raise UserError(
                f"{where}: waiver {key!r}: unknown key {name!r}: expected {listed(KEYS)}{nearest(str(name), KEYS)}"
            )
    if missing := [name for name in KEYS if given.get(name) in (None, "")]:
        raise UserError(f"{where}: waiver {key!r} has no {missing[0]}: a waiver has a reason and a date")
    reason, until = given["reason"], given["until"]
    if not isinstance(reason, str) or not reason.strip():
        raise UserError(f"{where}: waiver {key!r}: reason: expected words, but got {reason!r:.80}")
    if key not in known.failures:
        why = f"names no kept failure: remove it, or correct its key{nearest(key, known.failures)}"
        raise UserError(f"{where}: waiver {key!r} {why}")
    return Waiver(reason, _date(until, f"{where}: waiver {key!r}: until"))


def _date(given: object, where: str) -> date:
    try:
        if isinstance(given, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", given):
            return date.fromisoformat(given)
    except ValueError:
        pass
    raise UserError(f"{where}: expected a date like 2026-12-31, but got {given!r:.80}")
