"""What a run leaves for a CI: reports that were asked for, GitHub's summary and annotations, the action, the hook."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest
import yaml

from harness.ci.github import annotation
from harness.scores.gates import Decision

if TYPE_CHECKING:
    from conftest import Project

ROOT = Path(__file__).parents[2]
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
[HOOK] = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
PAGE = (ROOT / "docs" / "ci.md").read_text("utf-8")


@pytest.fixture(autouse=True)
def no_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    """The CI that runs these tests is not the one they are about."""
    for name in ("GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY", "GITHUB_OUTPUT"):
        monkeypatch.delenv(name, raising=False)


# Reports that are asked for


@pytest.mark.parametrize(("bound", "code", "failures"), [(0.5, 0, "0"), (0.99, 1, "1")])
def test_reports_are_written_whatever_the_verdict(project: Project, bound: float, code: int, failures: str) -> None:
    project.edit("quick.yaml", "min: 0.5", f"min: {bound}")
    called = project.harness("run", "quick.yaml", "--out", "out", "--junit", "new/j.xml", "--markdown", "new/m.md")
    assert called.code == code
    assert ET.parse("new/j.xml").getroot()[0].get("failures") == failures
    assert Path("new/m.md").read_text("utf-8").startswith("## quick: ")


def test_an_undecided_gate_in_junit_goes_by_the_policy(project: Project) -> None:
    project.edit("quick.yaml", "min: 0.5", "min: 0.85")
    assert project.harness("run", "quick.yaml", "--undecided", "warn", "--junit", "j.xml").code == 0
    assert ET.parse("j.xml").getroot()[0].get("skipped") == "1"


def test_a_report_that_cannot_be_written_ends_with_3_and_keeps_the_rest(project: Project) -> None:
    project.write("toy.py", Path("toy.py").read_text("utf-8") + "from pathlib import Path\nPath('j.xml').mkdir()\n")
    called = project.harness("run", "quick.yaml", "--out", "out", "--junit", "j.xml", "--markdown", "m.md")
    assert (called.code, Path("m.md").exists(), Path("out/report.html").exists()) == (3, True, True)
    assert "verdict: pass" in called.out
    assert "could not write the report junit to j.xml" in called.err
    assert "harness report out --as junit --out FILE" in called.err


@pytest.mark.parametrize(
    ("argv", "told"),
    [
        (["--junit", "folder"], "--junit: expected a file, but folder is a folder"),
        (["--junit", "dev.jsonl/j.xml"], "--junit: cannot make the folder of"),
        (["--junit", "x", "--markdown", "./x"], "--junit and --markdown: expected a file for each, but got x for both"),
    ],
)
def test_a_place_that_cannot_be_is_told_before_anything_runs(project: Project, argv: list[str], told: str) -> None:
    Path("folder").mkdir()
    called = project.harness("run", "quick.yaml", "--out", "out", *argv)
    assert (called.code, Path("out").exists()) == (2, False)
    assert told in called.err


@pytest.mark.parametrize(
    ("kind", "name"), [("junit", "report.xml"), ("markdown", "report.md"), ("html", "report.html")]
)
def test_a_finished_run_has_every_report(project: Project, kind: str, name: str) -> None:
    project.finish("out")
    assert project.harness("report", "out", "--as", kind).out == f"{Path('out', name)}\n"


def test_a_report_can_go_to_stdout(project: Project) -> None:
    project.finish("out")
    assert project.harness("report", "out", "--as", "markdown", "--out", "m.md").out == "m.md\n"
    code = "from harness.cli.main import main; main()"
    argv = [sys.executable, "-c", code, "report", "out", "--as", "markdown", "--out", "-"]
    ended = subprocess.run(argv, capture_output=True, check=True)
    assert ended.stdout == Path("m.md").read_bytes()


# GitHub


def test_on_github_the_summary_is_appended(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(project.write("summary.md", "before\n")))
    assert project.harness("run", "quick.yaml", "--markdown", "m.md").code == 0
    assert Path("summary.md").read_text("utf-8") == "before\n" + Path("m.md").read_text("utf-8") + "\n"


def test_a_summary_that_cannot_be_written_is_only_a_warning(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(project.folder))
    called = project.harness("run", "quick.yaml")
    assert called.code == 0
    assert f"harness: warning: the job's summary could not be written to {project.folder}: " in called.err


@pytest.mark.parametrize(
    ("bound", "policy", "level"), [(0.99, "fail", "error"), (0.85, "fail", "error"), (0.85, "warn", "warning")]
)
def test_on_github_a_gate_that_does_not_hold_is_annotated(
    project: Project, monkeypatch: pytest.MonkeyPatch, bound: float, policy: str, level: str
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    project.edit("quick.yaml", "min: 0.5", f"min: {bound}")
    called = project.harness("run", "quick.yaml", "--undecided", policy, "--json")
    went = "fails" if bound == 0.99 else "is undecided"
    [line] = [line for line in called.err.splitlines() if line.startswith("::")]
    assert line.startswith(f"::{level} file=quick.yaml,line=7,title=gate classification/accuracy {went}::0.900 [")
    assert called.json["gates"][0]["bound"] == bound


def test_elsewhere_and_for_gates_that_hold_nothing_is_annotated(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    assert "::" not in project.harness("run", "quick.yaml").err
    monkeypatch.delenv("GITHUB_ACTIONS")
    assert "::" not in project.harness("run", "quick.yaml", "--set", "tasks.classification.gates.accuracy.min=1").err


def test_an_annotation_is_one_line_whatever_it_says() -> None:
    hostile = "50%,a:b\r\n::error::pwned\x1b[0m\u2028"
    gate = Decision(f"task/{hostile}", "min", 0.5, 0.1, 0.0, 0.2, 9, "fail", hostile)
    line = annotation(gate, "fail")
    assert (len(line.splitlines()), "\x1b" in line) == (1, False)
    assert re.fullmatch(r"::error title=gate task/50%25%2Ca%3Ab\\r\\n%3A%3Aerror[^:,]* fails::0\.100 .*", line)
    assert line.endswith(r"n 9; 50%25,a:b\r\n::error::pwned\x1b[0m\u2028")


# The action


def scripts() -> list[str]:
    """What the action's steps run in a shell."""
    return [step["run"] for step in ACTION["runs"]["steps"] if "run" in step]


def running() -> str:
    """The script that runs the suite."""
    return str(next(step["run"] for step in ACTION["runs"]["steps"] if step.get("id") == "run"))


INPUTS = ("suite", "model", "data", "args", "undecided")


def act(folder: Path, does: str = "exit 1", code: int = 1, **inputs: str) -> list[str]:
    """Run the action's script on a `harness` that only writes its arguments down and fails a gate, or `does`."""
    (folder / "bin").mkdir()
    (folder / "bin" / "harness").write_text('#!/bin/sh\nprintf "%s\\0" "$@" > argv\n' + does)
    (folder / "bin" / "harness").chmod(0o755)
    (folder / "bin" / "python").symlink_to(sys.executable)
    given = {f"HARNESS_{name.upper()}": inputs.get(name, "") for name in INPUTS}
    places = {"RUNNER_TEMP": str(folder), "GITHUB_OUTPUT": str(folder / "output")}
    shell = [shutil.which("bash") or "bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", running()]
    ended = subprocess.run(
        shell, cwd=folder, env={"PATH": f"{folder / 'bin'}:/usr/bin:/bin", **given, **places}, check=False
    )
    assert ended.returncode == code
    command, *argv = (folder / "argv").read_text("utf-8").split("\0")[:-1]
    assert command == "run"
    return argv


@pytest.mark.parametrize("index", ["", "https://index.example/cpu"])
def test_the_action_installs_from_a_further_index_where_one_is_named(index: str) -> None:
    [script] = [script for script in scripts() if "pip install" in script]
    given = {"HARNESS_INDEX": index, "HARNESS_EXTRAS": "torch", "GITHUB_ACTION_PATH": "/action"}
    bash = [shutil.which("bash") or "bash", "--noprofile", "--norc", "-eo", "pipefail", "-c"]
    fake = "python() { printf '%s\\n' \"$@\"; }\n"
    done = subprocess.run([*bash, fake + script], env=given, check=True, capture_output=True, encoding="utf-8")
    assert done.stdout.splitlines() == [
        "-m", "pip", "install", *(["--extra-index-url", index] if index else []),
        "--constraint", "/action/constraints.txt", "/action[charts,torch]",
    ]  # fmt: skip


def test_every_input_is_explained_and_used() -> None:
    steps = yaml.dump(ACTION["runs"]["steps"])
    for name, described in ACTION["inputs"].items():
        assert described["description"]
        assert f"${{{{ inputs.{name} }}}}" in steps, name
    assert ACTION["runs"]["using"] == "composite"


def test_nothing_is_interpolated_into_a_script() -> None:
    assert [script for script in scripts() if "${{" in script] == []
    assert all(step["shell"] == "bash" for step in ACTION["runs"]["steps"] if "run" in step)
    written = {name for step in ACTION["runs"]["steps"] for name in step.get("env", {})}
    read = set(re.findall(r"HARNESS_\w+", "".join(scripts())))
    assert read - written == {"HARNESS_MARK"}  # a script's own
    assert written <= read


def test_the_action_installs_its_own_checkout_with_its_pins() -> None:
    assert any('--constraint "$GITHUB_ACTION_PATH/constraints.txt"' in each for each in scripts())
    assert (ROOT / "constraints.txt").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX shell")
def test_the_action_passes_its_inputs_on_as_they_are(tmp_path: Path) -> None:
    hostile = '$(touch pwned); `touch pwned` "x" *'
    argv = act(tmp_path, suite=hostile, model=hostile, args="--undecided  warn\n--limit 9 $(touch,pwned)")
    folder = argv[1]
    assert argv == [
        "--out", folder, "--junit", f"{folder}/junit.xml", "--markdown", f"{folder}/summary.md", "--model", hostile,
        "--undecided", "warn", "--limit", "9", "$(touch,pwned)", "--", hostile,
    ]  # fmt: skip
    assert (tmp_path / "output").read_text("utf-8") == f"run={folder}\n"
    assert not (tmp_path / "pwned").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX shell")
def test_an_argument_in_quotes_may_contain_spaces(tmp_path: Path) -> None:
    args = '--set "data.name=dev set" --set ' + "'a=$(touch pwned)' "
    argv = act(tmp_path, suite="s.yaml", args=args, undecided="warn")
    assert argv[6:] == [
        "--undecided",
        "warn",
        "--set",
        "data.name=dev set",
        "--set",
        "a=$(touch pwned)",
        "--",
        "s.yaml",
    ]
    assert not (tmp_path / "pwned").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX shell")
def test_an_open_quote_is_said_before_anything_runs(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(FileNotFoundError):  # the arguments of harness, which was not called
        act(tmp_path, code=2, suite="s.yaml", args='--set "data.name=dev')
    assert "::error title=args::" in capfd.readouterr().out


@pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX shell")
@pytest.mark.parametrize(("verdict", "code"), [("pass", 0), ("fail", 1)])
def test_the_verdict_is_an_output(tmp_path: Path, verdict: str, code: int) -> None:
    info = f'{{\\n "state": "finished",\\n "verdict": "{verdict}",\\n}}'
    act(tmp_path, f'mkdir "$3"; printf \'{info}\' > "$3/run.json"; exit {code}', code, suite="suite.yaml")
    assert (tmp_path / "output").read_text("utf-8").splitlines()[1:] == [f"verdict={verdict}"]


@pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX shell")
def test_an_input_that_is_not_given_is_not_passed(tmp_path: Path) -> None:
    argv = act(tmp_path, suite="-odd.yaml")
    assert [each for each in argv if each in {"--model", "--data", ""}] == []
    assert argv[-2:] == ["--", "-odd.yaml"]


@pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX shell")
@pytest.mark.parametrize(("state", "code"), [("finished", 0), ("running", 1)])
def test_a_run_that_ended_with_0_before_its_end_fails_the_action(tmp_path: Path, state: str, code: int) -> None:
    made = f"""mkdir "$3"; printf '{{\\n "state": "{state}",\\n}}' > "$3/run.json" """
    act(tmp_path, made, code, suite="suite.yaml")


def test_the_report_is_kept_when_a_gate_fails() -> None:
    upload = ACTION["runs"]["steps"][-1]
    assert upload["uses"].startswith("actions/upload-artifact@")
    assert upload["if"].startswith("always()")
    assert re.findall(r"/(\S+)$", upload["with"]["path"], re.MULTILINE) == ["report.html", "junit.xml", "summary.md"]


# pre-commit: `check` of several files, without their data


@pytest.mark.parametrize(
    ("name", "matches"),
    [("a.harness.yaml", True), ("b/a.harness.yml", True), ("harness.yaml", False), ("a.harness.yaml.txt", False)],
)
def test_the_hook_is_for_suite_files(name: str, matches: bool) -> None:
    assert bool(re.search(HOOK["files"], name)) == matches
    assert (HOOK["id"], HOOK["entry"], HOOK["language"]) == ("harness-check", "harness check", "python")


def test_the_hook_accepts_several_good_files_without_data(project: Project) -> None:
    Path("dev.jsonl").unlink()
    shutil.copy("quick.yaml", "two.harness.yaml")
    called = project.harness(*HOOK["entry"].split()[1:], *HOOK["args"], "quick.yaml", "two.harness.yaml")
    assert (called.code, called.err) == (0, "")
    assert called.out.splitlines() == [f"{name}: valid, as far as the file goes" for name in ("quick", "two")]


def test_every_file_that_is_wrong_is_told(project: Project) -> None:
    suite = Path("quick.yaml").read_text("utf-8")
    project.write("key.harness.yaml", suite.replace("seed: 7", "sed: 7"))
    project.write("part.harness.yaml", suite.replace("deepwordbug", "deepwordbag"))
    called = project.harness("check", *HOOK["args"], "key.harness.yaml", "quick.yaml", "part.harness.yaml")
    assert called.code == 2
    assert re.findall(r"^harness: (\S+):\d+: .*; did you mean '(\w+)'", called.err, re.MULTILINE) == [
        ("key.harness.yaml", "seed"), ("part.harness.yaml", "deepwordbug"),
    ]  # fmt: skip


def test_what_an_extra_lacks_is_said_and_no_error(project: Project) -> None:
    project.install("attacks", "counting", "harness_numbers:counting", needs="numbers")
    project.edit("quick.yaml", "[deepwordbug]", "[counting]")
    called = project.harness("check", "--file-only", "quick.yaml")
    assert called.code == 0
    assert "  not checked: attack 'counting' needs numbers: pip install 'stranger[numbers]'" in called.out


def test_a_suite_without_model_and_data_is_checked_as_far_as_it_goes(project: Project) -> None:
    assert project.harness("check", "--file-only", "release", "robust").code == 0
    called = project.harness("check", "--file-only", "release", "--set", "tasks.attack.attacks=[deepwordbag]")
    assert (called.code, "did you mean 'deepwordbug'" in called.err) == (2, True)


def test_json_of_several_suites_is_a_list(project: Project) -> None:
    shutil.copy("quick.yaml", "two.yaml")
    assert [each["suite"] for each in project.harness("check", "quick.yaml", "two.yaml", "--json").json] == [
        "quick", "two",
    ]  # fmt: skip
    assert project.harness("check", "quick.yaml", "--json").json["samples"] == 20


# The page


def test_the_yaml_of_the_page_is_what_it_says() -> None:
    blocks = [yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)]
    github, released, gitlab, precommit = blocks
    for workflow in (github, released):
        [step] = [step for step in workflow["jobs"]["harness"]["steps"] if "model-harness" in step["uses"]]
        assert set(step["with"]) <= set(ACTION["inputs"])
    assert gitlab["harness"]["artifacts"]["reports"] == {"junit": "runs/junit.xml"}
    assert [hook["id"] for hook in precommit["repos"][0]["hooks"]] == [HOOK["id"]]


def test_every_input_of_the_action_is_on_the_page() -> None:
    table = PAGE.partition("| input | what it is |")[2].partition("\n\n")[0]
    assert set(re.findall(r"^\| (.*?) \|", table, re.MULTILINE)) >= {"`suite`", "`model`, `data`", "`args`"}
    assert [name for name in ACTION["inputs"] if f"`{name}`" not in table] == []


def test_the_commands_of_the_page_work(project: Project) -> None:
    """In order, on the toy model in place of the reader's."""
    blocks = re.findall(r"```console\n(.*?)```", PAGE, re.DOTALL)
    for command in map(str.strip, "".join(blocks).splitlines()):
        if not command:
            continue
        assert project.harness(*shlex.split(command)[1:]).code == 0, command
        if command.startswith("harness init"):
            shutil.copy("quick.yaml", "release.harness.yaml")
    assert {path.name for path in Path("runs").iterdir()} == {
        "release", "first", "junit.xml", "summary.md", "again.md",
    }  # fmt: skip
    assert Path("released.baseline").exists()
