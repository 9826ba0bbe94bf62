"""An interrupted run is completed by --resume, with the results of one that was never interrupted."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from pyarrow import parquet

if TYPE_CHECKING:
    from conftest import Project

SLOW = """
import time
import toy


def predict(texts):
    if len(texts) > 2:
        raise MemoryError
    time.sleep(0.004)
    return toy.predict(texts)


predict.labels = toy.predict.labels
"""

CASES = 26
RESUME = ("run", "slow.yaml", "--out", "out", "--resume", "--quiet")


def results(folder: str) -> tuple[Any, Any, dict[str, list[Any]]]:
    """All that a run came to: scores, gates and every record."""
    records = {path.stem: parquet.read_table(path).to_pylist() for path in Path(folder, "records").iterdir()}
    scores, gates = (
        json.loads(Path(folder, name).read_text(encoding="utf-8")) for name in ("scores.json", "gates.json")
    )
    return scores, gates, records


def finished_cases(folder: str) -> int:
    """How many cases have a record; all of them once the first task's records are in Parquet."""
    files = list(Path(folder, "records").glob("*"))
    lines = sum(file.read_bytes().count(b"\n") for file in files if file.suffix == ".jsonl")
    return CASES if any(file.suffix == ".parquet" for file in files) else lines


@pytest.fixture
def slow(project: Project) -> Project:
    """A project whose model takes its time, with a finished run in `whole`."""
    project.write("slow.py", SLOW)
    shutil.copy("quick.yaml", "slow.yaml")
    project.edit("slow.yaml", "toy:predict", "slow:predict")
    assert project.harness("run", "slow.yaml", "--out", "whole", "--quiet").code == 0
    return project


@pytest.mark.skipif(sys.platform == "win32", reason="no such signal")
@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(1, 8))])
def test_a_run_killed_again_and_again_has_the_results_of_an_uninterrupted_one(slow: Project, seed: int) -> None:
    random, argv = Random(seed), ["run", "slow.yaml", "--out", "out"]
    killed: list[tuple[int, int]] = []
    for _ in range(3):
        left = CASES - (finished_cases("out") if killed else 0)
        when = (random.randint(1, left // 2 + 1), random.random() * 0.02)
        process = slow.start(*argv, before=f"signalled({signal.SIGKILL:d}, {when[0]}, {when[1]})")
        process.communicate()
        killed.append((process.returncode, finished_cases("out")))
        argv = list(RESUME)
    assert any(code == -signal.SIGKILL and cases for code, cases in killed)
    assert slow.harness(*argv).code == 0
    assert results("out") == results("whole")


@pytest.mark.skipif(sys.platform == "win32", reason="a console would interrupt the tests as well")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["ctrl-c", "terminate"])
def test_an_interrupted_run_says_how_to_go_on(slow: Project, number: signal.Signals) -> None:
    process = slow.start("run", "slow.yaml", "--out", "out", before=f"signalled({number:d}, 3, 0)")
    out, err = process.communicate()
    assert (process.returncode, out) == (130, "")
    assert "harness: interrupted; what finished is kept in out\n" in err
    assert "resume with the same options: harness run slow.yaml --resume --out out\n" in err
    assert "Traceback" not in err
    assert slow.read("out/run.json")["state"] == "interrupted"
    assert slow.harness(*RESUME).code == 0
    assert results("out") == results("whole")


class Crash(BaseException):
    """Nobody catches it: the process might as well be dead."""


@pytest.fixture
def whole(project: Project) -> Project:
    """A project with a finished run in `whole`."""
    project.finish("whole")
    return project


def crash_at(patch: pytest.MonkeyPatch, step: int) -> None:
    """Crash at the given one of the steps that move and remove files."""
    replace, unlink, steps = Path.replace, Path.unlink, iter(range(10_000))

    def may_crash() -> None:
        if next(steps) == step:
            raise Crash

    def replacing(path: Path, target: Path) -> Path:
        may_crash()
        return replace(path, target)

    def unlinking(path: Path, missing_ok: bool = False) -> None:
        if path.suffix != ".part":
            may_crash()
            unlink(path, missing_ok)

    patch.setattr(Path, "replace", replacing)
    patch.setattr(Path, "unlink", unlinking)


@pytest.mark.parametrize("step", range(10))
def test_dying_between_any_two_files_loses_nothing(whole: Project, monkeypatch: pytest.MonkeyPatch, step: int) -> None:
    with monkeypatch.context() as patch:
        crash_at(patch, step)
        assert whole.harness("run", "quick.yaml", "--out", "out", "--quiet").code == 3
    resume = ["--resume"] if Path("out/run.json").exists() else []
    assert whole.harness("run", "quick.yaml", "--out", "out", *resume).code == 0
    assert results("out") == results("whole")


def test_there_are_no_more_steps_than_that(whole: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    crash_at(monkeypatch, 10)
    assert whole.harness("run", "quick.yaml", "--out", "out", "--quiet").code == 0


def test_a_task_whose_lines_were_left_beside_its_parquet_is_counted_once(whole: Project) -> None:
    table = parquet.read_table("whole/records/attack.parquet").to_pylist()
    whole.write("whole/records/attack.jsonl", json.dumps(table[0]) + "\n")
    before = results_without_lines("whole")
    assert whole.harness("run", "quick.yaml", "--out", "whole", "--resume").code == 0
    assert results("whole") == before


def results_without_lines(folder: str) -> Any:
    lines = Path(folder, "records", "attack.jsonl")
    content = lines.read_text(encoding="utf-8")
    lines.unlink()
    found = results(folder)
    lines.write_text(content, encoding="utf-8")
    return found


# What is asked again


def asked() -> list[str]:
    """What the toy was asked since it was imported; it is told anew for every call."""
    import toy  # type: ignore[import-not-found]

    texts, toy.asked = list(toy.asked), []
    return texts


def test_resuming_a_finished_run_asks_nothing(whole: Project) -> None:
    before, info = results("whole"), whole.read("whole/run.json")
    called = whole.harness("run", "quick.yaml", "--out", "whole", "--resume")
    assert (called.code, asked(), results("whole")) == (0, [], before)
    after = whole.read("whole/run.json")
    may_differ = {"finished": "", "seconds": "", "checksum": "", "files": "", "folder": ""}  # the run was copied here
    for each in (after, info):
        each["hardware"].pop("threads")  # of this process, in which other tests may have set another number
    assert after | may_differ == info | may_differ
    assert set(after["seconds"]) == {"load", "run", "score"}
    assert all(after["seconds"][name] > info["seconds"][name] for name in ("load", "score"))


def test_only_cases_without_a_record_are_asked(whole: Project) -> None:
    table = parquet.read_table("whole/records/classification.parquet")
    parquet.write_table(table.slice(0, len(table) - 3), "whole/records/classification.parquet")
    whole.write("whole/run.json", json.dumps(whole.read("whole/run.json") | {"files": {}}))
    called = whole.harness("run", "quick.yaml", "--out", "whole", "--resume")
    assert len(asked()) == 3
    assert "26 cases, 23 of them finished before" in called.err


def test_samples_that_were_changed_are_written_again(whole: Project) -> None:
    before = Path("whole/samples.parquet").read_bytes()
    Path("whole/samples.parquet").write_bytes(b"garbage")
    assert whole.harness("run", "quick.yaml", "--out", "whole", "--resume").code == 0
    assert Path("whole/samples.parquet").read_bytes() == before


def test_records_that_were_changed_are_refused_until_their_file_is_gone(whole: Project) -> None:
    before, path = results("whole"), Path("whole/records/classification.parquet")
    path.write_bytes(b"garbage")
    called = whole.harness("run", "quick.yaml", "--out", "whole", "--resume")
    assert called.code == 2
    assert "the run's files were changed: without this file --resume asks its cases again" in called.err
    path.unlink()
    assert whole.harness("run", "quick.yaml", "--out", "whole", "--resume").code == 0
    assert results("whole") == before


MOODY = """
import os
import toy


def predict(texts):
    if os.path.exists("moody") and any("number 7" in text for text in texts):
        raise RuntimeError("not now")
    return toy.predict(texts)


predict.labels = toy.predict.labels
"""


def test_errored_cases_are_asked_again(project: Project) -> None:
    project.write("moody.py", MOODY)
    project.edit("quick.yaml", "toy:predict", "moody:predict")
    assert project.harness("run", "quick.yaml", "--out", "whole").code == 0
    project.write("moody", "")
    assert project.harness("run", "quick.yaml", "--out", "out").code == 1
    assert project.harness("run", "quick.yaml", "--out", "out", "--resume").code == 1
    Path("moody").unlink()
    asked()
    assert project.harness("run", "quick.yaml", "--out", "out", "--resume").code == 0
    assert {text.rpartition(" ")[2] for text in asked()} == {"7"}
    assert results("out") == results("whole")


def test_a_run_that_stopped_since_every_case_failed_can_go_on(project: Project) -> None:
    project.write("moody.py", MOODY.replace("number 7", "number"))
    project.edit("quick.yaml", "toy:predict", "moody:predict")
    project.write("moody", "")
    assert project.harness("run", "quick.yaml", "--out", "out").code == 3
    Path("moody").unlink()
    assert project.harness("run", "quick.yaml", "--out", "out", "--resume").code == 0
    assert project.read("out/run.json")["state"] == "finished"


def test_the_counters_of_a_resumed_run_are_of_all_of_it(whole: Project) -> None:
    before = whole.read("whole/run.json")["engine"][""]
    Path("whole/records/attack.parquet").unlink()
    assert whole.harness("run", "quick.yaml", "--out", "whole", "--resume").code == 0
    after = whole.read("whole/run.json")["engine"][""]
    assert before["asked"] < after["asked"] < 2 * before["asked"]


DYING = """
def dying():
    '''Dies before it has computed anything.'''

    def run(work):
        raise KeyboardInterrupt
        yield

    return run
"""


def test_the_counters_are_kept_when_resuming_is_cut_short(whole: Project) -> None:
    before = whole.read("whole/run.json")
    whole.install("executors", "dying", "dying:dying", DYING)
    assert whole.harness("run", "quick.yaml", "--out", "whole", "--resume", "--set", "executor=dying").code == 130
    after = whole.read("whole/run.json")
    assert (after["state"], after["engine"], after["started"]) == ("interrupted", before["engine"], before["started"])


# What a run may be resumed with


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (["--set", "tasks.attack.limit=7"], "suite"),
        (["--set", "tasks.classification.gates.accuracy.min=0.4"], "suite"),
        (["--model", "python:other:predict"], "suite and model"),
        (["--limit", "10"], "suite and data"),
    ],
)
def test_another_suite_is_refused_with_what_changed(whole: Project, change: list[str], what: str) -> None:
    whole.write("other.py", "from toy import predict as right\n\n\ndef predict(texts):\n    return right(texts)\n\n\n")
    with Path("other.py").open("a", encoding="utf-8") as file:
        file.write("predict.labels = right.labels\n")
    before = whole.read("whole/run.json")
    called = whole.harness("run", "quick.yaml", "--out", "whole", "--resume", *change)
    assert (called.code, called.out) == (2, "")
    assert f"whole cannot be resumed: its {what} changed since it began. Run with what it began with, or" in called.err
    assert whole.read("whole/run.json") == before


def test_another_seed_is_refused_as_what_it_is(whole: Project) -> None:
    called = whole.harness("run", "quick.yaml", "--out", "whole", "--resume", "--seed", "8")
    assert (called.code, called.out) == (2, "")
    assert "whole cannot be resumed with seed 8: it began with 7. Give --seed 7, or start a new run" in called.err


def test_another_sample_seed_is_refused_as_what_it_is(whole: Project) -> None:
    called = whole.harness("run", "quick.yaml", "--out", "whole", "--resume", "--sample-seed", "8")
    assert (called.code, called.out) == (2, "")
    assert "whole cannot be resumed with sample-seed 8: it began with 0. Give --sample-seed 0, or start" in called.err


def test_other_data_of_the_same_name_is_refused(whole: Project) -> None:
    whole.edit("dev.jsonl", 'number 3"', 'number 33"')
    called = whole.harness("run", "quick.yaml", "--out", "whole", "--resume")
    assert (called.code, "its data changed since it began" in called.err) == (2, True)


def test_another_model_of_the_same_name_is_refused(whole: Project) -> None:
    whole.edit("toy.py", "+ 0.1)), 1 /", "+ 0.2)), 1 /")
    called = whole.harness("run", "quick.yaml", "--out", "whole", "--resume")
    assert (called.code, "its model changed since it began" in called.err) == (2, True)


def test_another_policy_about_undecided_gates_is_no_change(whole: Project) -> None:
    called = whole.harness("run", "quick.yaml", "--out", "whole", "--resume", "--undecided", "warn")
    assert called.code == 0


# Which run


def begun(name: str, state: str = "interrupted") -> None:
    shutil.copytree("whole", Path("runs", name))
    path = Path("runs", name, "run.json")
    info = json.loads(path.read_text(encoding="utf-8")) | {"state": state}
    path.write_text(json.dumps({name: value for name, value in info.items() if name != "checksum"}), encoding="utf-8")


def test_resume_without_out_takes_the_newest_of_the_suite(whole: Project) -> None:
    for name in ("quick-20260101-000000", "quick-20260102-000000-9", "quick-20260102-000000-10"):
        begun(name)
    for name in ("quick-start-20260201-000000", "slow-20260201-000000", "quick-2027"):
        begun(name)
    os.utime("runs/quick-20260101-000000/run.json", (2**31, 2**31))
    called = whole.harness("run", "quick.yaml", "--resume", "--json")
    assert called.json["run"] == str(Path("runs/quick-20260102-000000-10"))
