"""Bad input gets a clear error and loses nothing: the right exit code, what is wrong and where."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conftest import Called


def refused(called: Called, *fragments: str, code: int = 2) -> None:
    """The call failed with this code and said this, on stderr only."""
    for fragment in fragments:
        assert fragment in called.err
    assert (called.code, called.out) == (code, "")
    assert "Traceback" not in called.err
