"""Where a suite of behavioural tests comes from: what ships, a file, or what the user wrote in its place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from pydantic import ValidationError

from harness import UserError, listed, nearest
from harness_behaviour.cases import BehaviourCase
from harness_behaviour.saved import read_rows, read_saved
from harness_behaviour.written import Expect, read_written

FOLDER = Path(__file__).parent / "suites"
MOST_BYTES = 2**24
"""Bytes of a suite in YAML; more is no suite that a person wrote."""


@dataclass(frozen=True)
class Suite:
    """The cases of a suite, what messages call it, and the tests of which nobody knows what they expect."""

    where: str
    cases: Sequence[BehaviourCase]
    unknown: Sequence[str] = ()


def shipped() -> list[str]:
    """The names of the suites that ship."""
    return sorted(path.stem for path in FOLDER.glob("*.yaml"))


def read_suite(
    named: Path | str | Mapping[str, Any],
    columns: Mapping[str, str | list[str]],
    expect: Mapping[str, Mapping[str, Any]],
    drawn: tuple[int | None, int],
) -> Suite:
    """The suite; `drawn` is how many cases of each test, and by which seed. Raises UserError with what is wrong."""
    if isinstance(named, Mapping):
        return Suite("suite", read_written(named, "suite", *drawn))
    path = Path(named) if isinstance(named, Path) or str(named) not in shipped() else FOLDER / f"{named}.yaml"
    if not path.exists():
        raise UserError(
            f"suite: there is no suite {str(named)!r}: expected a file, or one of {listed(shipped())}"
            f"{nearest(str(named), shipped())}",
            "suite",
        )
    where = path.name
    if path.suffix in {".yaml", ".yml"}:
        return Suite(where, read_written(_parsed(path), where, *drawn))
    cases, unknown = read_saved(read_rows(path), columns, where, _expectations(expect))
    if not cases:
        raise UserError(f"{where}: it has no case: expected rows with what must hold of their answers")
    return Suite(where, _some(cases, *drawn), unknown)


def _parsed(path: Path) -> object:
    import yaml

    try:
        if path.stat().st_size > MOST_BYTES:
            raise UserError(f"{path}: expected a suite of tests, but it has more than {MOST_BYTES:,} bytes")
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise UserError(f"{path}: expected a suite of tests in YAML, but it could not be read: {error}") from None


def _expectations(given: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """What the user says that tests expect, of a base and its changes."""
    found = {}
    for test, raw in given.items():
        try:
            found[test] = Expect.model_validate(raw).read(changes=True)
        except ValidationError as error:
            raise UserError(f"expect: test {test!r}: {error.errors()[0]['msg']}", "expect") from None
        except UserError as error:
            raise UserError(f"expect: test {test!r}: {error}", "expect") from None
    return found


def _some(cases: Sequence[BehaviourCase], n: int | None, seed: int) -> list[BehaviourCase]:
    """At most n cases of each test, drawn by the seed, in their order."""
    if n is None:
        return list(cases)
    places: dict[tuple[str, str], list[int]] = {}
    for at, case in enumerate(cases):
        places.setdefault((case.capability, case.test), []).append(at)
    kept = {at for key, each in places.items() for at in Random(f"{seed} {key}").sample(each, min(n, len(each)))}
    return [case for at, case in enumerate(cases) if at in kept]
