"""What a stranger writes is type-checked against the package, by mypy --strict: right uses pass, wrong ones do not."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import sysconfig
import tomllib
import venv
import zipfile
from collections.abc import Iterable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
_HATCH = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]
PACKAGES = [ROOT / each for each in _HATCH["build"]["targets"]["wheel"]["packages"]]

RIGHT = r'''\
"""An attack, an explainer, a perturbation, a metric, a task, an adapter and a report, and code that reads a run."""

from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from random import Random
from typing import Any

import numpy as np
from numpy.typing import NDArray

import harness
from harness import (
    AskOnce,
    Attribution,
    ClassPredictions,
    Context,
    Finding,
    Judged,
    Probabilities,
    Record,
    Run,
    Sample,
    Score,
    ScoringContext,
    Session,
    Severity,
    Task,
    perturbation,
    predict,
    report,
    share,
)
from harness.models import Encoded, Worker, connect
from harness.reports import Attacked, Decision, RunInfo, verdict_of, worst_samples


def shout(sample: Sample[str], rng: Random, *, marks: int = 1) -> Session[str]:
    tries = [sample.input.upper() + "!" * marks, sample.input.title()]
    rows = yield from predict(tries)
    return min(zip(rows, tries, strict=True), key=lambda pair: pair[0][sample.label])[1]


def weigh(sample: Sample[str], rng: Random) -> Session[Attribution]:
    [row] = yield from predict([sample.input])
    return Attribution([sample.input], [row[row.label]], row.label)


@perturbation(keeps_label=False)
def whisper(text: str, rng: Random, *, severity: Severity = 3) -> str:
    return text.lower() if rng.random() < severity / 5 else text


def mistakes(predictions: ClassPredictions) -> float:
    return float((predictions.predicted != predictions.labels).mean())


@dataclass(frozen=True)
class Sureness:
    value: float


def sureness(context: Context, *, above: float = 0.6) -> Task[Sureness]:
    def results(answers: Probabilities) -> list[Sureness]:
        return [Sureness(float(row.max())) for row in answers.array]

    def score(records: Sequence[Record[Sureness]], scoring: ScoringContext) -> list[Score]:
        sure = sum(record.payload.value >= above for record in records if record.payload)
        return [share("sure", sure, len(records), scoring.confidence)]

    def judge(given: Sureness, case: Judged) -> Finding | None:
        return None if given.value >= above else Finding("unsure", 1 - given.value, case.truth)

    return Task(parts={"": lambda model: AskOnce(results)}, payload=Sureness, score=score, judge=judge)


class Lengths:
    """An adapter that knows its costs."""

    labels = ("short", "long")
    depth = 2
    budget = 512

    def __init__(self) -> None:
        self._worker = Worker("lengths")

    def prepare(self, inputs: Sequence[str]) -> list[Encoded]:
        return [Encoded(text, len(text), text) for text in inputs]

    def submit(self, batch: Sequence[Encoded], **options: Any) -> "Future[NDArray[np.float64]]":
        return self._worker.submit(lambda: np.array([[1.0, 0.0] for _ in batch]))


@report(suffix="txt")
def brief(run: Run) -> str:
    lines = [f"{gate.address}: {gate}" for gate in run.gates if gate.verdict != "pass"]
    return "\n".join([*lines, *(str(worst) for worst in worst_samples(run, "attack/robust_accuracy"))])


def read() -> bool:
    run = harness.evaluate(Lengths(), (["a"], [0]), ["classification"], labels=["short", "long"])
    info: RunInfo = run.info
    first: Decision = run.gates[0]
    seconds: float = info.seconds.load + info.tasks["attack"].engine[""].seconds
    value: float | None = run.scores["attack/robust_accuracy[part=shout]"].value
    queries = [record.payload.queries for record in run.records("attack", Attacked) if record.payload]
    names: tuple[str, ...] = connect(Lengths()).labels
    ship = verdict_of([first.verdict]) == "pass" and harness.models.connect(Lengths()).limit is None
    return ship and seconds < 60 and value is not None and sum(queries) > 0 and run["t"].accuracy >= 0.9 and bool(names)
'''

WRONG = {
    'run.scores["t/accuracy"]["value"]': "index",
    'run.scores["t/accuracy"] >= "0.9"': "operator",
    "run.gates[0].verdikt": "attr-defined",
    'run.gates[0].verdict == "passed"': "comparison-overlap",
    "run.info.seconds.loading": "attr-defined",
    'run.info["seed"]': "index",
    'run.records("t", harness.reports.Attacked)[0].payload.query': "union-attr",
    "harness.worst_samples": "attr-defined",
    "harness.models.Connected": "attr-defined",
    'harness.evaluate(len, [], "t", resum=True)': "call-arg",
    'harness.Attribution(["a"], [1.0], "b")': "arg-type",
    "made.predictions": "attr-defined",
    "harness.perturbation(keep_label=False)": "call-arg",
    "harness.Sample(1, 'text')": "arg-type",
}  # fmt: skip
"""Wrong uses, and what mypy calls each mistake."""

WRONGLY_BEGUN = ["import harness", "run: harness.Run", "made: harness.ClassPredictions"]


def _environment(folder: Path) -> Path:
    """A fresh virtual environment that sees this one's libraries behind its own packages; where those belong."""
    venv.create(folder, with_pip=False)
    packages = Path(sysconfig.get_path("purelib", "venv", {"base": str(folder), "platbase": str(folder)}))
    libraries = [path for path in sys.path if path.endswith("site-packages")]
    (packages / "libraries.pth").write_text("\n".join(libraries), encoding="utf-8")
    return packages


def _python(folder: Path) -> str:
    return str(folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python"))


def _mistakes(folder: Path, code: str) -> dict[int, str]:
    """What mypy says of a stranger's file that is checked in an environment: the error of each line.

    It remembers the libraries' types, so that only the first check takes its time.
    """
    (folder / "stranger.py").write_text(code, encoding="utf-8")
    options = ["--strict", "--config-file=", "--cache-dir", str(ROOT / ".mypy_cache" / "stranger")]
    command = [sys.executable, "-m", "mypy", *options, "--python-executable", _python(folder), "stranger.py"]
    ran = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    found = re.findall(r"^stranger\.py:(\d+): error: .*\[([\w-]+)\]$", ran.stdout, re.MULTILINE)
    assert ran.returncode == bool(found), ran.stdout + ran.stderr
    return {int(line): code for line, code in found}


def _wrongly(uses: Iterable[str]) -> str:
    return "\n".join([*WRONGLY_BEGUN, *uses]) + "\n"


def _require_typed(folder: Path) -> None:
    """That right uses pass in this environment and that each wrong one is an error."""
    assert _mistakes(folder, RIGHT) == {}
    found = _mistakes(folder, _wrongly(WRONG))
    first = len(WRONGLY_BEGUN) + 1
    assert {use: found.pop(at, "") for at, use in enumerate(WRONG, first)} == WRONG
    assert found == {}


def test_a_stranger_is_type_checked_against_the_packages(tmp_path: Path) -> None:
    packages = _environment(tmp_path)
    for path in PACKAGES:
        shutil.copytree(path, packages / path.name, ignore=shutil.ignore_patterns("__pycache__"))
    _require_typed(tmp_path)


def test_a_package_without_its_mark_is_not(tmp_path: Path) -> None:
    packages = _environment(tmp_path)
    shutil.copytree(ROOT / "harness", packages / "harness", ignore=shutil.ignore_patterns("__pycache__", "py.typed"))
    assert "import-untyped" in _mistakes(tmp_path, RIGHT).values()


@pytest.mark.slow
def test_a_stranger_is_type_checked_against_the_wheel(tmp_path: Path) -> None:
    _environment(tmp_path / "venv")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    [wheel] = tmp_path.glob("*.whl")
    typed = {f"{path.name}/py.typed" for path in PACKAGES} | {"harness/__init__.pyi"}
    assert typed <= set(zipfile.ZipFile(wheel).namelist())
    pip = [sys.executable, "-m", "pip", "--python", _python(tmp_path / "venv"), "install", "--no-deps", "--no-index"]
    subprocess.run([*pip, str(wheel)], check=True, capture_output=True)
    _require_typed(tmp_path / "venv")
    names = "import harness; print(len(dir(harness)), harness.__file__, harness.evaluate, harness.models.connect)"
    shown = subprocess.run([_python(tmp_path / "venv"), "-c", names], cwd=tmp_path, text=True, check=True,
                           capture_output=True)  # fmt: skip
    assert str(tmp_path / "venv") in shown.stdout
