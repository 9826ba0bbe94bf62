"""The command line: what each command and option does, and what it prints where."""

from __future__ import annotations

import io
import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from pyarrow import parquet

from harness import Case, Outcome, Sample, __version__
from harness.runs.progress import LINE_SECONDS, Bar, Lines, Silent, progress_for
from harness.suite import components

if TYPE_CHECKING:
    from conftest import Project

ACCURACY = "classification/accuracy"


def ids(folder: str, file: str = "samples.parquet", column: str = "id") -> list[str]:
    """The samples of a run in their order."""
    return [str(each) for each in parquet.read_table(Path(folder, file))[column].to_pylist()]


# run


def test_a_run_leaves_everything_in_its_directory(project: Project) -> None:
    called = project.harness("run", "quick.yaml", "--out", "out")
    assert called.code == 0
    assert {path.relative_to("out").as_posix() for path in Path("out").rglob("*")} == {
        "run.json", "samples.parquet", "scores.json", "gates.json", "report.html", "run.lock",
        "records", "records/classification.parquet", "records/attack.parquet",
    }  # fmt: skip


def test_the_verdict_is_printed_with_every_gate(project: Project) -> None:
    out = project.harness("run", "quick.yaml", "--out", "out").out.splitlines()
    assert re.match(r"classification/accuracy +≥ 0\.5 +0\.900 +0\.7\d\d … 0\.9\d\d +20 +pass", out[1])
    assert out[2] == "verdict: pass (1 pass)"
    assert out[-1] == f"report: {Path('out/report.html')}"
    assert "\x1b" not in "".join(out)


def test_a_long_path_is_printed_in_one_piece(project: Project) -> None:
    out = "a" * 100 + " " + "b" * 100
    assert f"report: {Path(out, 'report.html')}\n" in project.harness("run", "quick.yaml", "--out", out).out


def test_without_gates_the_headlines_are_printed(project: Project) -> None:
    project.edit("quick.yaml", "    gates: {accuracy: {min: 0.5}}\n", "")
    out = project.harness("run", "quick.yaml").out
    addresses = [line.split()[0] for line in out.splitlines()[1:5]]
    assert addresses == [ACCURACY, "classification/ece", "attack/robust_accuracy", "attack/clean_accuracy"]
    assert "verdict: pass (no gates)" in out


def test_json_is_one_document(project: Project) -> None:
    called = project.harness("run", "quick.yaml", "--out", "out", "--json")
    assert list(called.json) == ["run", "verdict", "gates", "scores"]
    assert (called.json["run"], called.json["verdict"]) == ("out", "pass")
    assert called.json["gates"] == project.read("out/gates.json")
    assert called.json["scores"] == project.read("out/scores.json")


def test_scores_and_gates_are_written_as_documented(project: Project) -> None:
    project.harness("run", "quick.yaml", "--out", "out")
    score = project.read("out/scores.json")[ACCURACY]
    assert (list(score), score["value"], score["n"]) == (["value", "low", "high", "n"], 0.9, 20)
    [gate] = project.read("out/gates.json")
    assert gate == {"address": ACCURACY, "kind": "min", "bound": 0.5, **score, "verdict": "pass"}


def test_the_run_says_what_it_was_a_run_of(project: Project) -> None:
    project.harness("run", "quick.yaml", "--out", "out", "--limit", "10")
    info = project.read("out/run.json")
    assert (info["format"], info["name"], info["state"], info["verdict"]) == (2, "quick", "finished", "pass")
    assert (info["seed"], info["samples"], info["suite"]["data"]["limit"]) == (7, 10, 10)
    assert info["versions"]["model-harness"] == __version__
    attack = info["tasks"]["attack"]
    counted = attack.pop("engine")
    assert attack.pop("payload") == "harness.tasks.attack:Attacked"
    assert attack == {"use": "attack", "parts": ["deepwordbug"], "samples": 6, "cases": 6, "errors": 0}
    assert counted[""]["asked"] == info["engine"][""]["asked"] - 10
    assert set(info["fingerprints"]) == {"suite", "model", "data"}
    assert info["engine"][""]["asked"] == info["engine"][""]["unique"] + info["engine"][""]["remembered"]


@pytest.mark.parametrize(
    ("bound", "policy", "code", "verdict"),
    [
        (0.5, "fail", 0, "pass"), (0.99, "pass", 1, "fail"), (0.85, "fail", 1, "undecided"),
        (0.85, "pass", 0, "undecided"), (0.85, "warn", 0, "undecided"), (0.85, "point", 0, "undecided"),
        (0.95, "point", 1, "undecided"),
    ],
)  # fmt: skip
def test_the_exit_code_is_the_verdict_under_the_policy(
    project: Project, bound: float, policy: str, code: int, verdict: str
) -> None:
    project.edit("quick.yaml", "min: 0.5", f"min: {bound}")
    called = project.harness("run", "quick.yaml", "--out", "out", "--undecided", policy, "--json")
    assert (called.code, called.json["verdict"]) == (code, verdict)
    again = project.harness("gate", "out", "--undecided", policy)
    counts_as = {0: "pass", 1: "fail"}[code]
    changed = f", which counts as {counts_as}" if verdict == "undecided" and policy != "warn" else ""
    assert (again.code, f"verdict: {verdict} (1 {verdict}){changed}\n" in again.out) == (code, True)


def test_undecided_fails_unless_one_says_otherwise(project: Project) -> None:
    project.edit("quick.yaml", "min: 0.5", "min: 0.85")
    assert project.harness("run", "quick.yaml").code == 1


def test_a_run_goes_into_a_new_folder_of_runs(project: Project) -> None:
    folders = {project.harness("run", "quick.yaml", "--json", "--quiet").json["run"] for _ in range(3)}
    assert len(folders) == 3
    assert all(re.fullmatch(r"runs.quick-\d{8}-\d{6}(-\d)?", folder) for folder in folders)


# The options that change the suite


def test_a_smaller_limit_is_the_beginning_of_a_larger_one(project: Project) -> None:
    project.harness("run", "quick.yaml", "--out", "few", "--limit", "5")
    project.harness("run", "quick.yaml", "--out", "many", "--limit", "15")
    assert ids("few") == ids("many")[:5]
    assert ids("few", "records/attack.parquet", "sample") == ids("many", "records/attack.parquet", "sample")[:5]
    assert len(ids("many", "records/attack.parquet", "sample")) == 6


def test_the_seed_decides_the_order(project: Project) -> None:
    for seed in ("7", "8"):
        project.harness("run", "quick.yaml", "--out", seed, "--seed", seed)
    project.harness("run", "quick.yaml", "--out", "own")
    assert ids("7") == ids("own") != ids("8")
    assert set(ids("7")) == set(ids("8"))


def test_set_reaches_every_key(project: Project) -> None:
    changes = [
        "tasks.attack.limit=2",
        "tasks.classification.gates.accuracy.min=0.99",
        "tasks.attack.gates.robust_accuracy[part=deepwordbug].max=1",
        "max_errors=3",
        "model.labels=[no, yes]",
        "data.labels={negative: no, positive: yes}",
    ]
    called = project.harness("run", "quick.yaml", "--out", "out", "--json", *(f"--set={each}" for each in changes))
    info = project.read("out/run.json")
    assert (info["tasks"]["attack"]["samples"], info["suite"]["max_errors"], info["labels"]) == (2, 3, ["no", "yes"])
    addresses = [(gate["address"], gate["kind"], gate["bound"]) for gate in called.json["gates"]]
    assert addresses == [(ACCURACY, "min", 0.99), ("attack/robust_accuracy[part=deepwordbug]", "max", 1)]


@pytest.mark.parametrize(
    ("argv", "samples"),
    [
        ([], 12),
        (["--limit", "4"], 4),
        (["--limit", "4", "--set", "data.limit=3"], 3),
        (["--set", "data.limit=5", "--set", "data.limit=3"], 3),
        (["--data", "files:dev.jsonl"], 20),
        (["--data", "files:dev.jsonl", "--limit", "4"], 4),
        (["--set", "data.limit=null"], 20),
    ],
)
def test_the_more_specific_option_wins(project: Project, argv: list[str], samples: int) -> None:
    project.edit("quick.yaml", "dev.jsonl", "dev.jsonl, limit: 12")
    called = project.harness("check", "quick.yaml", "--json", *argv)
    assert called.json["samples"] == samples


def test_an_installed_suite_runs_by_name_on_ones_own_model_and_data(
    project: Project,
) -> None:
    suite = project.write("elsewhere/robust.harness.yaml", "tasks: [{use: classification, metrics: []}]\n")
    source = f"import pathlib\n\n\ndef robust():\n    return pathlib.Path({str(suite)!r})\n"
    project.install("suites", "robust", "installed:robust", source)
    called = project.harness("run", "robust", "--model", "python:toy:predict", "--data", "files:dev.jsonl", "--json")
    assert (called.code, called.json["scores"][ACCURACY]["value"]) == (0, 0.9)


def test_a_suites_paths_are_relative_to_it_and_a_calls_to_the_caller(project: Project) -> None:
    project.write("elsewhere/dev.csv", "text,label\ngood,positive\n")
    project.write("elsewhere/quick.yaml", Path("quick.yaml").read_text("utf-8").replace("dev.jsonl", "dev.csv"))
    argv = ("check", "elsewhere/quick.yaml", "--json")
    assert project.harness(*argv).json["samples"] == 1
    assert project.harness(*argv, "--data", "files:dev.jsonl").json["samples"] == 20
    assert project.harness(*argv, "--data", "files:dev.csv").json["samples"] == 1


def test_a_model_beside_the_suite_comes_before_one_in_the_working_directory(project: Project) -> None:
    project.write("toy.py", "raise RuntimeError('the wrong one')\n")
    for name in ("quick.yaml", "dev.jsonl"):
        Path("elsewhere").mkdir(exist_ok=True)
        Path(name).rename(Path("elsewhere", name))
    project.write("elsewhere/toy.py", "def predict(texts): return [[0, 1]] * len(texts)\n")
    called = project.harness("run", "elsewhere/quick.yaml", "--set", "model.labels=[negative, positive]", "--json")
    assert called.json["scores"][ACCURACY]["value"] == 0.5


def test_a_model_may_import_what_lies_beside_it_when_it_is_asked(project: Project) -> None:
    project.write("late.py", "def predict(texts):\n    import toy\n    return toy.predict(texts)\n")
    called = project.harness(
        "run", "quick.yaml", "--model", "python:late:predict", "--set", "model.labels=[negative, positive]"
    )
    assert called.code == 0


DEVICE = """
class Adapter:
    labels = ["negative", "positive"]

    def __init__(self, device):
        self.device = device

    def __call__(self, texts):
        return [[0.5, 0.5] for _ in texts]


def adapter(*, path: str = "", device: str = "auto"):
    return Adapter(device)
"""


def test_the_device_is_the_models_and_no_other_run(project: Project) -> None:
    project.install("models", "fake", "devices:adapter", DEVICE)
    argv = ("run", "quick.yaml", "--model", "fake", "--out", "out", "--undecided", "pass")
    assert project.harness(*argv, "--device", "tpu:7").code == 0
    assert project.read("out/run.json")["hardware"]["device"] == "tpu:7"
    assert project.harness(*argv, "--device", "cpu", "--resume").code == 0


# What is printed where


CHATTY = "print('imported!')\nimport toy\n\n\ndef predict(texts):\n    print('asked!')\n    return toy.predict(texts)\n"


@pytest.mark.parametrize("json_", [[], ["--json"]])
def test_what_a_model_prints_is_no_result(project: Project, json_: list[str]) -> None:
    project.write("chatty.py", CHATTY)
    argv = ("--model", "python:chatty:predict", "--set", "model.labels=[negative, positive]", *json_)
    called = project.harness("run", "quick.yaml", *argv)
    assert "asked!" not in called.out
    assert {"imported!", "asked!"} <= set(called.err.splitlines())
    assert not json_ or called.json["verdict"] == "pass"


def test_what_a_model_prints_is_no_result_in_a_process_either(project: Project) -> None:
    project.write("chatty.py", CHATTY)
    argv = ("--model", "python:chatty:predict", "--set", "model.labels=[negative, positive]")
    out, err = project.start("run", "quick.yaml", "--json", *argv).communicate()
    assert json.loads(out)["verdict"] == "pass"
    assert "asked!\n" in err


def test_what_a_plugin_prints_is_no_result(project: Project) -> None:
    source = "print('hello')\n\n\ndef loud(sample, rng):\n    '''Shouts.'''\n"
    project.install("attacks", "loud", "loud:loud", source)
    called = project.harness("list", "attacks", "--json")
    assert {"name": "loud", "summary": "Shouts.", "available": True, "missing": []} in called.json
    assert "hello" in called.err


def test_progress_is_told_in_plain_lines(project: Project) -> None:
    err = project.harness("run", "quick.yaml").err.splitlines()
    assert err[:2] == ["loading the model, the data and what the tasks need", "26 cases"]
    assert re.fullmatch(r"26/26 cases in \d+\.\d s, \d+\.\d/s", err[-1])


def test_quiet_tells_the_verdict_only(project: Project) -> None:
    called = project.harness("run", "quick.yaml", "--quiet")
    assert called.err == ""
    assert "verdict: pass" in called.out


def test_a_terminal_without_the_signs_still_gets_the_verdict(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    written = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written, encoding="ascii"))
    assert project.harness("run", "quick.yaml", "--quiet").code == 0
    sys.stdout.flush()
    assert re.search(rb"accuracy +\? 0\.5 +0\.900", written.getvalue())


class Clock:
    """Seconds that pass when told to."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def outcome(error: str | None = None) -> Outcome:
    def session(sample: Sample[Any], rng: object) -> Any:
        raise NotImplementedError

    return Outcome(Case("t", "", Sample("1", ""), session), error=error)


def test_lines_tell_rate_and_remaining_time_now_and_then() -> None:
    stream, clock = io.StringIO(), Clock()
    lines = Lines(stream, clock)
    lines.start(100, 40)
    for at in range(20):
        clock.now += LINE_SECONDS / 10
        lines.done([outcome("Traceback" if at == 3 else None)])
    lines.stop()
    assert stream.getvalue().splitlines() == [
        "100 cases, 40 of them finished before",
        "50/100 cases in 10.0 s, 1.0/s, 50 s left, 1 error",
        "60/100 cases in 20.0 s, 1.0/s, 40 s left, 1 error",
        "60/100 cases in 20.0 s, 1.0/s, 40 s left, 1 error",
    ]


def test_lines_survive_a_run_without_cases() -> None:
    stream = io.StringIO()
    lines = Lines(stream, Clock())
    lines.start(0, 0)
    lines.stop()
    assert stream.getvalue() == "0 cases\n0/0 cases in 0.0 s, 0.0/s\n"


class Terminal(io.StringIO):
    """A stream somebody looks at."""

    def isatty(self) -> bool:
        return True


def test_a_terminal_shows_a_bar_with_rate_remaining_time_and_errors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    stream = Terminal()
    bar = progress_for(stream)
    assert isinstance(bar, Bar)
    bar.start(4, 1)
    bar.done([outcome()])
    bar.done([outcome("Traceback")])
    bar.stop()
    shown = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", stream.getvalue())
    assert re.search(r"cases .* 3/4 \d+\.\d/s 1 error 0:00:0\d", shown)


def test_who_looks_decides_how_progress_is_shown() -> None:
    shown = [progress_for(io.StringIO()), progress_for(Terminal()), progress_for(Terminal(), quiet=True)]
    assert [type(each) for each in shown] == [Lines, Bar, Silent]


def test_silence_is_a_progress_too(capsys: pytest.CaptureFixture[str]) -> None:
    silent = Silent()
    silent.start(1, 0)
    silent.done([outcome()])
    silent.stop()
    assert capsys.readouterr() == ("", "")


# check


def test_check_runs_no_model(project: Project) -> None:
    Path("toy.py").unlink()
    called = project.harness("check", "quick.yaml")
    assert (called.code, called.out.splitlines()[0], called.err) == (0, "quick: valid, 20 samples", "")
    assert "toy" not in sys.modules
    assert not Path("runs").exists()


def test_check_says_what_the_gates_can_resolve(project: Project) -> None:
    gates = '    gates: {robust_accuracy: {min: 0.5}, "queries[part=deepwordbug]": {max: 9}}\n'
    project.edit("quick.yaml", "    limit: 6\n", f"    limit: 6\n{gates}")
    called = project.harness("check", "quick.yaml", "--json")
    assert (called.json["suite"], called.json["samples"]) == ("quick", 20)
    rows = [(row["address"], row["kind"], row["bound"], row["n"]) for row in called.json["gates"]]
    assert rows == [
        (ACCURACY, "min", 0.5, 20),
        ("attack/robust_accuracy", "min", 0.5, 6),
        ("attack/queries[part=deepwordbug]", "max", 9, 6),
    ]
    widths = [row["half_width"] for row in called.json["gates"]]
    assert widths == [pytest.approx(0.172, abs=1e-3), pytest.approx(0.279, abs=1e-3), None]
    out = project.harness("check", "quick.yaml").out
    assert re.search(r"classification/accuracy +≥ 0\.5 +20 +±0\.17\d", out)
    assert "depends on the data" in out


# gate and report


def test_gate_decides_from_the_files_alone(project: Project) -> None:
    ran = project.harness("run", "quick.yaml", "--out", "out", "--json")
    for name in ("toy.py", "quick.yaml", "dev.jsonl", "out/report.html"):
        Path(name).unlink()
    called = project.harness("gate", "out", "--json")
    assert (called.code, called.json, called.err) == (0, ran.json, "")


def test_gate_fails_a_run_with_more_errors_than_allowed(project: Project) -> None:
    source = "import toy\n\n\ndef it(texts):\n    assert 'number 2' not in str(texts)\n    return toy.predict(texts)\n"
    project.write("picky.py", source)
    settings = ("--set", "model.labels=[negative, positive]", "--set", "tasks.classification.gates={}")
    assert project.harness("run", "quick.yaml", "--out", "out", "--model", "python:picky:it", *settings).code == 1
    assert project.harness("gate", "out", "--undecided", "pass").code == 1


def test_report_writes_it_anew_and_prints_where(project: Project) -> None:
    project.harness("run", "quick.yaml", "--out", "out")
    written = Path("out/report.html").read_bytes()
    Path("out/report.html").unlink()
    called = project.harness("report", "out")
    assert (called.code, called.out, called.err) == (0, f"{Path('out/report.html')}\n", "")
    assert Path("out/report.html").read_bytes() == written
    assert project.harness("report", "out", "--as", "html", "--out", "there.html").out == "there.html\n"
    assert Path("there.html").read_bytes() == written


def test_a_report_of_ones_own(project: Project) -> None:
    source = "def short(run):\n    print('writing')\n    return f'{run.name}: {len(run.scores)} ≥ 0'\n"
    project.install("reports", "short", "mine:short", source)
    project.harness("run", "quick.yaml", "--out", "out")
    assert project.harness("report", "out", "--as", "short").out == f"{Path('out/report.short')}\n"
    assert Path("out/report.short").read_text(encoding="utf-8").startswith("quick: ")


# list, help


def test_list_shows_every_kind_that_has_components(project: Project) -> None:
    called = project.harness("list", "--json")
    assert {"models", "data", "metrics", "attacks", "explainers", "tasks", "suites", "reports"} <= set(called.json)
    assert {row["name"] for row in called.json["tasks"]} >= {"classification", "attack", "explain"}
    assert "deepwordbug" in project.harness("list").out


def test_every_component_of_ours_says_what_it_is(project: Project) -> None:
    for kind in ("models", "data", "metrics", "tasks"):
        for row in project.harness("list", kind, "--json").json:
            assert list(row) == ["name", "summary", "available", "missing"]
            assert row["summary"].endswith("."), row["name"]


def test_list_says_what_is_missing(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(components, "missing", lambda point: ["absent"] if point.name == "files" else [])
    called = project.harness("list", "data", "--json")
    [row] = [row for row in called.json if row["name"] == "files"]
    assert (row["available"], row["missing"]) == (False, ["absent"])
    assert re.search(r"files .* missing: absent", project.harness("list", "data").out)


@pytest.mark.parametrize("command", ["run", "check", "gate", "report", "list"])
def test_every_command_explains_itself(project: Project, command: str) -> None:
    called = project.harness(command, "--help")
    assert (called.code, called.err) == (0, "")
    assert f"Usage: harness {command} " in called.out


def test_the_version_is_printed(project: Project) -> None:
    assert project.harness("--version").out == f"model-harness {__version__}\n"


def test_without_a_command_the_commands_are_listed(project: Project) -> None:
    called = project.harness()
    assert (called.code, called.out) == (2, "")
    assert "Commands:" in called.err


def test_a_finished_run_that_lost_its_records_is_refused(project: Project) -> None:
    project.finish("out")
    (project.folder / "out" / "records" / "attack.parquet").unlink()
    called = project.harness("report", "out")
    assert (called.code, called.out) == (2, "")
    assert "attack.parquet: there is no such file; the run's files were changed" in called.err
