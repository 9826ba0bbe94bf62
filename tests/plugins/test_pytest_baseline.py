"""The pytest plugin and baselines, in inner runs of pytest: what is compared with, and what is kept as one."""

from __future__ import annotations

from pathlib import Path

import harness_pytest.items
import harness_pytest.messages
import harness_pytest.runs
import pytest
from conftest import dataset

import harness
from harness import Run, UserError
from harness.baselines.file import read_baseline
from harness.suite import components

SUITE = """\
model: {use: python, object: "days:predict"}
data: {use: files, path: dev.jsonl}
resamples: 20
tasks:
  - {use: classification, metrics: [], gates: {accuracy: {min: 0.2}}}
"""
DROP = SUITE.replace("{min: 0.2}", "{min: 0.2, drop: 0.1}")
NAMED = DROP.replace("tasks:", "baseline: small.baseline\ntasks:")
MODEL = """\
def knowing(words):
    def predict(texts):
        return [[0.1, 0.9] if words & set(text.split()) else [0.9, 0.1] for text in texts]
    predict.labels = ["negative", "positive"]
    return predict

predict, worse = knowing({"good", "great", "fine"}), knowing({"good"})
"""
NOTED = """
import harness.records.sealed as kept

replace = kept.replace_file

def noted(path, write):
    with open("writes.txt", "a") as file:
        file.write("once ")
    replace(path, write)

kept.replace_file = noted
"""


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Import what a run imports before an inner run does, which forgets it: two copies of a class are two classes."""
    assert harness_pytest.items
    assert harness_pytest.messages
    assert harness_pytest.runs
    out, data = tmp_path_factory.mktemp("imported") / "run", (["a", "b"], [0, 1])
    tasks = [{"use": "classification", "metrics": []}]
    run = harness.evaluate(lambda texts: [[0.5, 0.5]] * len(texts), data, tasks, labels=["x", "y"], out=out)
    harness.accept(run, out / "it.baseline")
    assert components.load("data", "files")


@pytest.fixture
def inner(imported: None, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A folder with a suite that bounds no change, its data and two models."""
    monkeypatch.delenv("PYTEST_XDIST_TESTRUNUID", raising=False)
    pytester.makeini("[pytest]\naddopts = -p no:hypothesispytest")
    pytester.path.joinpath("days.py").write_text(MODEL, encoding="utf-8")
    pytester.path.joinpath("dev.jsonl").write_text(dataset(160), encoding="utf-8")
    suite(pytester, SUITE)
    return pytester


def suite(inner: pytest.Pytester, text: str, model: str = "predict") -> None:
    """Write the suite, for one of the models."""
    path = inner.path / "small.harness.yaml"
    path.write_text(text.replace("days:predict", f"days:{model}"), encoding="utf-8")


def accuracy(path: Path) -> float | None:
    """What a baseline says of the model."""
    return read_baseline(path).scores["classification/accuracy"].value


def accept(inner: pytest.Pytester) -> Path:
    """Accept the suite as it is; the file's place."""
    result = inner.runpytest("--harness-accept")
    result.assert_outcomes(passed=1)
    path = inner.path / "small.baseline"
    result.stdout.fnmatch_lines([f"harness: small: accepted: {path}"])
    return path


def test_a_run_that_passed_is_kept_beside_its_suite_and_the_next_is_compared_with_it(inner: pytest.Pytester) -> None:
    assert accuracy(accept(inner)) == 0.875
    suite(inner, NAMED)
    inner.runpytest().assert_outcomes(passed=2)
    suite(inner, NAMED, "worse")
    result = inner.runpytest()
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*classification/accuracy: * drop ≤ 0.1, n 160; 0.875 in the baseline, *"])


def test_only_the_suites_own_place_is_written(inner: pytest.Pytester) -> None:
    accept(inner).rename(inner.path / "kept.baseline")
    suite(inner, DROP.replace("tasks:", "baseline: released/it.baseline\ntasks:"))
    (inner.path / "released").mkdir()
    inner.runpytest("--harness-accept", "--harness-baseline", "kept.baseline").assert_outcomes(passed=2)
    assert accuracy(inner.path / "released" / "it.baseline") == 0.875
    assert not (inner.path / "small.baseline").exists()


def test_the_option_takes_the_place_of_the_suites_baseline(inner: pytest.Pytester) -> None:
    baseline = accept(inner)
    suite(inner, DROP.replace("tasks:", "baseline: nowhere\ntasks:"), "worse")
    inner.runpytest().assert_outcomes(failed=2)  # there is no such file
    inner.runpytest("--harness-baseline", baseline.name).assert_outcomes(passed=1, failed=1)


@pytest.mark.parametrize("option", [(), ("-k", "min"), ("-n", "2")])
def test_a_run_that_failed_is_not_accepted_and_says_so(inner: pytest.Pytester, option: tuple[str, ...]) -> None:
    baseline = accept(inner)
    before = baseline.read_bytes()
    suite(inner, NAMED, "worse")
    run = inner.runpytest_subprocess if "-n" in option else inner.runpytest
    result = run("--harness-accept", *option)
    result.stdout.fnmatch_lines(["harness: small: not accepted: classification/accuracy:drop did not hold"])
    assert baseline.read_bytes() == before


def test_under_xdist_one_process_writes_and_the_session_says_so_once(inner: pytest.Pytester) -> None:
    inner.makeconftest(NOTED)
    inner.makepyfile("def test_it(harness_run):\n    assert harness_run('small.harness.yaml').verdict == 'pass'\n")
    result = inner.runpytest_subprocess("-n", "2", "--harness-accept")
    result.assert_outcomes(passed=2)
    told = [line for line in result.outlines if line.startswith("harness: small: accepted: ")]
    assert (len(told), (inner.path / "writes.txt").read_text()) == (1, "once ")


def test_an_undecided_run_is_accepted_where_it_may_be(inner: pytest.Pytester) -> None:
    suite(inner, SUITE.replace("0.2", "0.86"))
    result = inner.runpytest("--harness-accept")
    result.stdout.fnmatch_lines(["harness: small: not accepted: classification/accuracy:min did not hold"])
    result = inner.runpytest_subprocess("--harness-accept", "--harness-undecided", "warn")  # a session of its own
    result.stdout.fnmatch_lines(["harness: small: accepted: *"])


def test_fewer_samples_and_settings_of_a_test_are_no_baseline(inner: pytest.Pytester) -> None:
    result = inner.runpytest("--harness-accept", "--harness-limit", "9")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*--harness-accept keeps whole runs as baselines: leave --harness-limit away"])
    inner.makepyfile("def test_it(harness_run):\n    assert harness_run('small.harness.yaml', data__limit=9)\n")
    result = inner.runpytest("--harness-accept", "-k", "test_it")
    result.stdout.fnmatch_lines(["harness: small: not accepted: it has settings of a test's own"])
    assert not (inner.path / "small.baseline").exists()


def test_a_place_that_cannot_be_written_fails_the_tests(inner: pytest.Pytester) -> None:
    accept(inner).rename(inner.path / "kept.baseline")
    suite(inner, SUITE.replace("tasks:", "baseline: no/where.baseline\ntasks:"))
    result = inner.runpytest("--harness-accept", "--harness-baseline", "kept.baseline")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["cannot write the baseline to *where.baseline: No such file or directory"])


@pytest.mark.usefixtures("inner")
def test_from_python_a_run_is_compared_with_a_file_and_with_another_run(inner: pytest.Pytester) -> None:
    inner.syspathinsert()
    old = harness.run("small.harness.yaml", out="old", progress=False)
    assert harness.accept(old, "old.baseline", best=True) == Path("old.baseline")
    assert read_baseline(Path("old.baseline")).head.kept == "best"
    baselines: list[str | Path | Run] = ["old.baseline", Path("old"), old]
    for at, baseline in enumerate(baselines):
        suite(inner, DROP, "worse")
        run = harness.run("small.harness.yaml", baseline=baseline, out=f"new{at}", progress=False)
        assert [(gate.kind, gate.verdict, gate.n) for gate in run.gates][1:] == [("drop", "fail", 160)]
    with pytest.raises(UserError, match="what failed is no baseline"):
        harness.accept(Run(Path("new0")), "new.baseline")
    assert harness.accept(Run(Path("new0")), "new.baseline", reason="fewer words").exists()
