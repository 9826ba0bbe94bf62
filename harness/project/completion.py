"""What a shell may complete: suites, components and their kinds. Nothing is loaded for it."""

from __future__ import annotations

from pathlib import Path

_OWN = "harness."
"""How the groups of entry points of components begin."""

_NO_KIND = {"harness.wrappers"}
"""Groups of what no suite names."""


def suites(incomplete: str) -> list[str]:
    """The suites of the working directory and those that are installed."""
    files = {path.name for ending in ("yaml", "yml") for path in Path().glob(f"*.harness.{ending}")}
    return _beginning(incomplete, {*files, *_by_kind().get("suites", ())})


def components(incomplete: str) -> list[str]:
    """Every installed component."""
    return _beginning(incomplete, {name for names in _by_kind().values() for name in names})


def kinds(incomplete: str) -> list[str]:
    """Every kind of component that is installed."""
    return _beginning(incomplete, _by_kind())


def _beginning(incomplete: str, names: set[str] | dict[str, set[str]]) -> list[str]:
    return [each for each in sorted(names) if each.startswith(incomplete)]


def _by_kind() -> dict[str, set[str]]:
    from importlib.metadata import entry_points  # which takes as long as the rest of `harness --help`

    points = entry_points()
    groups = {group for group in points.groups if _OWN in group} - _NO_KIND
    return {group.removeprefix(_OWN): points.select(group=group).names for group in groups}
