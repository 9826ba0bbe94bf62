"""A suite with variants in pytest: a test for each gate of each variant."""

from __future__ import annotations

import pytest
from conftest import TOY, dataset
from two_models import OTHER, SUITE


@pytest.fixture
def suite(pytester: pytest.Pytester) -> pytest.Pytester:
    for name, content in {
        "toy.py": TOY,
        "other.py": OTHER,
        "both.harness.yaml": SUITE,
        "dev.jsonl": dataset(20),
    }.items():
        (pytester.path / name).write_text(content, encoding="utf-8")
    return pytester


def test_every_gate_of_every_variant_is_a_test(suite: pytest.Pytester) -> None:
    found = suite.runpytest("-v", "--harness-report", "page.html")
    found.assert_outcomes(passed=7, failed=2)
    found.stdout.fnmatch_lines([
        "*lax:classification/accuracy:min PASSED*",
        "*lax:attack PASSED*",
        "*strict:classification/accuracy:min PASSED*",
        "*strict:classification/accuracy:drop FAILED*",
        "*strict:classification/accuracy: 0.150 *, drop ≤ 0.2, n 20*",
        "harness: both: undecided, report: *report.html",
    ])  # fmt: skip
    assert "The report of each" in (suite.path / "page.html").read_text(encoding="utf-8")


def test_all_of_them_are_not_accepted_at_once(suite: pytest.Pytester) -> None:
    found = suite.runpytest("--harness-accept", "--harness-undecided", "pass")
    found.assert_outcomes(passed=9)
    found.stdout.fnmatch_lines(["*not accepted: it has several variants*"])
    assert not list(suite.path.glob("*.baseline"))


def test_a_mistake_in_a_variant_is_one_of_collection(suite: pytest.Pytester) -> None:
    text = SUITE.replace('model: {use: python, object: "toy:predict"}\n', "")
    (suite.path / "both.harness.yaml").write_text(text, encoding="utf-8")
    found = suite.runpytest()
    found.assert_outcomes(errors=1)
    found.stdout.fnmatch_lines(["*variant 'lax' has no `use`*"])


def test_a_test_in_python_gets_all_of_them(suite: pytest.Pytester) -> None:
    suite.makepyfile(
        "def test_it(harness_run):\n"
        "    runs = harness_run('both.harness.yaml')\n"
        "    assert runs.variants['lax'].verdict == 'pass'\n"
        "    assert runs['strict:classification'].accuracy > 0.5\n"
    )
    suite.runpytest("-k", "test_it").assert_outcomes(passed=1, deselected=9)
