"""The model `python`: any callable that can be imported."""

from __future__ import annotations

from typing import Annotated, Any, TypeAlias

from pydantic import AfterValidator

from harness import UserError, locate


def _named(text: str) -> str:
    module, _, path = text.partition(":")
    if not module or not path:
        raise ValueError(f"expected module:object, like my_model:predict, but got {text!r}")
    return text


Named: TypeAlias = Annotated[str, AfterValidator(_named)]
"""An object by its module and its name there, `module:object`: a suite is refused before anything is imported."""


def python(*, object: Named) -> Any:  # the suite's key is `object`
    """Any Python callable `(inputs) -> probabilities (n, classes)`, given as `module:object`.

    Modules are looked up in the suite's folder, in the working directory and among what is installed. The
    labels come from the suite's `labels:` or the object's own `labels`.
    """
    found = locate(object, title="model 'python'", key="object")
    if isinstance(found, type):
        raise UserError(
            f"model 'python': object: {object} is a class: expected a callable, like an instance of it", "object"
        )
    return found
