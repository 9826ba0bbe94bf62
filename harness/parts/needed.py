"""What a component needs beside its package, such as a word list: refused before a run where it is not here."""

from __future__ import annotations

from harness.errors import UserError, listed
from harness.sessions.traits import traits_of
from harness.suite.components import Component


def require_here(component: Component) -> None:
    """Raise UserError for what a perturbation needs and is not here, such as a word list, with the line to fetch it."""
    resources = traits_of(component.function).resources
    if missing := [(name, how) for name, is_here, how in (resources() if resources else ()) if not is_here]:
        names, ways = listed(name for name, _ in missing), "; ".join(how for _, how in missing)
        raise UserError(f"{component.title} needs {names}, which is not here: {ways}")
