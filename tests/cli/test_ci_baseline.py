"""A baseline in a repository, as the action keeps it: a real repository, stand-ins for GitHub's runner and `gh`."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from actions_runner import Ended, Runner
from conftest import TOY, dataset

from harness.baselines.file import read_baseline
from harness.cli.init import init

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX shell")

ROOT = Path(__file__).parents[2]
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
FILE = "models/released.baseline"
SUITE = """\
model: {use: python, object: "toy:predict"}
data: {use: files, path: dev.jsonl}
tasks:
  - use: classification
    metrics: [ece]
    gates: {accuracy: {min: 0.3, drop: 0.1}}
resamples: 20
"""
WORSE = TOY.replace('{"bad", "awful", "poor"}', '{"bad"}')


def git(folder: Path, *argv: str) -> str:
    who = ["-c", "user.name=somebody", "-c", "user.email=somebody@example.org", "-c", "commit.gpgsign=false"]
    return subprocess.run(["git", *who, *argv], cwd=folder, check=True, capture_output=True, text=True).stdout


def step(name: str) -> dict[str, Any]:
    """One step of the action."""
    [found] = [each for each in ACTION["runs"]["steps"] if each.get("name") == name]
    return dict(found)


def variables(event: str, ref: str) -> dict[str, str]:
    """What GitHub says of an event."""
    return {"GITHUB_EVENT_NAME": event, "GITHUB_REF": ref}


@dataclass
class Repository:
    """A clone of a bare repository, and the runner that works in it."""

    clone: Path
    runner: Runner

    def write(self, name: str, content: str) -> None:
        (self.clone / name).parent.mkdir(parents=True, exist_ok=True)
        (self.clone / name).write_text(content, encoding="utf-8")

    def commit(self, branch: str = "main") -> None:
        """Commit everything on a branch and push it; `main` of the clone knows nothing of it then."""
        git(self.clone, "checkout", "--quiet", "-B", branch)
        git(self.clone, "add", "--all")
        git(self.clone, "commit", "--quiet", "--allow-empty", "--message", "work")
        git(self.clone, "push", "--quiet", "origin", branch)

    def pushed(self, **inputs: str) -> Ended:
        """The action, after a push to main."""
        return self._act(variables("push", "refs/heads/main"), {"accept": "true", **inputs})

    def pull_request(self, **inputs: str) -> Ended:
        """The action, on a pull request into main."""
        given = variables("pull_request", "refs/pull/5/merge") | {"GITHUB_BASE_REF": "main"}
        event = {"github.event.pull_request.number": "5"}
        return self._act(given, {"accept": "true", "token": "secret", **inputs}, event)

    def _act(self, variables: dict[str, str], inputs: dict[str, str], event: dict[str, str] | None = None) -> Ended:
        given = {name: str(described.get("default", "")) for name, described in ACTION["inputs"].items()}
        given |= {"suite": "release.harness.yaml", "baseline": FILE, **inputs}
        context = {f"inputs.{name}": value for name, value in given.items()}
        context |= {"github.event.repository.default_branch": "main", **(event or {})}
        return self.runner.run(ACTION["runs"]["steps"], context, variables)


@pytest.fixture(scope="module")
def accepted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Ended]:
    """A repository whose main has the baseline that its first run gave, and that run."""
    folder = tmp_path_factory.mktemp("accepted")
    repository = made(folder)
    ended = repository.pushed(args="--first")
    if ended.code == 0:
        [file] = ended.artifacts["harness-report-baseline"]
        repository.write(FILE, file.read_text("utf-8"))
        repository.commit()
    return folder, ended


@pytest.fixture
def repository(accepted: tuple[Path, Ended], tmp_path: Path) -> Repository:
    """A copy of it for one test."""
    shutil.copytree(accepted[0] / "origin", tmp_path / "origin")
    git(tmp_path, "clone", "--quiet", "--depth=1", f"file://{tmp_path / 'origin'}", "clone")
    return Repository(tmp_path / "clone", Runner(tmp_path / "clone", tmp_path / "runner"))


def made(folder: Path) -> Repository:
    git(folder, "init", "--quiet", "--bare", "--initial-branch=main", "origin")
    git(folder, "clone", "--quiet", str(folder / "origin"), "clone")
    repository = Repository(folder / "clone", Runner(folder / "clone", folder / "runner"))
    repository.write("toy.py", TOY)
    repository.write("dev.jsonl", dataset(120))
    repository.write("release.harness.yaml", SUITE)
    repository.commit()
    return repository


def test_the_first_run_of_main_becomes_the_baseline(accepted: tuple[Path, Ended]) -> None:
    folder, ended = accepted
    assert ended.code == 0, ended.log
    assert f"::warning title=no baseline::main has no file {FILE} yet" in ended.log
    assert ended.artifacts.keys() == {"harness-report", "harness-report-baseline"}
    assert read_baseline(folder / "clone" / FILE).head.suite == "release"
    assert ended.asked == []


def test_without_a_baseline_on_main_gates_on_changes_are_errors(tmp_path: Path) -> None:
    repository = made(tmp_path)
    ended = repository.pull_request()
    assert ended.code == 2
    assert "gate bounds what changed, but there is no baseline" in ended.log
    assert (ended.asked, ended.artifacts["harness-report"]) == ([], [])


def test_a_baseline_that_only_the_pull_request_has_is_none(tmp_path: Path, accepted: tuple[Path, Ended]) -> None:
    repository = made(tmp_path)
    repository.write(FILE, (accepted[0] / "clone" / FILE).read_text("utf-8"))
    repository.write("release.harness.yaml", f"baseline: {FILE}\n{SUITE}")
    repository.commit("mine")
    ended = repository.pull_request()
    assert ended.code == 2
    assert "there is no baseline" in ended.log


def test_a_worse_model_fails_and_the_comment_says_what_got_worse(repository: Repository) -> None:
    repository.write("toy.py", WORSE)
    repository.commit("worse")
    ended = repository.pull_request()
    assert ended.code == 1, ended.log
    first, *rest = ended.comment.splitlines()
    assert first == "<!-- model-harness harness-report -->"
    assert rest[0] == "## release: ✕ fail"
    assert "## run against released.baseline: ✕ worse" in rest
    assert any(line.startswith("- worse: ") and "classification/accuracy -0." in line for line in rest)
    assert "newly wrong" in ended.comment
    assert rest[-1] == "[The whole report](https://github.example/somebody/models/actions/runs/77)"
    assert "## run against released.baseline: ✕ worse" in ended.summary
    assert "harness-report-baseline" not in ended.artifacts
    assert [path.name for path in ended.artifacts["harness-report"]] == ["report.html", "junit.xml", "summary.md"]


def test_the_same_model_passes_and_is_not_accepted_on_a_pull_request(repository: Repository) -> None:
    ended = repository.pull_request()
    assert ended.code == 0, ended.log
    assert "not accepted: only what is pushed to main is" in ended.log
    assert ended.artifacts.keys() == {"harness-report"}
    assert "::notice" not in ended.log
    found, written = ended.asked
    assert found[:5] == ["token=secret", "api", "--paginate", "repos/somebody/models/issues/5/comments", "--jq"]
    assert "startswith(env.HARNESS_MARK)" in found[5]
    assert written[1:5] == ["api", "--silent", "--method", "POST"]
    assert written[5:] == ["repos/somebody/models/issues/5/comments", "--field", "body=@comment.md"]


def test_a_second_run_edits_its_own_comment(repository: Repository) -> None:
    repository.runner.found = "91\n92"
    _, written = commented(repository, "## run", "## release").asked
    assert written[3:6] == ["--method", "PATCH", "repos/somebody/models/issues/comments/91"]


def test_a_pull_request_that_edits_its_own_baseline_gains_nothing(repository: Repository, tmp_path: Path) -> None:
    repository.write("toy.py", WORSE)
    ran = ["harness", "run", "release.harness.yaml", "--first", "--out", str(tmp_path / "own"), "--quiet"]
    subprocess.run([str(Path(sys.executable).with_name(ran[0])), *ran[1:]], cwd=repository.clone, check=True)
    accept = [str(Path(sys.executable).with_name("harness")), "accept", str(tmp_path / "own"), "--to", FILE]
    subprocess.run(accept, cwd=repository.clone, check=True)
    repository.write("release.harness.yaml", f"baseline: {FILE}\n{SUITE}")
    repository.commit("sly")
    ended = repository.pull_request()
    assert ended.code == 1, ended.log
    assert f"::notice title=baseline::{FILE} is another one here than on main, whose file is taken" in ended.log


def test_a_push_to_main_accepts_what_passed_and_changed(repository: Repository) -> None:
    repository.write("toy.py", TOY.replace('"fine"}', '"fine", "odd"}'))
    repository.commit()
    ended = repository.pushed()
    assert ended.code == 0, ended.log
    [file] = ended.artifacts["harness-report-baseline"]
    assert file.name == "released.baseline"
    assert read_baseline(file).head.fingerprints != read_baseline(repository.clone / FILE).head.fingerprints
    repository.write(FILE, file.read_text("utf-8"))
    repository.commit()
    ended = repository.pushed()
    assert (ended.code, set(ended.artifacts)) == (0, {"harness-report"})
    assert "the baseline stays: but for its date nothing changed" in ended.log


@pytest.mark.parametrize(
    ("args", "code"), [("", 1), ("--undecided warn --set tasks.classification.gates.accuracy.drop=0.001", 0)]
)
def test_a_push_that_did_not_pass_is_not_accepted(repository: Repository, args: str, code: int) -> None:
    if not args:
        repository.write("toy.py", WORSE)
    repository.commit()
    ended = repository.pushed(args=args)
    assert ended.code == code, ended.log
    assert ended.artifacts.keys() == {"harness-report"}
    assert ("::warning title=not accepted::not every gate passed" in ended.log) == bool(args)


@pytest.mark.parametrize(
    ("event", "ref"), [("push", "refs/heads/main2"), ("push", "refs/tags/main"), ("pull_request", "refs/heads/main")]
)
def test_only_a_push_to_the_default_branch_is_accepted(repository: Repository, event: str, ref: str) -> None:
    known = {"inputs.accept": "true", "github.event.repository.default_branch": "main"}
    ended = repository.runner.run([step("Accept the run as the next baseline")], known, variables(event, ref))
    assert (ended.code, ended.steps["accept"]) == (0, {})
    assert "not accepted: only what is pushed to main is" in ended.log


def test_another_word_than_true_is_refused_before_anything_runs(repository: Repository) -> None:
    ended = repository.pushed(accept="yes")
    assert (ended.code, ended.steps["run"], ended.artifacts) == (2, {}, {})
    assert "::error title=accept::expected true or false" in ended.log
    assert "cases" not in ended.log


def test_without_a_token_nobody_is_asked(repository: Repository) -> None:
    ended = repository.pull_request(token="")
    assert (ended.code, ended.asked) == (0, [])
    assert "## run against released.baseline" in ended.summary


def test_a_comment_that_fails_never_decides(repository: Repository) -> None:
    repository.runner.fails = "--method POST"
    ended = repository.pull_request()
    assert ended.code == 0, ended.log
    assert "::warning title=no comment::" in ended.log
    assert "## run against released.baseline" in ended.summary
    repository.runner.fails = "--paginate"
    ended = commented(repository, "## run", "## release")
    assert (ended.code, len(ended.asked)) == (0, 1)
    assert "::warning title=no comment::" in ended.log


def test_a_run_that_does_not_compare_never_decides(repository: Repository) -> None:
    run = repository.runner.temp / "run"
    run.mkdir()
    (run / "run.json").write_text("{}", encoding="utf-8")
    known = {"steps.base.outputs.file": str(repository.clone / FILE), "steps.run.outputs.run": str(run)}
    ended = repository.runner.run([step("Compare with the baseline")], known, {})
    assert (ended.code, ended.steps["changes"]) == (0, {})
    assert "::warning title=not compared::" in ended.log
    (run / "run.json").unlink()
    assert repository.runner.run([step("Compare with the baseline")], known, {}).log == ""


@pytest.mark.parametrize(
    ("content", "complaint"),
    [("no baseline\n", "expected a baseline"), (None, "checksum")],
)
def test_a_file_on_main_that_is_none_ends_with_2(repository: Repository, content: str | None, complaint: str) -> None:
    edited = (repository.clone / FILE).read_text("utf-8").replace('"released"', '"best"')
    repository.write(FILE, edited if content is None else content)
    repository.commit()
    ended = repository.pull_request()
    assert ended.code == 2, ended.log
    assert complaint in ended.log
    assert ended.asked == []


@pytest.mark.parametrize("name", ["$(touch pwned).baseline", "-x", "a b'\";`touch pwned`", "../out", "/etc/hostname"])
def test_a_hostile_name_is_a_file_that_is_not_there(repository: Repository, name: str) -> None:
    known = {"inputs.baseline": name, "github.event.repository.default_branch": "main"}
    ended = repository.runner.run([step("Take the baseline from the base branch")], known, {})
    assert (ended.code, ended.steps["base"]) == (0, {"none": "baseline=null"}), ended.log
    assert not (repository.clone / "pwned").exists()


def test_a_branch_that_cannot_be_fetched_ends_with_2(repository: Repository) -> None:
    git(repository.clone, "remote", "set-url", "origin", str(repository.clone / "nowhere"))
    ended = repository.pull_request()
    assert (ended.code, ended.asked) == (2, [])
    assert "::error title=no baseline::the branch main could not be fetched" in ended.log


def test_a_whole_clone_stays_whole(repository: Repository) -> None:
    git(repository.clone, "fetch", "--quiet", "--unshallow")
    known = {"inputs.baseline": FILE, "github.event.repository.default_branch": "main"}
    ended = repository.runner.run([step("Take the baseline from the base branch")], known, {})
    assert Path(ended.steps["base"]["file"]).read_bytes() == (repository.clone / FILE).read_bytes()
    assert git(repository.clone, "rev-parse", "--is-shallow-repository").strip() == "false"


def test_a_comparison_that_is_too_long_leaves_the_gates_out(repository: Repository) -> None:
    short = commented(repository, "ä", "## release: ✕ fail\n\nwhy\n\n| gate |\n| score | value |\n")
    assert short.comment.splitlines()[1:5] == ["## release: ✕ fail", "", "why", ""]
    assert "score" not in short.comment
    long = commented(repository, "ä" * 63_000, "## release: ✕ fail\n\nwhy\n\n| gate |\n| score | value |\n")
    assert len(long.comment) < 65_000
    assert long.comment.splitlines()[1:4] == ["## release: ✕ fail", "", "ä" * 63_000]


def commented(repository: Repository, changes: str, summary: str) -> Ended:
    """The step that comments, on a comparison and a summary of a run."""
    file, run = repository.runner.temp / "changes.md", repository.runner.temp / "run"
    run.mkdir(exist_ok=True)
    file.write_text(changes, encoding="utf-8")
    (run / "summary.md").write_text(summary, encoding="utf-8")
    known = {
        "inputs.token": "t", "inputs.artifact": "a", "github.event.pull_request.number": "5",
        "steps.changes.outputs.file": str(file), "steps.run.outputs.run": str(run),
    }  # fmt: skip
    return repository.runner.run([step("Comment on the pull request")], known, {})


# What `harness init --baseline` writes


def workflow(repository: Repository, ci: str, name: str, patch: pytest.MonkeyPatch) -> Any:
    """The written workflow, in the repository."""
    patch.chdir(repository.clone)
    init(Path("new"), "python:toy:predict", "files:dev.jsonl", ci, force=False, baseline=FILE)
    return yaml.safe_load(Path("new", name).read_text("utf-8"))


def test_the_job_that_commits_pushes_the_next_baseline(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    job = workflow(repository, "github", ".github/workflows/release.yml", monkeypatch)["jobs"]["accept"]
    repository.write("next-baseline/released.baseline", "another\n")
    pushed = {"GITHUB_SHA": "abc", "GITHUB_REF_NAME": "main"}
    assert repository.runner.run(job["steps"], {}, pushed).code == 0
    git(repository.clone, "fetch", "--quiet", "origin", "main")
    assert git(repository.clone, "show", f"FETCH_HEAD:{FILE}") == "another\n"
    assert git(repository.clone, "show", "--name-only", "--format=%s", "FETCH_HEAD").split("\n") == [
        "The baseline of abc", "", FILE, "",
    ]  # fmt: skip
    repository.write("next-baseline/released.baseline", "a third\n")
    git(repository.clone, "checkout", "--quiet", "--detach", "HEAD~")
    assert repository.runner.run(job["steps"], {}, pushed).code == 1, "main went on in between"


@pytest.mark.parametrize(
    ("model", "code", "branch", "left"),
    [
        (WORSE, 1, "", {"release", "junit.xml", "released.baseline", "changes.md"}),
        (TOY, 0, "main", {"release", "junit.xml", "released.baseline", "changes.md", "next.baseline"}),
    ],
)
def test_the_gitlab_job_compares_and_accepts_on_main_only(
    repository: Repository, monkeypatch: pytest.MonkeyPatch, model: str, code: int, branch: str, left: set[str]
) -> None:
    job = workflow(repository, "gitlab", ".gitlab-ci.yml", monkeypatch)["harness"]
    repository.write("toy.py", model)
    variables = {**job["variables"], "CI_DEFAULT_BRANCH": "main", "CI_COMMIT_BRANCH": branch}
    ended = repository.runner.run([{"run": line} for line in one_shell(job["script"])], {}, variables)
    assert ended.code == code, ended.log
    assert {path.name for path in Path("runs").iterdir()} == left
    assert ("worse" in Path("runs/changes.md").read_text("utf-8").splitlines()[0]) == bool(code)


def one_shell(lines: list[str]) -> list[str]:
    """GitLab runs all lines in one shell, which ends where one fails."""
    return ["\n".join(line for line in lines if "pip install" not in line)]


def test_the_gitlab_job_needs_no_baseline_to_begin(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    job = workflow(repository, "gitlab", ".gitlab-ci.yml", monkeypatch)["harness"]
    variables = {"BASELINE": "none.baseline", "CI_DEFAULT_BRANCH": "main", "CI_COMMIT_BRANCH": "main"}
    repository.write("release.harness.yaml", SUITE.replace(", drop: 0.1", ""))
    ended = repository.runner.run([{"run": line} for line in one_shell(job["script"])], {}, variables)
    assert ended.code == 0, ended.log
    assert "the main branch has no none.baseline yet" in ended.log
    assert read_baseline(Path("runs/next.baseline")).head.suite == "release"
