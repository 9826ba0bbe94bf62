"""The model `python`: an object of the user's, as it is."""

from __future__ import annotations

import pytest
from harness_python import python

from harness import UserError
from harness.suite import components
from harness.suite.file import Spec


def test_a_callable_is_given_as_it_is() -> None:
    assert python(object="os.path:join") is __import__("os").path.join


def test_it_is_a_component_like_any_other() -> None:
    spec = Spec.model_validate({"use": "python", "object": "os.path:join"})
    assert components.find("models")["python"].value == "harness_python:python"
    assert components.resolve("models", spec).call() is python(object="os.path:join")


def test_a_class_is_refused() -> None:
    with pytest.raises(UserError, match="collections:Counter is a class: expected a callable") as refused:
        python(object="collections:Counter")
    assert refused.value.at == ("object",)
