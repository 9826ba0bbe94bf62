"""The pytest plugin, in inner runs of pytest: what is collected, what a failure says, and that a suite runs once."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import harness_pytest.items
import harness_pytest.messages
import harness_pytest.runs
import pytest
from conftest import TOY, dataset

import harness
from harness.suite import components

SUITE = """\
model: {use: python, object: "toy:predict"}
data: {use: files, path: dev.jsonl}
seed: 7
tasks:
  - use: classification
    metrics: [ece]
    gates: {accuracy: {min: 0.5, max: 0.6}, "recall[class=positive]": {min: 0.2}}
  - {use: stress, perturbations: [{use: change_case, severity: 5}]}
resamples: 20
"""
ACCURACY = "small.harness.yaml::classification/accuracy"
LOGGING = "\n\nopen('calls.txt', 'a').write('loaded\\n')\n"


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Import what a run imports before an inner run does, which forgets it: two copies of a class are two classes."""
    assert harness_pytest.items
    assert harness_pytest.messages
    tasks = [{"use": "classification", "metrics": []}, {"use": "stress", "perturbations": ["change_case"]}]
    out, data = tmp_path_factory.mktemp("imported") / "run", (["a", "b"], [0, 1])
    harness.evaluate(lambda texts: [[0.5, 0.5]] * len(texts), data, tasks, labels=["x", "y"], out=out)
    assert components.load("data", "files")


@pytest.fixture
def inner(imported: None, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A folder with a suite, its data and its model, which notes when it is imported."""
    monkeypatch.delenv("PYTEST_XDIST_TESTRUNUID", raising=False)
    pytester.makeini("[pytest]\naddopts = -p no:hypothesispytest")  # which takes two seconds to end
    pytester.path.joinpath("toy.py").write_text(TOY + LOGGING, encoding="utf-8")
    pytester.path.joinpath("dev.jsonl").write_text(dataset(20), encoding="utf-8")
    pytester.path.joinpath("small.harness.yaml").write_text(SUITE, encoding="utf-8")
    return pytester


def loads(inner: pytest.Pytester) -> int:
    """How often a process loaded the model."""
    calls = inner.path / "calls.txt"
    return len(calls.read_text().splitlines()) if calls.exists() else 0


def test_a_gate_is_a_test_and_so_is_a_task_without_gates(inner: pytest.Pytester) -> None:
    result = inner.runpytest("--collect-only", "-q")
    assert result.outlines[:4] == [
        f"{ACCURACY}:min",
        f"{ACCURACY}:max",
        "small.harness.yaml::classification/recall:min[class=positive]",
        "small.harness.yaml::stress",
    ]
    assert not (inner.path / "calls.txt").exists()  # collecting runs no model


def test_a_failed_gate_says_by_how_much_and_on_which_samples(inner: pytest.Pytester) -> None:
    result = inner.runpytest()
    result.assert_outcomes(passed=3, failed=1)
    result.stdout.fnmatch_lines([
        "*classification/accuracy: 0.900 [[]0.717, 0.982[]], ≤ 0.6, n 20",
        "margin -0.300",
        "worst samples:",
        "  *: 'a odd film, number *': negative taken for positive (0.5*)",
        "report: *report.html",
        "harness: small: fail, report: *report.html",
    ])  # fmt: skip
    assert "Traceback" not in result.stdout.str()


def test_a_suite_runs_once_for_all_its_gates(inner: pytest.Pytester) -> None:
    inner.runpytest()
    assert loads(inner) == 1


@pytest.mark.parametrize(
    ("argv", "outcomes"),
    [
        (["-k", "accuracy"], {"passed": 1, "failed": 1, "deselected": 2}),
        (["-x"], {"passed": 1, "failed": 1}),
        ([f"{ACCURACY}:min"], {"passed": 1}),
        (["--harness-undecided", "point"], {"passed": 3, "failed": 1}),
        (["-p", "no:cacheprovider"], {"passed": 3, "failed": 1}),
    ],
)
def test_pytests_own_options_behave(inner: pytest.Pytester, argv: list[str], outcomes: dict[str, int]) -> None:
    inner.runpytest(*argv).assert_outcomes(**outcomes)


def test_the_last_failed_run_again_alone(inner: pytest.Pytester) -> None:
    inner.runpytest().assert_outcomes(passed=3, failed=1)
    inner.runpytest("--lf").assert_outcomes(failed=1)


def test_under_xdist_a_suite_runs_once_not_once_a_worker(inner: pytest.Pytester) -> None:
    result = inner.runpytest_subprocess("-n", "2")
    result.assert_outcomes(passed=3, failed=1)
    assert loads(inner) == 1


def test_what_an_undecided_gate_counts_as_may_stand_in_pyproject(inner: pytest.Pytester) -> None:
    (inner.path / "pyproject.toml").write_text('[tool.harness]\nundecided = "warn"\n', encoding="utf-8")
    word = "*: undecided: * [[]*], *, n *"
    inner.runpytest("--harness-limit", "6").stdout.fnmatch_lines([word])
    inner.runpytest("--harness-limit", "6", "--harness-undecided", "fail").stdout.no_fnmatch_line(word)


def test_options_reach_the_run(inner: pytest.Pytester) -> None:
    result = inner.runpytest("--harness-limit", "6", "--harness-report", "out/page.html", "--harness-undecided", "warn")
    result.stdout.fnmatch_lines(["*: undecided: * [[]*], *, n *"])
    page = (inner.path / "out" / "page.html").read_text(encoding="utf-8")
    assert "small" in page


def test_a_report_can_go_into_a_folder(inner: pytest.Pytester) -> None:
    inner.runpytest("--harness-report", "pages")
    assert (inner.path / "pages" / "small.html").exists()


def test_fixtures_run_a_suite_and_evaluate_a_model(inner: pytest.Pytester) -> None:
    inner.makepyfile("""
        def test_suite(harness_run):
            run = harness_run("small.harness.yaml")
            assert run["classification"].accuracy >= 0.5

        def test_again(harness_run):
            assert harness_run("small.harness.yaml") is harness_run("small.harness.yaml")

        def test_less(harness_run):
            assert harness_run("small.harness.yaml", data__limit=4)["classification"].accuracy.n == 4

        def test_model(harness):
            def sure(texts):
                return [[0.0, 1.0] for _ in texts]
            data = (["a", "b"], [1, 1])
            run = harness.evaluate(sure, data, ["classification"], labels=["no", "yes"], progress=False)
            assert run["classification"].accuracy >= 1
    """)
    result = inner.runpytest("-k", "test_")
    result.assert_outcomes(passed=4, deselected=4)
    runs = (inner.path / ".pytest_cache" / "d" / "harness").glob("*/small-*")
    assert len(list(runs)) == 2  # with and without the limit


def test_a_score_explains_itself_in_a_failed_assert(inner: pytest.Pytester) -> None:
    inner.makepyfile("""
        def test_suite(harness_run):
            assert harness_run("small.harness.yaml")["classification"].accuracy >= 0.99
    """)
    result = inner.runpytest("-k", "test_suite")
    result.stdout.fnmatch_lines([
        "E*assert <accuracy 0.900 [[]0.717, 0.982[]], n 20> >= 0.99",
        "E*misses by 0.090; the interval contains the bound: no",
    ])  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("seed: 7", "sede: 7", "*small.harness.yaml:3: unknown key 'sede'*did you mean 'seed'*"),
        ("dev.jsonl", "dve.jsonl", "*data 'files': there is no file *dve.jsonl*"),
        ("toy:predict", "toy:predictt", "*toy has no 'predictt'; did you mean 'predict'*"),
    ],
)
def test_what_is_wrong_with_a_suite_is_said_without_a_traceback(
    inner: pytest.Pytester, old: str, new: str, message: str
) -> None:
    path = inner.path / "small.harness.yaml"
    path.write_text(path.read_text().replace(old, new))
    result = inner.runpytest()
    result.stdout.fnmatch_lines([message])
    assert result.ret in {1, 2}
    assert "Traceback" not in result.stdout.str()


def test_errored_cases_fail_a_task_without_gates(inner: pytest.Pytester) -> None:
    toy = inner.path / "toy.py"
    toy.write_text(toy.read_text().replace("asked.extend(texts)", "assert 'A ODD FILM, NUMBER 6' not in texts"))
    result = inner.runpytest("-k", "stress")
    result.stdout.fnmatch_lines(["1 cases of stress errored; max_errors is 0: see *"])


def test_without_a_suite_nothing_but_the_plugin_is_imported(tmp_path: Path) -> None:
    (tmp_path / "test_none.py").write_text(
        "import sys\n\ndef test_none():\n"
        "    heavy = {'harness', 'harness_pytest.runs', 'pydantic', 'numpy', 'filelock'}\n"
        "    assert not heavy & set(sys.modules)\n"
    )
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:hypothesispytest", "-p", "no:xdist", str(tmp_path)]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout


def test_old_sessions_are_removed(inner: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    inner.runpytest("-k", "accuracy")
    kept = list((inner.path / ".pytest_cache" / "d" / "harness").iterdir())
    for folder in kept:
        os.utime(folder, (0, 0))
    monkeypatch.setenv("PYTEST_XDIST_TESTRUNUID", "another")
    inner.runpytest("-k", "accuracy")
    names: list[Any] = [each.name for each in (inner.path / ".pytest_cache" / "d" / "harness").iterdir()]
    assert (len(kept), names) == (1, ["another"])


def test_two_models_in_memory_that_look_alike_are_two_runs(inner: pytest.Pytester) -> None:
    inner.makepyfile("""
        class Constant:
            labels = ["negative", "positive"]

            def __init__(self, at):
                self.at = at

            def __call__(self, texts):
                return [[float(self.at == 0), float(self.at == 1)]] * len(texts)

            def __repr__(self):
                return "Constant()"


        def test_both(harness_run):
            first, second = (harness_run("small.harness.yaml", model=Constant(at)) for at in (0, 1))
            found = [float(run["classification"]["recall[class=positive]"]) for run in (first, second)]
            assert found == [0.0, 1.0]
    """)
    inner.runpytest("-q", "test_two_models_in_memory_that_look_alike_are_two_runs.py").assert_outcomes(passed=1)
