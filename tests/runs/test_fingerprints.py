"""What tells one model from another when a run is resumed."""

from __future__ import annotations

from typing import Any

from harness.models import connect
from harness.runs.fingerprints import identity


def fine(texts: list[str]) -> list[list[float]]:
    return [[0.0, 1.0] for _ in texts]


class Adapter:
    """A model that is an object."""

    labels = ("a", "b")

    def __init__(self, **more: Any) -> None:
        vars(self).update(more)

    def predict(self, texts: list[str]) -> list[list[float]]:
        return fine(texts)


def test_a_models_own_fingerprint_is_taken() -> None:
    adapter = Adapter(fingerprint="abc")
    assert identity(connect(adapter)) == identity(connect(adapter, labels=["x", "y"])) == "abc"


def test_a_callable_is_told_by_its_name_and_source() -> None:
    def other(texts: list[str]) -> list[str]:
        return texts[:]

    assert identity(connect(fine)) == identity(connect(fine, labels=["x", "y"])) != identity(connect(other))
    assert identity(connect(Adapter())) == identity(connect(Adapter()))
    assert identity(connect(len)) != identity(connect(print))
