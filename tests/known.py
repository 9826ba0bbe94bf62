"""Known failures made by hand, and a project that has found some."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.failures.known import Known, KnownFailure, Origin, key_of, write_failures

if TYPE_CHECKING:
    from conftest import Project

TOY = {"use": "python", "object": "toy:predict"}
BETTER = """
import toy

def predict(texts):
    return toy.predict([text.replace("odd", "bad") for text in texts])

predict.labels = toy.predict.labels
"""
"""The toy that knows one more word."""


def failure(text: str, truth: str = "positive", **fields: Any) -> KnownFailure:
    """A failure of the task `classification`."""
    given = {"task": "classification", "part": "", "sample": "s", "answered": "negative", "why": "wrong", **fields}
    return KnownFailure(key=key_of(text, truth), truth=truth, input=text, **given)


def known(*failures: KnownFailure, **origin: Any) -> Known:
    """Failures of the toy model."""
    whose = {"suite": "quick", "kind": "text", "output": "probabilities", "labels": ["negative", "positive"]}
    return Known(Origin(**{**whose, "model": TOY, **origin}), {each.key: each for each in failures})


def kept(path: Path, *failures: KnownFailure, **origin: Any) -> Path:
    """A file of them."""
    write_failures(path, known(*failures, **origin))
    return path


def found(project: Project, *options: str) -> Path:
    """The failures of the project's suite, frozen."""
    if not (project.folder / "out").exists():
        project.finish("out")
    called = project.harness("freeze", "out", *options)
    assert called.code == 0, called.err
    return project.folder / called.out.strip()
