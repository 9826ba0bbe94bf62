"""When modules beside a suite can be imported, and when they must not be run."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from harness.own.locate import import_folders, locate, make_own_importable

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Project

MODEL = """
def model(*, labels: list[str] | None = None):
    try:
        import optional_speedup
    except ImportError:
        pass
    return predict

def predict(texts):
    return [[0.5, 0.5] for _ in texts]
predict.labels = ["negative", "positive"]
"""


@pytest.mark.parametrize("command", ["run", "plan"])
def test_a_module_beside_a_suite_of_pure_data_is_not_run(
    project: Project, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.install("models", "installed", "installed_model:model", MODEL)  # which makes the project importable
    project.edit("quick.yaml", '{use: python, object: "toy:predict"}', "installed")
    project.edit("quick.yaml", "{min: 0.5}", "{min: 0}")
    for name in ("quick.yaml", "dev.jsonl"):
        project.write(f"downloaded/{name}", (project.folder / name).read_text())
    project.write("downloaded/optional_speedup.py", "open('ran', 'w')\n")
    monkeypatch.chdir(project.folder / "downloaded")
    called = project.harness(command, "quick.yaml")
    assert (called.code, (project.folder / "downloaded" / "ran").exists()) == (0, False)


def test_folders_are_added_by_the_first_object_that_is_named_and_taken_away(tmp_path: Path) -> None:
    (tmp_path / "owned.py").write_text("here = 1\n")
    before = sys.path[:]
    with import_folders(tmp_path):
        assert sys.path == before
        assert locate("owned:here") == 1
        assert sys.path == [*before, str(tmp_path.resolve())]
        locate("owned:here")
        assert len(sys.path) == len(before) + 1
    assert sys.path == before
    make_own_importable()
    assert sys.path == before
    del sys.modules["owned"]


def test_a_folder_that_was_there_before_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [*sys.path, str(tmp_path.resolve())])
    before = sys.path[:]
    with import_folders(tmp_path):
        make_own_importable()
    assert sys.path == before
