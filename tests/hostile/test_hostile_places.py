"""Models that go to another folder, links in place of reports, two runs at once: results stand where they should."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from harness import AnswerError
from harness.kinds.outputs import output_kind
from harness.runs.execute import folder_for
from harness.sessions.predict import probabilities
from harness.types import Answers

if TYPE_CHECKING:
    from conftest import Project


@pytest.mark.parametrize("where", ["os.chdir('/')\n", ""], ids=["at import", "when asked"])
def test_a_model_that_goes_elsewhere_takes_nothing_along(project: Project, where: str) -> None:
    toy = (project.folder / "toy.py").read_text("utf-8")
    asked = toy.replace("    asked.extend", "    os.chdir('/')\n    asked.extend")
    project.write("toy.py", "import os\n" + where + (toy if where else asked))
    called = project.harness("run", "quick.yaml", "--out", "out", "--junit", "j.xml")
    assert called.code == 0, called.err
    assert (project.folder / "out" / "report.html").exists()
    assert (project.folder / "j.xml").exists()
    assert Path.cwd() == project.folder


def test_two_runs_that_begin_in_one_second_have_a_folder_each(project: Project) -> None:
    found: list[Path] = []
    threads = [threading.Thread(target=lambda: found.append(folder_for("quick", None))) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(set(found)) == 8


def test_a_run_that_never_began_leaves_no_folder(project: Project) -> None:
    project.edit("quick.yaml", "toy:predict", "toy:missing")
    assert project.harness("run", "quick.yaml").code == 2
    assert list(Path("runs").glob("*")) == []


def test_a_report_does_not_follow_a_link(project: Project) -> None:
    project.finish("run")
    precious = project.write("precious.txt", "precious")
    (project.folder / "run" / "report.html").unlink()
    (project.folder / "run" / "report.html").symlink_to(precious)
    assert project.harness("report", "run").code == 0
    assert precious.read_text("utf-8") == "precious"


@pytest.mark.parametrize(
    ("row", "holds"),
    [
        ([0.2, 0.8], True),
        ([-0.009, 1.009], False),
        ([0.999, 0.01], False),
        ([-1e-9, 1 + 1e-9], True),
        ([0.3335, 0.3335, 0.3335], True),
        (list(map(float, np.array([0.2, 0.8049], np.float16))), True),
    ],
)
def test_rough_sums_are_those_of_half_precision_only(row: list[float], holds: bool) -> None:
    assert output_kind("probabilities").holds(np.array([row])) is holds


@pytest.mark.parametrize("output", ["probabilities", "labels", "value", "classes"])
def test_complex_answers_are_refused(output: str) -> None:
    answers = Answers(list(np.array([[0.2 + 1j, 0.8]])), "odd", ["a", "b"], output)
    with pytest.raises(AnswerError, match="complex"):
        probabilities(answers, ["text"])
