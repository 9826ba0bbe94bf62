"""A model that hangs, spins, computes in C or keeps Python's lock: the run ends, says why, and goes on later."""

from __future__ import annotations

import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest
from refusals import refused

if TYPE_CHECKING:
    from conftest import Project

linux = pytest.mark.skipif(sys.platform != "linux", reason="a run has a process of its own on Linux only")

MODEL = """
import hashlib, os, re, threading, time
import toy

calls = []

def sleeps():
    time.sleep(600)

def spins():
    while True:
        pass

def computes():
    hashlib.pbkdf2_hmac("sha256", b"x", b"y", 2_000_000_000)

def keeps_the_lock():
    re.match(r"(a+)+$", "a" * 60 + "b")

def predict(texts):
    calls.append(texts)
    if len(calls) == 3 and not os.path.exists("free"):
        {how}()
    return toy.predict(texts)

predict.labels, predict.budget = toy.predict.labels, 4
"""


@pytest.fixture
def stuck(project: Project) -> Project:
    """A project whose model has an end of answering in its third batch of four."""
    project.edit("quick.yaml", "toy:predict", "stuck:predict")
    project.write("stuck.py", MODEL.replace("{how}", "sleeps"))
    return project


def run(project: Project, *options: str) -> tuple[int, str, float]:
    """The exit code of a run as a shell begins it, what it says, and the seconds it took."""
    start = time.monotonic()
    command = [sys.executable, "-m", "harness", "run", "quick.yaml", "--out", "out", "--quiet", *options]
    done = subprocess.run(command, cwd=project.folder, capture_output=True, text=True, timeout=120, check=False)
    return done.returncode, done.stderr, time.monotonic() - start


@linux
@pytest.mark.parametrize("how", ["sleeps", "spins", "computes", "keeps_the_lock"])
def test_a_batch_over_its_limit_ends_the_run_which_goes_on_later(stuck: Project, how: str) -> None:
    stuck.write("stuck.py", MODEL.replace("{how}", how))
    code, err, seconds = run(stuck, "--batch-timeout", "1.5")
    assert code == 3, err
    assert "model 'predict' did not answer a batch " in err
    assert " within 1.5 s (timeout.batch, --batch-timeout)" in err
    assert (" and 1 more within " in err) == (how != "keeps_the_lock")
    assert "resume with the same options" in err
    assert seconds < 60  # without a limit 600, or never
    info = stuck.read("out/run.json")
    assert info["state"] == "stopped"
    assert "within 1.5 s" in info["why"]
    lines = stuck.folder / "out" / "records" / "classification.jsonl"
    if how != "keeps_the_lock":  # which may begin while the answers before it are still on their way to the disk
        assert len(lines.read_text().splitlines()) == 8
    stuck.write("free", "")
    assert run(stuck, "--batch-timeout", "60", "--resume")[0] == 0
    assert (stuck.read("out/run.json")["state"], stuck.read("out/run.json")["why"]) == ("finished", "")


@linux
def test_a_run_over_its_limit_ends_between_two_batches(stuck: Project) -> None:
    stuck.write("stuck.py", MODEL.replace("{how}()", "time.sleep(3)"))
    code, err, _ = run(stuck, "--timeout", "2")
    assert code == 3
    assert "harness: the run stopped: it was not finished within 2.0 s (timeout.run, --timeout)\n" in err
    assert stuck.read("out/run.json")["state"] == "stopped"
    stuck.write("free", "")
    assert run(stuck, "--timeout", "100", "--resume")[0] == 0


@linux
@pytest.mark.slow
def test_what_never_comes_back_ends_with_the_run(project: Project) -> None:
    source = (project.folder / "toy.py").read_text()
    project.write("toy.py", source + "\n\nclass Endless:\n    def __len__(self):\n        while True: pass\n")
    project.edit("toy.py", "    return [[", "    return Endless()\n    return [[")
    code, err, seconds = run(project, "--timeout", "1")
    assert code == 3, err
    assert "it was not finished within 1.0 s (timeout.run, --timeout); its process was ended" in err
    assert seconds < 60
    assert project.read("out/run.json")["why"].endswith("within 1.0 s (timeout.run, --timeout)")


PROGRAM = """
import harness
try:
    harness.run("quick.yaml", out="out", progress=False, timeout__batch=1.5)
except harness.RunError as error:
    print(error)
"""


@pytest.mark.parametrize("how", ["sleeps", "spins"])
def test_a_program_goes_on_and_ends_although_its_model_hangs(stuck: Project, how: str) -> None:
    stuck.write("stuck.py", MODEL.replace("{how}", how))
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=stuck.folder, capture_output=True, text=True, timeout=120, check=True
    )
    assert "did not answer a batch about " in done.stdout
    assert stuck.read("out/run.json")["state"] == "stopped"


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("timeout: {batch: 0}", "timeout.batch: expected greater than 0, but got 0"),
        ("timeout: 5", "timeout: expected a mapping"),
        ("timeout: {batch: .inf}", "timeout.batch: expected a finite number"),
        ("timeout: {bach: 5}", "unknown key 'bach': expected one of batch, run; did you mean 'batch'?"),
    ],
)
def test_a_limit_that_is_none_is_refused(project: Project, line: str, why: str) -> None:
    project.edit("quick.yaml", "seed: 7", line)
    refused(project.harness("check", "quick.yaml"), why)
