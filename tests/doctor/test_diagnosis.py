"""What the doctor looks at: `tests/cli/test_doctor.py` asks it as a user does."""

from __future__ import annotations

import sys

import pytest

from harness.doctor import libraries
from harness.doctor.diagnosis import diagnosis
from harness.suite import components


def test_every_check_has_a_name_a_state_and_a_fix(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    monkeypatch.setattr(libraries, "distributions", list)
    found = diagnosis()
    assert list(found) == ["versions", "devices", "libraries", "extras", "resources", "plugins"]
    checks = [check for title in list(found)[2:] for check in found[title]]
    assert {frozenset(check) for check in checks} == {frozenset({"name", "good", "state", "fix"})}
    assert {check["name"] for check in found["extras"]} >= {"transformers", "shap"}


@pytest.mark.parametrize("name", ["transformers", "sklearn", "torch"])
def test_a_model_needs_no_drawings_though_its_extra_brings_them(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    point = components.find("models")[name]
    assert point.dist is not None
    monkeypatch.setattr(components, "is_here", lambda need: need.name != "vl-convert-python")
    assert components.missing_of(point.dist, name) == components.missing_of(point.dist, "charts") != []
    assert components.missing(point) == []
