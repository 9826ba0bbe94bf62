"""The truth of a sample, from the words in which a run keeps it."""

from __future__ import annotations

from collections.abc import Sequence

from harness.files import encodable
from harness.kinds.outputs import Truth, names_in
from harness.types import Output


def truth_in(written: str | None, labels: Sequence[str], output: Output) -> Truth | None:
    """A truth as the output's `write` made it; raises ValueError for what it never makes."""
    if written is None:
        return None
    try:
        if output == "value":
            return float(written)
        places = {label: at for at, label in enumerate(encodable(list(labels)))}
        found = tuple(places[name] for name in names_in(written, output))
    except (KeyError, TypeError) as error:
        raise ValueError(f"{written!r} is none of the labels") from error
    return found if output == "labels" else found[0]
