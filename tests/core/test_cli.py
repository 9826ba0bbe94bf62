from __future__ import annotations
from typing import TYPE_CHECKING
if TYPE_CHECKING:
    from tests.conftest import Project
import pytest
@pytest.mark.parametrize("n", range(5))
def test_a(project: Project, n: int) -> None:
    called = project.harness("run", "quick.yaml", "--json")
    assert called.code == 0, called.err
    assert called.json["verdict"] == "pass"
    print(called.err)
