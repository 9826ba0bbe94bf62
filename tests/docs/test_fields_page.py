"""The page of fields and the code agree."""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import re
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

import harness

PAGE = (Path(__file__).parents[2] / "docs" / "fields.md").read_text(encoding="utf-8")
GROUPS = ("harness", "harness.models", "harness.reports")
NO_DATA = {"BlockingLibrary", "Engine", "Errands", "Member", "RecordTable", "Suite", "Table", "Worker"}
"""Classes that one calls, and the model of a suite file, which has a page and a schema of its own."""


def _shown() -> dict[str, tuple[str, dict[str, str]]]:
    """What the page says: the group of every class, and its fields with their types."""
    found = {}
    for title, section in re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", PAGE, re.DOTALL | re.MULTILINE):
        [group] = re.findall(r"\(`(.+)`\)", title) or ["harness"]
        for name, text in re.findall(r"^### (\w+)\n(.*?)(?=^### |\Z)", section, re.DOTALL | re.MULTILINE):
            rows = re.findall(r"^\| `(\w+)` \| `(.+?)` \| (?=\S)", text, re.MULTILINE)
            found[name] = (group, {field: shape.replace("\\|", "|") for field, shape in rows})
    return found


def _data_classes() -> dict[str, tuple[str, type[Any]]]:
    """Every public class that has data, with its group."""
    named = [(group, name) for group in GROUPS for name in dir(importlib.import_module(group))]
    classes = {name: (group, getattr(importlib.import_module(group), name)) for group, name in named}
    return {name: (group, each) for name, (group, each) in classes.items()
            if inspect.isclass(each) and not getattr(each, "_is_protocol", False) and name not in NO_DATA
            and not issubclass(each, Exception)}  # fmt: skip


def _fields(kind: type[Any]) -> dict[str, str]:
    """The public fields and properties of a class, with their types as its source has them."""
    if dataclasses.is_dataclass(kind):
        found: dict[str, Any] = {field.name: field.type for field in dataclasses.fields(kind)}
    elif issubclass(kind, tuple) or "__slots__" not in vars(kind):
        found = dict(inspect.get_annotations(kind))
    else:
        slots = [name for base in kind.__mro__ for name in vars(base).get("__slots__", ())]
        found = {name: inspect.get_annotations(kind.__init__)[name] for name in slots}
    made = {name: each.fget if isinstance(each, property) else each.func
            for base in kind.__mro__ for name, each in vars(base).items()
            if isinstance(each, (property, cached_property))}  # fmt: skip
    found |= {name: inspect.get_annotations(each)["return"] for name, each in made.items() if each}
    return {name: getattr(each, "__forward_arg__", each) for name, each in found.items() if not name.startswith("_")}


def test_the_page_shows_every_public_class_with_data_in_its_group() -> None:
    assert {name: group for name, (group, _) in _shown().items()} == {
        name: group for name, (group, _) in _data_classes().items()
    }


@pytest.mark.parametrize("name", _data_classes())
def test_the_page_shows_the_fields_of_a_class_with_their_types(name: str) -> None:
    assert _shown()[name][1] == _fields(_data_classes()[name][1])


def test_what_is_compared_is_there() -> None:
    assert _fields(harness.Sample)["label"] == "int"
    assert _fields(harness.Probabilities) == {"array": "Array"}
    assert _fields(harness.Finding)["weight"] == "float"
    assert "payload" in _fields(harness.Record)
