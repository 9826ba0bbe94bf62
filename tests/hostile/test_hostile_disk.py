"""A disk that takes files of some size only: the run ends with 3 and a line, and `--resume` completes it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Project

LIMITED = "import resource\nresource.setrlimit(resource.RLIMIT_FSIZE, ({0}, {0}))"
SLOW = [pytest.param(size, marks=pytest.mark.slow) for size in (1024, 3000, 8000, 12_000, 20_000, 40_000)]


@pytest.mark.skipif(sys.platform == "win32", reason="it limits the size of files as Unix does")
@pytest.mark.parametrize("size", [5000, *SLOW])
def test_a_disk_that_is_full_costs_no_results(project: Project, size: int) -> None:
    project.finish("whole")
    process = project.start("run", "quick.yaml", "--out", "run", "--quiet", before=LIMITED.format(size))
    _, err = process.communicate(timeout=100)
    assert (process.returncode, "Traceback" in err, "internal error" in err) == (3, False, False), err
    assert "could not write" in err
    resume = ["--resume"] if (project.folder / "run" / "run.json").exists() else []
    assert project.harness("run", "quick.yaml", "--out", "run", "--quiet", *resume).code == 0
    for name in ("scores.json", "gates.json"):
        assert project.read(f"run/{name}") == project.read(f"whole/{name}")
