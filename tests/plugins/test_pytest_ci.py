"""The pytest plugin in a CI: what runs where nobody asked for models, and what is told of what ran, once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

import harness_pytest.items
import harness_pytest.reporting
import pytest
from conftest import TOY, dataset

SUITE = """\
model: {use: python, object: "toy:predict"}
data: {use: files, path: dev.jsonl}
tasks:
  - use: classification
    metrics: [ece]
    gates:
      accuracy: {min: 0.5, max: 0.6}
      "recall[class=positive]": {min: 0.2}
resamples: 20
"""
TEST = """
def test_suite(harness_run):
    assert harness_run("small.harness.yaml")["classification"].accuracy >= 0.5

def test_other():
    pass
"""
LOGGING = "\n\nopen('calls.txt', 'a').write('loaded\\n')\n"


@pytest.fixture
def inner(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A folder with a suite, a test that runs it and one that does not; the model notes when it is imported."""
    assert harness_pytest.items
    assert harness_pytest.reporting
    for name in ("PYTEST_XDIST_TESTRUNUID", "GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY", "GITHUB_WORKSPACE"):
        monkeypatch.delenv(name, raising=False)
    files = {"toy.py": TOY + LOGGING, "dev.jsonl": dataset(20), "small.harness.yaml": SUITE, "test_it.py": TEST}
    for name, content in files.items():
        (pytester.path / name).write_text(content, encoding="utf-8")
    ini(pytester)
    return pytester


def ini(inner: pytest.Pytester, *lines: str) -> None:
    inner.makeini("\n".join(["[pytest]", "addopts = -p no:hypothesispytest", *lines]))


def ran(inner: pytest.Pytester) -> bool:
    """Whether a model was loaded."""
    return (inner.path / "calls.txt").exists()


def test_the_marker_is_registered_and_deselects_all_that_runs_a_model(inner: pytest.Pytester) -> None:
    inner.runpytest("--markers").stdout.fnmatch_lines(["@pytest.mark.harness: runs a model*"])
    inner.runpytest("-m", "not harness", "--strict-markers").assert_outcomes(passed=1, deselected=4)
    assert not ran(inner)
    inner.runpytest("-m", "harness").assert_outcomes(passed=3, failed=1, deselected=1)


@pytest.mark.parametrize("way", ["option", "ini"])
def test_what_runs_a_model_is_skipped_on_request(inner: pytest.Pytester, way: str) -> None:
    ini(inner, *["harness_skip = true"] * (way == "ini"))
    result = inner.runpytest("-rs", *["--harness-skip"] * (way == "option"))
    result.assert_outcomes(passed=1, skipped=4)
    result.stdout.fnmatch_lines(["*--harness-skip: it runs a model*"])
    assert not ran(inner)


@pytest.mark.parametrize("named", ["small.harness.yaml", "small.harness.yaml::classification/accuracy:min"])
def test_a_suite_that_is_named_runs_all_the_same(inner: pytest.Pytester, named: str) -> None:
    ini(inner, "harness_skip = true")
    result = inner.runpytest(named)
    result.assert_outcomes(passed=2 if named.endswith("yaml") else 1, failed=int(named.endswith("yaml")))
    assert ran(inner)


def test_a_suite_of_another_name_runs_where_it_is_named(inner: pytest.Pytester) -> None:
    (inner.path / "small.harness.yaml").rename(inner.path / "small.yaml")
    (inner.path / "other.yaml").write_text("stages: [1]\n")
    inner.runpytest("--collect-only", "-q").stdout.no_fnmatch_line("*small.yaml*")
    inner.runpytest("small.yaml").assert_outcomes(passed=2, failed=1)
    inner.runpytest("other.yaml").assert_outcomes()


@pytest.mark.parametrize(
    ("lines", "counted"),
    [(["harness_limit = 4"], ", n 4*"), (["harness_limit = 4", "harness_undecided = warn"], "* undecided: *n 4*")],
)
def test_the_ini_file_gives_options(inner: pytest.Pytester, lines: list[str], counted: str) -> None:
    ini(inner, *lines)
    inner.runpytest("small.harness.yaml").stdout.fnmatch_lines([f"*{counted}"])
    result = inner.runpytest("small.harness.yaml", "--harness-limit", "6")  # which comes first
    result.stdout.no_fnmatch_line("*n 4*")


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("harness_limit = few", "--harness-limit: expected a whole number of samples, 1 or more, but got 'few'"),
        ("harness_undecided = maybe", "--harness-undecided: expected fail, pass, warn or point, but got 'maybe'"),
        ("harness_skip = perhaps", "harness_skip: expected true or false, but got 'perhaps'"),
        ("harness_markdown = .", "--harness-markdown: expected a file, but * is a folder"),
    ],
)
def test_a_wrong_option_is_said_before_anything_runs(inner: pytest.Pytester, line: str, told: str) -> None:
    ini(inner, line)
    result = inner.runpytest()
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: {told}"])


def test_paths_of_the_ini_file_begin_in_its_folder(inner: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    ini(inner, "harness_markdown = out/summary.md")
    (inner.path / "deep").mkdir()
    monkeypatch.chdir(inner.path / "deep")
    inner.runpytest("../small.harness.yaml", "-k", "recall").assert_outcomes(passed=1, deselected=2)
    assert (inner.path / "out" / "summary.md").read_text("utf-8").startswith("## small: ")


def cases(path: Path) -> Iterator[tuple[str, dict[str, str]]]:
    for case in ET.parse(path).getroot().iter("testcase"):
        yield str(case.get("name")), {str(each.get("name")): str(each.get("value")) for each in case.iter("property")}


@pytest.mark.parametrize("family", ["xunit1", "xunit2"])
@pytest.mark.parametrize("workers", ["0", "2"])
def test_pytests_own_junit_file_has_the_names_and_the_numbers(
    inner: pytest.Pytester, family: str, workers: str
) -> None:
    argv = ["small.harness.yaml", "-n", workers, "-o", f"junit_family={family}", "--junitxml", "j.xml"]
    inner.runpytest_subprocess(*argv).assert_outcomes(passed=2, failed=1)
    found = dict(cases(inner.path / "j.xml"))
    collected = inner.runpytest("small.harness.yaml", "--collect-only", "-q").outlines[:3]
    assert sorted(found) == sorted(line.partition("::")[2] for line in collected)
    assert "classification/recall:min[class=positive]" in found
    of_gate = found["classification/accuracy:max"]
    assert {name: of_gate[name] for name in ("value", "bound", "n", "verdict")} == {
        "value": "0.9", "bound": "0.6", "n": "20", "verdict": "fail",
    }  # fmt: skip
    assert 0.6 < float(of_gate["low"]) < 0.9 < float(of_gate["high"]) < 1


@pytest.mark.parametrize("workers", ["0", "2"])
def test_github_is_told_once(inner: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, workers: str) -> None:
    summary = inner.path / "summary.md"
    summary.write_text("before\n")
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    monkeypatch.setenv("GITHUB_WORKSPACE", str(inner.path))
    result = inner.runpytest_subprocess("-n", workers, "--harness-markdown", "out/m.md")
    result.assert_outcomes(passed=4, failed=1)
    told = summary.read_text("utf-8")
    assert (told.startswith("before\n## small: ✕ fail"), told.count("## small")) == (True, 1)
    assert (inner.path / "out" / "m.md").read_text("utf-8") == told.removeprefix("before\n").removesuffix("\n")
    begin = "::error file=small.harness.yaml,line=7,title=gate classification/accuracy fails::0.900 ["
    assert [line[: len(begin)] for line in result.outlines if line.startswith("::")] == [begin]


def test_a_summary_that_cannot_be_written_is_only_a_warning(
    inner: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(inner.path))
    result = inner.runpytest("-k", "recall")
    assert result.ret == pytest.ExitCode.OK
    result.stdout.fnmatch_lines(["harness: warning: the job's summary could not be written to *"])


def test_a_file_that_was_asked_for_and_cannot_be_written_fails_the_session(inner: pytest.Pytester) -> None:
    result = inner.runpytest("-k", "recall", "--harness-markdown", "dev.jsonl/m.md")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["harness: --harness-markdown dev.jsonl/m.md: it could not be written: *"])


def test_the_summary_counts_undecided_gates_as_the_session_does(inner: pytest.Pytester) -> None:
    inner.runpytest(
        "small.harness.yaml", "--harness-limit", "6", "--harness-undecided", "warn", "--harness-markdown", "m.md"
    )
    told = (inner.path / "m.md").read_text("utf-8")
    assert "? undecided" in told
    assert "counts as" not in told


def test_without_a_run_nothing_is_told(inner: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(inner.path / "summary.md"))
    inner.runpytest("-m", "not harness", "--harness-markdown", "m.md").assert_outcomes(passed=1, deselected=4)
    assert not [name for name in ("summary.md", "m.md") if (inner.path / name).exists()]
