"""The pytest plugin and known failures, in inner runs of pytest: a test per failure, one model per file."""

from __future__ import annotations

from pathlib import Path

import harness_pytest.failures
import pytest
from conftest import TOY
from known import failure, kept

from harness.failures.waivers import waivers_of

WRONG, OTHER, RIGHT = failure("an odd film", "negative"), failure("an odd one", "negative"), failure("a good film")
LOGGING = "\n\nopen('calls.txt', 'a').write('loaded\\n')\n"


@pytest.fixture
def inner(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A folder with three known failures and their model, which notes when it is imported."""
    assert harness_pytest.failures
    monkeypatch.delenv("PYTEST_XDIST_TESTRUNUID", raising=False)
    pytester.makeini("[pytest]\naddopts = -p no:hypothesispytest")
    pytester.path.joinpath("toy.py").write_text(TOY + LOGGING, encoding="utf-8")
    kept(pytester.path / "it.failures", WRONG, OTHER, RIGHT)
    return pytester


def waive(inner: pytest.Pytester, text: str) -> None:
    waivers_of(inner.path / "it.failures").write_text(text, encoding="utf-8")


def loads(inner: pytest.Pytester) -> int:
    return len((inner.path / "calls.txt").read_text().splitlines())


def test_a_failure_is_a_test_and_one_that_is_mended_passes(inner: pytest.Pytester) -> None:
    result = inner.runpytest_subprocess("-rA")
    result.assert_outcomes(passed=1, failed=2)
    result.stdout.fnmatch_lines(
        [
            "classification: negative taken for positive",
            "input: 'an odd film'",
            f"PASSED it.failures::classification-a_good_film-{RIGHT.key}",
            f"FAILED it.failures::classification-an_odd_film-{WRONG.key}*",
        ]
    )
    assert loads(inner) == 1


def test_a_waived_one_is_expected_to_fail_with_its_reason_and_an_expired_one_fails(inner: pytest.Pytester) -> None:
    waive(inner, f"{WRONG.key}: {{reason: known, until: 2999-12-31}}\n{OTHER.key}: {{reason: w, until: 2020-01-01}}")
    result = inner.runpytest("-rxX")
    result.assert_outcomes(passed=1, failed=1, xfailed=1)
    result.stdout.fnmatch_lines(["its waiver expired on 2020-01-01: w", "XFAIL *waived until 2999-12-31: known"])


def test_a_waiver_of_what_is_mended_is_no_longer_needed(inner: pytest.Pytester) -> None:
    waive(inner, f"{RIGHT.key}: {{reason: known, until: 2999-12-31}}")
    result = inner.runpytest("-o", "xfail_strict=true")
    result.assert_outcomes(failed=2, xpassed=1, warnings=1)
    result.stdout.fnmatch_lines(["*is mended: its waiver is no longer needed"])


def test_a_waiver_covers_no_error(inner: pytest.Pytester) -> None:
    waive(inner, f"{WRONG.key}: {{reason: known, until: 2999-12-31}}")
    broken = (
        TOY
        + "\n\ncount = predict\ndef predict(texts):\n    assert 'an odd film' not in texts\n    return count(texts)\n"
    )
    inner.path.joinpath("toy.py").write_text(broken + "predict.labels = count.labels\n", encoding="utf-8")
    result = inner.runpytest_subprocess()
    result.assert_outcomes(passed=1, failed=2)
    result.stdout.fnmatch_lines(["*AssertionError*"])


def test_what_is_wrong_with_a_file_or_a_waiver_is_an_error_of_collection(inner: pytest.Pytester) -> None:
    waive(inner, f"{WRONG.key}: {{reason: known}}")
    result = inner.runpytest()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*has no until: a waiver has a reason and a date"])
    waive(inner, "")
    Path("it.failures").write_text("cut", encoding="utf-8")
    result = inner.runpytest()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*expected a file of known failures*"])


def test_a_model_that_cannot_be_loaded_fails_every_test_with_the_same_words(inner: pytest.Pytester) -> None:
    inner.path.joinpath("toy.py").write_text("1 / 0", encoding="utf-8")
    result = inner.runpytest_subprocess()
    result.assert_outcomes(failed=3)
    assert result.stdout.str().count("ZeroDivisionError") >= 3


def test_under_xdist_the_model_is_loaded_once(inner: pytest.Pytester) -> None:
    result = inner.runpytest_subprocess("-n", "2")
    result.assert_outcomes(passed=1, failed=2)
    assert loads(inner) == 1


def test_junit_has_a_case_per_failure(inner: pytest.Pytester) -> None:
    waive(inner, f"{WRONG.key}: {{reason: known, until: 2999-12-31}}")
    inner.runpytest("--junit-xml", "junit.xml")
    text = (inner.path / "junit.xml").read_text()
    assert (text.count("<testcase"), text.count("<failure"), text.count("pytest.xfail")) == (3, 1, 1)
