"""What a report begins before the models load."""

from __future__ import annotations

from conftest import Project

SOURCE = """
from pathlib import Path
from harness import report

def early():
    assert not Path("loaded").exists()
    Path("begun").touch()
    BROKEN

@report(early=early)
def page(run):
    return "page"
"""


def test_a_report_begins_before_the_models_load(project: Project) -> None:
    project.install("reports", "html", "early_page:page", SOURCE.replace("BROKEN", ""))
    project.write("toy.py", (project.folder / "toy.py").read_text() + "\nopen('loaded', 'w').close()\n")
    assert project.harness("run", "quick.yaml", "--out", "out", "--quiet").code == 0
    assert (project.folder / "begun").exists()
    assert (project.folder / "loaded").exists()


def test_a_report_that_cannot_begin_keeps_no_run_from_its_scores(project: Project) -> None:
    project.install("reports", "html", "broken_page:page", SOURCE.replace("BROKEN", "raise SystemExit(9)"))
    assert project.harness("run", "quick.yaml", "--out", "out", "--quiet").code == 0
    assert (project.folder / "out" / "report.html").read_text() == "page"
