"""`harness init`: what it writes is valid at once, and nothing is overwritten."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from harness.project.chosen import quoted
from harness.suite import reading
from harness.suite.file import load_suite

if TYPE_CHECKING:
    from conftest import Project

SUITE, SCHEMA, TEST, GITHUB, GITLAB = (
    "release.harness.yaml",
    ".harness-schema.json",
    "tests/test_release.py",
    ".github/workflows/release.yml",
    ".gitlab-ci.yml",
)
TOY = ("--model", "python:toy:predict", "--data", "files:dev.jsonl")


def files(folder: Path) -> set[str]:
    """Every file below a folder."""
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize(("ci", "workflow"), [("github", {GITHUB}), ("gitlab", {GITLAB}), ("none", set())])
def test_suite_test_and_workflow_are_written(project: Project, ci: str, workflow: set[str]) -> None:
    called = project.harness("init", "new", "--ci", ci)
    assert called.code == 0
    assert files(Path("new")) == {SUITE, SCHEMA, TEST} | workflow
    assert [line for line in called.out.splitlines() if line.startswith("wrote")] == [
        f"wrote {Path('new', name)}" for name in (SUITE, SCHEMA, TEST, *workflow)
    ]


def test_the_next_command_it_prints_accepts_the_suite(project: Project) -> None:
    out = project.harness("init", *TOY).out
    [command] = [line.removeprefix("next: ") for line in out.splitlines() if line.startswith("next: ")]
    assert project.harness(*shlex.split(command)[1:]).code == 0
    assert "placeholder" not in out + Path(SUITE).read_text("utf-8")


def test_the_suite_runs(project: Project) -> None:
    project.harness("init", *TOY)
    called = project.harness("run", SUITE, "--out", "out", "--limit", "8", "--json")
    assert called.code in (0, 1)
    assert {gate["address"] for gate in called.json["gates"]} == {
        "classification/accuracy", "classification/ece", "stress/worst_accuracy_drop", "attack/robust_accuracy",
    }  # fmt: skip


def test_what_is_not_given_is_a_placeholder_and_said_to_be(project: Project) -> None:
    called = project.harness("init", "--data", "files:dev.jsonl")
    assert f"edit {SUITE}: model is a placeholder" in called.out
    marked = [line for line in Path(SUITE).read_text("utf-8").splitlines() if "EDIT: a placeholder" in line]
    assert [line.split(":")[0] for line in marked] == ["model"]


def test_a_path_is_written_as_the_suite_has_to_say_it(project: Project) -> None:
    project.harness("init", "some/where", *TOY)
    suite = load_suite(Path("some/where", SUITE)).suite
    assert suite.sets[0].parameters == {"path": "../../dev.jsonl"}
    assert suite.model is not None
    assert suite.model.parameters == {"object": "toy:predict"}


def test_the_workflows_install_the_extras_that_are_needed(project: Project) -> None:
    project.harness("init", "--model", "sklearn:model.skops", "--data", "datasets:sst2")
    assert " 'model-harness[datasets,sklearn]'\n" in Path(GITHUB).read_text("utf-8")
    project.harness("init", "plain", *TOY)
    assert " model-harness\n" in Path("plain", GITHUB).read_text("utf-8")


def installing(lines: Sequence[str], **variables: str) -> list[str]:
    """What pip is given by the one line that installs, with such environment variables."""
    [line] = [each for each in lines if "pip install" in each]
    fake = "python() { printf '%s\\n' \"$@\"; }\n"
    done = subprocess.run(
        ["/bin/sh", "-ec", fake + line], env=variables, check=True, capture_output=True, encoding="utf-8"
    )
    return done.stdout.splitlines()


@pytest.mark.skipif(sys.platform == "win32", reason="the lines are for a shell")
@pytest.mark.parametrize("ci", ["github", "gitlab", "gitlab --baseline b"])
def test_a_variable_names_the_index_of_torchs_cpu_builds(project: Project, ci: str) -> None:
    project.harness("init", "--ci", *ci.split())
    written = yaml.safe_load(Path(GITHUB if ci == "github" else GITLAB).read_text("utf-8"))
    if ci == "github":
        [step] = [each for each in written["jobs"]["harness"]["steps"] if "pip install" in each.get("run", "")]
        assert step["env"] == {"TORCH_INDEX": "${{ vars.TORCH_INDEX }}"}
    lines = [step["run"]] if ci == "github" else written["harness"]["script"]
    plain = ["-m", "pip", "install", "model-harness[transformers]"]
    assert installing(lines, TORCH_INDEX="") == plain
    index = "https://index.example/cpu"
    assert installing(lines, TORCH_INDEX=index) == [*plain[:3], "--extra-index-url", index, plain[3]]


def test_the_github_workflow_runs_the_suite_and_keeps_the_report_of_a_failed_one(project: Project) -> None:
    project.harness("init")
    workflow = yaml.load(Path(GITHUB).read_text("utf-8"), Loader=yaml.BaseLoader)
    steps = workflow["jobs"]["harness"]["steps"]
    runs = [step["run"] for step in steps if "run" in step]
    assert runs[-1] == f"harness run {SUITE} --out runs/release --junit runs/junit.xml"
    assert (steps[-1]["if"], steps[-1]["with"]["path"].split()) == (
        "always()",
        ["runs/release/report.html", "runs/junit.xml"],
    )
    assert steps[1]["with"]["cache"] == "pip"


def test_the_gitlab_job_keeps_report_and_junit_of_a_failed_one(project: Project) -> None:
    project.harness("init", "--ci", "gitlab")
    job = yaml.safe_load(Path(GITLAB).read_text("utf-8"))["harness"]
    assert job["script"][-1] == f"harness run {SUITE} --out runs/release --junit runs/junit.xml"
    assert (job["artifacts"]["when"], job["artifacts"]["reports"]) == ("always", {"junit": "runs/junit.xml"})
    assert job["variables"]["PIP_CACHE_DIR"] == "$CI_PROJECT_DIR/" + job["cache"]["paths"][0]


def test_the_test_demands_something_of_the_suites_run(project: Project) -> None:
    project.harness("init", *TOY)
    code = Path(TEST).read_text("utf-8")
    compile(code, TEST, "exec")
    assert f'harness_run("{SUITE}")' in code
    assert {path.name for path in Path("tests").iterdir()} == {"test_release.py"}


@pytest.mark.parametrize("name", [SUITE, TEST, GITHUB])
def test_nothing_is_overwritten_and_nothing_else_written(project: Project, name: str) -> None:
    project.write(f"new/{name}", "mine")
    called = project.harness("init", "new")
    assert (called.code, files(Path("new"))) == (2, {name})
    assert f"already has {name}: nothing was written" in called.err
    assert Path("new", name).read_text("utf-8") == "mine"


def test_force_overwrites(project: Project) -> None:
    project.write(SUITE, "mine")
    assert project.harness("init", "--force", *TOY).code == 0
    assert load_suite(Path(SUITE)).suite.seed == 7


def test_a_folder_in_place_of_a_file_is_refused_even_with_force(project: Project) -> None:
    Path("new", SUITE).mkdir(parents=True)
    called = project.harness("init", "new", "--force")
    assert (called.code, files(Path("new"))) == (2, set())
    assert f"{SUITE} is a folder" in called.err


@pytest.mark.parametrize("folder", ["dev.jsonl", "dev.jsonl/below"])
def test_a_file_in_place_of_the_folder_is_told(project: Project, folder: str) -> None:
    called = project.harness("init", folder)
    assert called.code == 2
    assert "init takes a folder to write into, but dev.jsonl is a file: nothing was written" in called.err


@pytest.mark.parametrize(
    ("argv", "told"),
    [
        (["--model", "transfomers:x"], "did you mean 'transformers'?"),
        (["--data", "filles"], "did you mean 'files'?"),
        (["--ci", "gitlub"], "'gitlub' is not one of 'github', 'gitlab', 'none'"),
    ],
)
def test_a_wrong_name_is_told_and_nothing_written(project: Project, argv: list[str], told: str) -> None:
    called = project.harness("init", "new", *argv)
    assert (called.code, Path("new").exists()) == (2, False)
    assert told in called.err


def test_a_file_that_cannot_be_written_is_told(project: Project) -> None:
    project.write(".github", "")
    called = project.harness("init")
    assert called.code == 2
    assert called.err.startswith(f"harness: cannot write {Path(GITHUB)}: ")
    assert files(Path()) >= {SUITE, TEST}


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="everybody may write, or there are no modes")
def test_a_read_only_folder_is_told(project: Project) -> None:
    Path("locked").mkdir(mode=0o500)
    assert "Permission denied" in project.harness("init", "locked").err


@pytest.mark.parametrize("name", ["a b", "it's", "ünï", "-dash", "{curly}", "$HOME", "#no", "yes"])
def test_odd_names_work(project: Project, name: str) -> None:
    data = project.write(f"{name}.jsonl", Path("dev.jsonl").read_bytes())
    argv = ("init", "--model", "python:toy:predict", "--data", f"files:{data.name}", "--", name)
    assert project.harness(*argv).code == 0
    assert project.harness("check", "--", str(Path(name, SUITE))).code == 0


def test_workflows_below_the_root_of_a_repository_have_to_move(project: Project) -> None:
    Path(".git").mkdir()
    assert "move" not in project.harness("init").out
    assert f"move {Path('below', '.github')}: GitHub reads" in project.harness("init", "below").out


@given(st.text())
@example("true")
@example("\ud800 \x85 \u2028 \ufeff")
def test_any_value_is_quoted_for_yaml(text: str) -> None:
    assert reading.parse(f"key: {quoted(text)}\n", "it")[0] == {"key": text}


# With a baseline of the main branch


def test_the_github_workflow_with_a_baseline_gives_the_action_what_it_takes(project: Project) -> None:
    project.harness("init", "--model", "sklearn:model.skops", "--data", "datasets:sst2", "--baseline", "a/b.baseline")
    jobs = yaml.safe_load(Path(GITHUB).read_text("utf-8"))["jobs"]
    [step] = [each for each in jobs["harness"]["steps"] if each.get("id") == "release"]
    assert step["with"] == {
        "suite": SUITE, "baseline": "a/b.baseline", "accept": "true", "extras": "datasets,sklearn",
        "torch-index": "${{ vars.TORCH_INDEX }}", "token": "${{ github.token }}",
    }  # fmt: skip
    assert jobs["harness"]["permissions"] == {"contents": "read", "pull-requests": "write"}
    assert jobs["accept"]["permissions"] == {"contents": "write"}
    assert "harness" not in str([step.get("run", "").split()[:1] for step in jobs["accept"]["steps"]])
    assert "# Once the main branch has a/b.baseline, bound what may get worse" in Path(SUITE).read_text("utf-8")


def test_the_action_needs_the_packages_of_others_before(project: Project) -> None:
    project.install(
        "models",
        "counting",
        "harness_numbers:counting",
        "def counting(*, path: str = '') -> None: ...",
        needs="numbers",
    )
    called = project.harness("init", "--model", "counting:x", "--data", "files:dev.jsonl", "--baseline", "b")
    assert called.code == 0, called.err
    steps = yaml.safe_load(Path(GITHUB).read_text("utf-8"))["jobs"]["harness"]["steps"]
    assert [step["run"] for step in steps if "run" in step] == ["python -m pip install 'stranger[numbers]'"]
    assert steps[-1]["with"]["extras"] == ""


def test_the_suite_with_a_baseline_is_valid_at_once(project: Project) -> None:
    assert project.harness("init", *TOY, "--baseline", "b.baseline").code == 0
    assert project.harness("check", SUITE).code == 0
    text = Path(SUITE).read_text("utf-8").replace("accuracy: {min: 0.8}  ", "accuracy: {min: 0.8, drop: 0.03}  ")
    project.write(SUITE, text)
    assert project.harness("check", SUITE).code == 2
    assert project.harness("run", SUITE, "--first", "--out", "out", "--undecided", "pass").code in (0, 1)


@pytest.mark.parametrize("name", ["", "../b", "/b", "a//b", "-b", "./b", "b c", "b;rm", "$(x)", "b\nc", "ü", "a/"])
@pytest.mark.parametrize("ci", ["github", "gitlab"])
def test_a_baseline_that_no_workflow_can_name_is_refused(project: Project, name: str, ci: str) -> None:
    called = project.harness("init", "new", f"--baseline={name}", "--ci", ci)
    assert (called.code, Path("new").exists()) == (2, False)
    assert "--baseline: expected a file of the repository" in called.err
    assert "Traceback" not in called.err


def test_a_baseline_needs_a_workflow(project: Project) -> None:
    called = project.harness("init", "new", "--baseline", "b", "--ci", "none")
    assert (called.code, Path("new").exists()) == (2, False)
    assert "a workflow compares with it, but --ci is none" in called.err
