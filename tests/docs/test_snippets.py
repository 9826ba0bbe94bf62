"""Every command and snippet of the README and the docs is run."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest

import harness
from harness import Case, Engine, Record, RecordTable, Sample, ScoringContext
from harness.failures.known import read_failures
from harness.project.settings import settings_of
from harness.reports import Estimated
from harness.runs.load import check
from harness.suite import components
from harness.suite.file import load_suite
from harness.tasks.measuring import measures
from harness.testing import problems

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def _snippets(language: str, *pages: Path) -> list[Any]:
    found = [
        (page, text)
        for page in pages
        for text in re.findall(rf"```{language}\n(.*?)```", page.read_text("utf-8"), re.DOTALL)
    ]
    return [pytest.param(text, id=f"{page.name}-{at}") for at, (page, text) in enumerate(found)]


def _excited(texts: Sequence[str]) -> list[list[float]]:
    """Dislikes capitals, likes the word good."""
    scores = [0.5 + 0.4 * ("good" in text) - 0.3 * any(word.isupper() for word in text.split()) for text in texts]
    return [[1 - score, score] for score in scores]


class _Encoder:
    """Sees no difference but in how many words there are."""

    def embed(self, texts: Sequence[str]) -> Any:
        return [[float(len(text.split()) == 3), float(len(text.split()) != 3)] for text in texts]


class _Masked:
    """Knows one word."""

    labels = ("dull",)

    def fill(self, texts: Sequence[str], top: int) -> Any:
        return [[[0], [-1.0]] for _ in texts]


def _namespace() -> dict[str, Any]:
    return {name: getattr(harness, name) for name in dir(harness)} | {"Random": Random, "Any": Any, "np": np}


CHECKED = {"whisper", "shout", "leave_one_out", "sure_errors"}
"""Components of the docs that have to pass what the project's own pass."""

COMPONENTS = [each for each in _snippets("python", *PAGES) if "def test_" not in each.values[0]]


@pytest.mark.parametrize("code", COMPONENTS)
def test_python_snippets_run(code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    namespace = _namespace()
    exec(code, namespace)
    if "whisper" in namespace:
        assert namespace["whisper"]("A GOOD film", Random(0), severity=5) == "a good film"
    elif parts := namespace.get("parts"):
        [outcome] = Engine({"": _excited}).run([Case("docs", "", Sample("1", "a good film", 1), parts[""](None))])
        assert outcome.value == namespace["Sureness"](0.9)
    elif judge_table := namespace.get("judge_table"):
        records = [
            Record("docs", "", name, "ok", None, 1, Estimated(value)) for name, value in (("1", 0.9), ("2", 0.5))
        ]
        found = judge_table(RecordTable.of(records, Estimated), ScoringContext([], {}))
        assert (found.at.tolist(), found.weight.tolist()) == ([1], [0.5])
    elif metric := namespace.get("sure_errors"):
        assert (
            metric(harness.ClassPredictions(np.array([0, 0, 1]), np.array([[0.9, 0.1], [0.05, 0.95], [0.6, 0.4]])))
            == 1 / 3
        )
        assert measures("sure_errors", metric) == (harness.ClassPredictions,)
    elif "run" in namespace and not callable(namespace["run"]):
        assert namespace["run"].verdict in {"pass", "fail", "undecided"}
    elif augmented := namespace.get("augmented"):
        assert [row["label"] for row in augmented] == [1, 1]
        assert augmented[0]["text"] != augmented[1]["text"]
    elif session := namespace.get("swapped"):
        models = {"": _excited, "encoder": _Encoder(), "mlm": _Masked()}
        [outcome] = Engine(models).run([Case("docs", "", Sample("1", "a good film", 1), session)])
        assert outcome.value == "a dull film"
    elif session := namespace.get("shout") or namespace.get("leave_one_out"):
        [outcome] = Engine({"": _excited}).run([Case("docs", "", Sample("1", "a good film", 1), session)])
        assert outcome.error is None
        expected = ["a GOOD film", "a GOOD! film", ["a ", "good ", "film"]]
        assert getattr(outcome.value, "units", outcome.value) in expected
    else:
        assert "procedure" in code  # the template of a blocking procedure has no library to run
    for name in CHECKED & namespace.keys():
        assert problems(namespace[name]) == []


def test_the_readmes_test_holds_on_a_model_that_does(tmp_path: Path) -> None:
    [code] = [each.values[0] for each in _snippets("python", ROOT / "README.md") if "def test_" in each.values[0]]
    namespace = _namespace()
    exec(code, namespace)

    def steady(texts: Sequence[str]) -> list[list[float]]:
        return [[0.1, 0.9] if text.startswith("+") else [0.9, 0.1] for text in texts]

    data = (
        [f"{'+-'[at % 2]} film {at}" for at in range(60)],
        ["yes" if at % 2 == 0 else "negative" for at in range(60)],
    )
    tasks: list[Any] = ["classification", {"use": "attack", "attacks": ["deepwordbug"]}]
    run = harness.evaluate(steady, data, tasks, labels=["negative", "yes"], progress=False, out=tmp_path / "run")
    namespace["test_release"](lambda suite, **settings: run)


def _files(page: Path) -> dict[str, str]:
    """The files a page has its reader write: blocks with `file=NAME` behind their language."""
    return dict(re.findall(r"```\w+ file=(\S+)\n(.*?)```", page.read_text("utf-8"), re.DOTALL))


@pytest.fixture
def shouting(tmp_path: Path) -> Path:
    """The plugin of the page, installed as pip would: its files, and the metadata that names its entry points."""
    files = _files(ROOT / "docs" / "first_attack.md")
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content, encoding="utf-8")
    project = tomllib.loads(files["pyproject.toml"])["project"]
    metadata = tmp_path / f"{project['name']}-{project['version']}.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n"
    )
    [(group, points)] = project["entry-points"].items()
    lines = "\n".join(f"{name} = {value}" for name, value in points.items())
    (metadata / "entry_points.txt").write_text(f"[{group}]\n{lines}\n")
    return tmp_path


def _ended(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    return subprocess.run(
        [sys.executable, "-m", *command], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("test", ["test_shouting.py", "test_checks.py"])
def test_the_first_attack_passes_its_own_tests(shouting: Path, test: str) -> None:
    ended = _ended(shouting, "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:hypothesispytest", test)
    assert ended.returncode == 0, ended.stdout


def test_the_first_attack_is_found_and_runs_in_its_suite(shouting: Path) -> None:
    (shouting / "reader.py").write_text(
        "def predict(texts):\n    return [[0.1, 0.9] if 'good' in text else [0.9, 0.1] for text in texts]\n"
    )
    rows = [{"text": f"a good film {at}", "label": "positive"} for at in range(8)]
    (shouting / "reviews.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    ended = _ended(shouting, "harness", "run", "shouting.harness.yaml", "--out", "out", "--json")
    assert ended.returncode == 1, ended.stderr  # every sample is turned by one loud word
    assert json.loads(ended.stdout)["scores"]["attack/robust_accuracy"]["value"] == 0


@pytest.mark.parametrize("code", _snippets("yaml", ROOT / "README.md"))
def test_the_readmes_suite_is_valid(code: str, tmp_path: Path) -> None:
    (tmp_path / "readme.harness.yaml").write_text(code, encoding="utf-8")
    checked = check(load_suite(tmp_path / "readme.harness.yaml"))
    assert list(checked.tasks) == ["classification", "stress", "attack", "explain"]


NAMES = ("suites", "releases", "language_models", "endpoints", "data", "calibration", "health", "fairness", "behaviour",
         "perturbations")  # fmt: skip
SUITES = [ROOT / "docs" / f"{name}.md" for name in NAMES]


@pytest.mark.parametrize("code", _snippets("yaml", *SUITES))
def test_the_suites_of_the_docs_are_valid(code: str, tmp_path: Path) -> None:
    (tmp_path / "docs.harness.yaml").write_text(code, encoding="utf-8")
    (tmp_path / "dev.jsonl").write_text(
        '{"text": "fine", "label": 1}\n', encoding="utf-8"
    )  # who names no parts reads it
    for name, content in _files(ROOT / "docs" / "behaviour.md").items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    (tmp_path / "sentences.csv").write_text("Sentence,Template,Emotion word,Emotion\nHe ran.,1,a,b\nShe ran.,1,a,b\n")
    assert check(load_suite(tmp_path / "docs.harness.yaml")).tasks


@pytest.mark.parametrize(
    "kind", ["models", "data", "metrics", "perturbations", "attacks", "explainers", "tasks", "suites"]
)
def test_every_component_that_ships_is_in_the_docs(kind: str) -> None:
    names = "suites.md", "perturbations.md", "attacks.md"
    page = "".join((ROOT / "docs" / name).read_text("utf-8") for name in names)
    shipped = [
        name for name, point in components.find(kind).items() if point.dist and point.dist.name == "model-harness"
    ]
    assert [name for name in shipped if f"`{name}" not in page and name != "quickstart"] == []


@pytest.mark.parametrize("code", _snippets("toml", *PAGES))
def test_toml_snippets_name_a_kind_of_component_or_settings(code: str, tmp_path: Path) -> None:
    if settings := tomllib.loads(code).get("tool"):
        (tmp_path / "pyproject.toml").write_text(code, encoding="utf-8")
        assert settings_of(tmp_path, "run") == settings["harness"]
        return
    [group] = tomllib.loads(code)["project"]["entry-points"]
    assert group.removeprefix("harness.") in harness.suite.components.KINDS


def test_the_page_on_ci_names_options_of_pytest(pytester: pytest.Pytester) -> None:
    [ini] = re.findall(r"```ini\n(.*?)```", (ROOT / "docs" / "ci.md").read_text("utf-8"), re.DOTALL)
    pytester.makeini(ini)
    pytester.path.joinpath("test_none.py").write_text("def test_none():\n    pass\n")
    pytester.runpytest("-W", "error", "--strict-config").assert_outcomes(passed=1)  # an unknown one is an error


def test_the_readmes_commands_run(tmp_path: Path) -> None:
    """In order, as a reader would; a gate may fail, nothing else may."""
    [commands] = re.findall(r"```console\n(harness check.*?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL)
    for command in commands.splitlines():
        ended = subprocess.run(
            [Path(sys.executable).with_name("harness"), *command.split()[1:]],
            cwd=tmp_path, capture_output=True, text=True, check=False, env={**os.environ, "HF_HUB_OFFLINE": "1"},
        )  # fmt: skip
        assert ended.returncode in (0, 1), ended.stderr
        assert "Traceback" not in ended.stderr
    assert (tmp_path / "my-run" / "report.html").exists()


def test_the_readme_names_targets_of_the_makefile() -> None:
    targets = re.findall(r"^make (\S+)$", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE)
    assert targets == ["quickstart", "test"]
    if shutil.which("make"):
        subprocess.run(["make", "--dry-run", *targets], cwd=ROOT, capture_output=True, check=True)


@pytest.mark.parametrize("page", [*PAGES, *sorted((ROOT / "docs" / "start").glob("*.md"))], ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\((?!http)([^)#]+)\)", page.read_text("utf-8"))
    assert [target for target in targets if not (page.parent / target).exists()] == []


def test_the_page_on_releases_runs_forms_of_a_model(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "releases.md").read_text("utf-8")
    forms, two = re.findall(r"^harness (run quickstart .*(?:variants|--against).*)$", page, re.MULTILINE)
    for name in ("candidate", "released"):
        shutil.copytree(ROOT / "suites/harness_suites/quickstart/model", tmp_path / name)
    few = [f"tasks.{name}.limit=12" for name in ("classification", "stress", "attack", "explain")]
    for command, names in ((forms, ["float32", "bfloat16"]), (two, ["old", "new"])):
        argv = shlex.split(command)
        ended = _ended(tmp_path, "harness", *argv, "--quiet", *chain(*(["--set", each] for each in few)))
        assert ended.returncode in {0, 1}, ended.stderr
        assert list(harness.Variants(tmp_path / argv[argv.index("--out") + 1]).variants) == names
        assert (tmp_path / argv[argv.index("--out") + 1] / "report.html").exists()


def test_the_page_on_releases_compares(project: Any) -> None:
    for name, limit in (("released", "20"), ("candidate", "16"), ("other", "12")):
        ended = project.harness("run", "quick.yaml", "--out", f"runs/{name}", "--limit", limit, "--quiet")
        assert ended.code == 0, ended.err
    assert project.harness("accept", "runs/released", "--to", "quickstart.baseline").code == 0
    page = (ROOT / "docs" / "releases.md").read_text("utf-8").partition("## Comparing two runs")[2]
    commands = re.findall(r"^harness (compare .*)$", page, re.MULTILINE)
    assert len(commands) == 4
    for command in commands:
        called = project.harness(*command.split())
        assert called.code == 0, called.err
    assert (project.folder / "compared.html").exists()
    assert (project.folder / "compared.md").exists()
    [python] = re.findall(r"`(harness\.compare\(.*?\))`", page)
    assert eval(python, {"harness": harness}).pairs


def test_the_page_on_releases_keeps_known_failures(project: Any) -> None:
    project.finish("runs/released")
    page = (ROOT / "docs" / "releases.md").read_text("utf-8")
    commands = re.findall(r"^harness ((?:freeze|replay) .*)$", page, re.MULTILINE)
    assert len(commands) == 4
    key, path = "", project.folder / "quickstart.failures"
    for command, code in zip(commands, (0, 1, 1, 0), strict=True):
        words = command.replace("transformers:./candidate", "python:toy:predict").replace("KEY", key)
        called = project.harness(*shlex.split(words))
        assert called.code == code, called.err
        key = next(iter(read_failures(path).failures))
    run, left = harness.Run(project.folder / "runs" / "released"), len(read_failures(path).failures)
    for python in re.findall(r"`(harness\.(?:freeze|replay)\(.*?)`", page):
        eval(python, {"harness": harness, "run": run})
    assert len(read_failures(path).failures) == left


def test_the_page_on_releases_shows_a_history(project: Any) -> None:
    project.finish("runs/1")
    page = (ROOT / "docs" / "releases.md").read_text("utf-8")
    commands = re.findall(r"^harness (history .*)$", page, re.MULTILINE)
    assert len(commands) == 3
    for command in commands:
        called = project.harness(*command.split())
        assert called.code == 0, called.err
    assert (project.folder / "history.html").exists()
