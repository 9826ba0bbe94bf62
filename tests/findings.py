"""How the findings of a broken component are written."""

from __future__ import annotations

from typing import Any

from harness.testing import problems


def lines(component: Any, **options: Any) -> str:
    """The problems of a component, a line each; none of them is a traceback."""
    found = problems(component, **options)
    assert all("\n" not in str(each) and "Traceback" not in str(each) for each in found)
    return "\n".join(map(str, found))
