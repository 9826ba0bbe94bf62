"""The examples: suites are valid, and run where their data is; the notebook runs from top to bottom."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from harness.runs.load import check
from harness.suite.file import load_suite

EXAMPLES = Path(__file__).parents[2] / "examples"
SHARED = EXAMPLES.parents[1] / "shared"


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.harness.yaml")), ids=lambda path: path.name)
def test_an_example_is_a_valid_suite(path: Path) -> None:
    assert check(load_suite(path)).tasks


def test_the_notebook_runs(tmp_path: Path) -> None:
    nbformat, nbclient = pytest.importorskip("nbformat"), pytest.importorskip("nbclient")
    notebook = nbformat.read(EXAMPLES / "evaluate.ipynb", as_version=4)
    nbclient.NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(tmp_path)}}).execute()
    outputs: list[Any] = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    pages = [output["data"]["text/html"] for output in outputs if "text/html" in output.get("data", {})]
    assert "evaluation" in pages[0]
    assert "perturbed" in pages[1]
    assert len(list(tmp_path.glob("runs/*/report.html"))) == 1


@pytest.mark.slow
@pytest.mark.skipif(not SHARED.exists(), reason="needs the real data and models in ../shared")
@pytest.mark.parametrize("name", ["sst2", "transfer"])
def test_an_example_runs_on_real_data(name: str, tmp_path: Path) -> None:
    import harness

    run = harness.run(EXAMPLES / f"{name}.harness.yaml", data__limit=24, out=tmp_path / "run", progress=False)
    assert run.verdict in {"pass", "fail", "undecided"}
    assert run["classification"].accuracy > 0.7
