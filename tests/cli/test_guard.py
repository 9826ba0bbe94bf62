"""A model may end its process, hang in it or leave threads in it: the exit code is right, and the shell comes back."""

from __future__ import annotations

import os
import select
import shutil
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING, NoReturn

import pytest

from harness.cli import guard, main
from harness.cli.guard import refusing

if TYPE_CHECKING:
    from conftest import Project

linux = pytest.mark.skipif(sys.platform != "linux", reason="a run has a process of its own on Linux only")

MODEL = """
import ctypes, os, re, signal, threading, time

def right(texts):
    return [[0.2, 0.8]] * len(texts)

def leaves(texts):
    os._exit({code})

def leaves_natively(texts):
    ctypes.CDLL(None)._exit({code})

def is_killed(texts):
    os.kill(os.getpid(), signal.SIGKILL)

def hangs(texts):
    open("asked", "w").close()
    time.sleep(600)

def keeps_the_lock(texts):
    open("asked", "w").close()
    re.match(r"(a+)+$", "a" * 60 + "b")

def leaves_a_thread(texts):
    threading.Thread(target=time.sleep, args=(600,)).start()
    return right(texts)

for each in (right, leaves, leaves_natively, is_killed, hangs, keeps_the_lock, leaves_a_thread):
    each.labels = ["negative", "positive"]
"""


def begin(project: Project, model: str, code: int = 0) -> subprocess.Popen[str]:
    """A run as a shell begins it."""
    project.write("odd.py", MODEL.replace("{code}", str(code)))
    project.write("odd.yaml", f'model: {{use: python, object: "odd:{model}"}}\ndata: {{use: files, path: dev.jsonl}}\n'
                              "tasks: [{use: classification, gates: {accuracy: {min: 0.01}}}]\n")  # fmt: skip
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs ignore it
    try:
        return subprocess.Popen(
            [sys.executable, "-m", "harness", "run", "odd.yaml", "--out", "odd", "--quiet"],
            cwd=project.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
    finally:
        signal.signal(signal.SIGINT, before)


def asked(project: Project) -> None:
    """Wait until the model is asked."""
    for _ in range(600):
        if (project.folder / "asked").exists():
            return
        time.sleep(0.05)
    pytest.fail("the model was never asked")


@linux
@pytest.mark.parametrize("code", [0, 1])
@pytest.mark.parametrize("model", ["leaves", "leaves_natively"])
def test_a_model_that_ends_its_process_gives_no_verdict(project: Project, model: str, code: int) -> None:
    run = begin(project, model, code)
    out, err = run.communicate(timeout=60)
    assert (run.returncode, out) == (3, "")
    assert f"the model's process ended with {code} before the run did: there is no verdict" in err
    assert project.read("odd/run.json")["state"] == "running"


@linux
def test_a_model_that_is_killed_gives_no_verdict(project: Project) -> None:
    run = begin(project, "is_killed")
    _, err = run.communicate(timeout=60)
    assert run.returncode == 3
    assert "was ended by SIGKILL" in err


@linux
def test_a_first_interrupt_is_answered_and_a_second_one_ends_a_model_that_hangs(
    project: Project,
) -> None:
    run = begin(project, "hangs")
    asked(project)
    assert run.stderr is not None
    run.send_signal(signal.SIGINT)
    assert select.select([run.stderr], [], [], 30.0)[0], "no word"
    assert "a second Ctrl-C ends it at once" in run.stderr.readline()
    run.send_signal(signal.SIGINT)
    assert run.wait(timeout=30) == 130


FORKED = """
import os, signal, sys
sys.argv = ["harness", "run", "odd.yaml", "--out", "odd", "--quiet"]
signal.signal(signal.SIGINT, signal.default_int_handler)
pid = os.getpid()
os.register_at_fork(after_in_parent=lambda: os.kill(pid, signal.SIGINT))
from harness.cli.main import start
start()
"""


@linux
def test_an_interrupt_within_the_fork_is_not_lost(project: Project) -> None:
    begin(project, "right").communicate(timeout=60)
    shutil.rmtree(project.folder / "odd")
    done = subprocess.run(
        [sys.executable, "-c", FORKED], cwd=project.folder, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 130, done.stderr


@linux
@pytest.mark.parametrize("how", ["hangs", "keeps_the_lock"])
def test_a_run_ends_with_its_parent(project: Project, how: str) -> None:
    run = begin(project, how)
    asked(project)
    run.kill()
    assert run.stderr is not None
    run.stderr.read()  # its end comes when the last process that has it ends
    assert run.wait(timeout=2) == -signal.SIGKILL


def test_threads_that_a_model_left_do_not_keep_the_process(project: Project) -> None:
    run = begin(project, "leaves_a_thread")
    out, err = run.communicate(timeout=60)
    assert run.returncode == 0, err
    assert "verdict" in out


def test_without_a_process_of_its_own_os_exit_cannot_give_0() -> None:
    def leave(code: int) -> NoReturn:
        raise SystemExit(code)

    with pytest.raises(SystemExit) as end:
        refusing(leave)(0)
    assert end.value.code == 3
    reading, writing = os.pipe()
    guarded = refusing(os._exit)
    if not (child := os.fork()):
        os.write(writing, b".")
        guarded(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert os.read(reading, 1) == b"."


@pytest.mark.parametrize("error", ["SystemExit(0)", "SystemExit(1)", "BaseException('odd')", "GeneratorExit()"])
def test_what_nobody_foresaw_is_3_whatever_it_is(project: Project, error: str) -> None:
    project.finish("run")
    project.install("reports", "odd", "odd_report:odd", f"def odd(run):\n    raise {error}\n")
    called = project.harness("report", "run", "--as", "odd")
    assert called.code == 3
    assert "internal error" in called.err


@linux
@pytest.mark.parametrize("command", [["list"], ["schema"]])
def test_who_stops_reading_stdout_sees_no_traceback(project: Project, command: list[str]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    argv = [sys.executable, "-m", "harness", *command]
    done = subprocess.run(argv, cwd=project.folder, stdout=writing, stderr=subprocess.PIPE, text=True, check=False)
    os.close(writing)
    assert (done.returncode, done.stderr) == (141, "")


def test_an_interrupt_of_which_a_library_makes_an_error_of_its_own_is_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def builds_a_schema(**_: object) -> None:
        try:
            guard._interrupt_once(signal.SIGINT, None)
        except KeyboardInterrupt:
            raise RuntimeError("a validator could not be built") from None

    before = signal.getsignal(signal.SIGINT)
    monkeypatch.setattr(main, "app", builds_a_schema)
    try:
        with pytest.raises(SystemExit) as end:
            main.main()
    finally:
        signal.signal(signal.SIGINT, before)
        guard._heard.clear()
    assert (end.value.code, capsys.readouterr().err) == (130, "")
