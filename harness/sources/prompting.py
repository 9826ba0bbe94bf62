"""What a model that is a prompt would be asked about an input, before it is loaded."""

from __future__ import annotations

from typing import Any

from harness.errors import AnswerError, UserError
from harness.sessions.traits import traits_of
from harness.suite.components import Component


def prompt_of(model: Component, value: Any) -> str:
    """The whole prompt about an input, empty for a model that says of none; raises UserError where it cannot be made.

    Such as for a template with a field that the input has not.
    """
    trait = traits_of(model.function).prompt
    if trait is None:
        return ""
    try:
        return trait.filled(value, **model.parameters)
    except (AnswerError, TypeError, ValueError) as error:
        raise UserError(str(error), trait.template) from None
