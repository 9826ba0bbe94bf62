"""The report `junit`: XML that any reader of JUnit's takes, and counts that agree with the gates."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest
from finished_run import GATE, written
from harness_report.junit import junit
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness import Run

if TYPE_CHECKING:
    from conftest import Project

ATTRIBUTES = {
    "testsuite": {
        "name", "tests", "failures", "errors", "skipped", "time", "timestamp", "hostname", "id", "package",
    },
    "testcase": {"name", "classname", "time"},
    "property": {"name", "value"},
    "failure": {"message", "type"},
    "error": {"message", "type"},
    "skipped": {"message"},
}  # fmt: skip
"""By element, what Ant's schema requires and what it or its heirs allow."""

VERDICTS = ("pass", "fail", "error", "undecided")


def suite_of(folder: Path, verdicts: list[str], **info: Any) -> ET.Element:
    """The test suite of a run whose gates came to these verdicts."""
    gates = [{**GATE, "address": f"classification/gate_{at}", "verdict": each} for at, each in enumerate(verdicts)]
    [suite] = ET.fromstring(junit(written(folder, gates, **info)))
    return suite


def outcomes(suite: ET.Element) -> list[str]:
    """What each test case holds, nothing for one that passed."""
    return ["".join(outcome.tag for outcome in case) for case in suite.iter("testcase")]


def test_a_gate_is_a_test_case(tmp_path: Path) -> None:
    [case] = suite_of(tmp_path, ["fail"]).iter("testcase")
    assert case.attrib == {"classname": "reviews", "name": "classification/gate_0:min", "time": "0.000"}
    assert case[0].attrib == {"message": "0.500 [0.100, 0.700], ≥ 0.8, n 1200", "type": "fail"}


def test_the_keys_of_a_score_stand_last(tmp_path: Path) -> None:
    gate = {**GATE, "address": "classification/recall[class=negative]"}
    [suite] = ET.fromstring(junit(written(tmp_path, [{**gate, "verdict": "pass"}])))
    assert [case.get("name") for case in suite.iter("testcase")] == ["classification/recall:min[class=negative]"]


def test_the_gates_share_the_time_of_their_tasks(project: Project) -> None:
    project.edit("quick.yaml", "{min: 0.5}", "{min: 0.99, max: 1}")
    project.harness("run", "quick.yaml", "--out", "out", "--undecided", "warn")
    run = Run(Path("out"))
    [suite] = ET.fromstring(junit(run))
    one, two = (float(case.get("time", 0)) for case in suite.iter("testcase"))
    tasks = {name: sum(each.seconds for each in task.engine.values()) for name, task in run.info.tasks.items()}
    share = tasks["classification"] / sum(tasks.values()) * run.info.seconds.total
    assert one == two == pytest.approx(share / 2, abs=0.001)


def test_a_failure_shows_its_samples(project: Project) -> None:
    project.edit("quick.yaml", "min: 0.5", "min: 0.99")
    project.harness("run", "quick.yaml", "--out", "out")
    [failure] = ET.fromstring(junit(Run(Path("out"))))[0].iter("failure")
    first, head, *worst = (failure.text or "").splitlines()
    assert (first, head, len(worst)) == (failure.get("message"), "worst samples:", 2)
    assert all(": negative taken for positive (0.5" in each for each in worst)


@pytest.mark.parametrize(
    ("policy", "undecided"), [("fail", "failure"), ("pass", ""), ("warn", "skipped"), ("point", "failure")]
)
def test_an_undecided_gate_is_what_the_policy_makes_of_it(tmp_path: Path, policy: str, undecided: str) -> None:
    suite = suite_of(tmp_path, list(VERDICTS), undecided=policy)
    assert outcomes(suite) == ["", "failure", "error", undecided]
    [told] = suite.iter(undecided or "system-out") if undecided != "failure" else [suite[-3][0]]
    assert "undecided" in (told.get("message") or "undecided")
    assert told.get("type") == ("undecided" if undecided == "failure" else None)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30, deadline=None)
@given(st.lists(st.sampled_from(VERDICTS)), st.sampled_from(["fail", "pass", "warn", "point"]))
def test_the_counts_agree(tmp_path: Path, verdicts: list[str], policy: str) -> None:
    suite = suite_of(tmp_path, verdicts, undecided=policy)
    found = outcomes(suite)
    assert suite.get("tests") == str(len(verdicts))
    for attribute, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        assert suite.get(attribute) == str(found.count(tag))


def test_elements_and_attributes_are_those_of_the_schema(tmp_path: Path) -> None:
    suite = suite_of(tmp_path, list(VERDICTS), undecided="warn")
    order = [child.tag for child in suite]
    assert order == ["properties", *["testcase"] * 4, "system-out", "system-err"]
    for element in suite.iter():
        assert set(element.attrib) == ATTRIBUTES.get(element.tag, set()), element.tag


def test_the_suite_says_when_and_how_long(tmp_path: Path) -> None:
    began = "2026-03-02T14:05:06+00:00"
    suite = suite_of(tmp_path, [], started=began, seconds={"load": 1.25, "run": 2.5})
    assert (suite.get("timestamp"), suite.get("time")) == (began[:19], "3.750")
    assert suite.get("hostname") == "localhost"


def test_a_task_without_gates_that_errored_too_often_is_an_error(tmp_path: Path) -> None:
    tasks = {"attack": {"parts": [""], "cases": 9, "errors": 2}, "stress": {"parts": [""], "cases": 9, "errors": 0}}
    suite = suite_of(tmp_path, [], tasks=tasks, verdict="error")
    [case] = suite.iter("testcase")
    assert (case.get("name"), outcomes(suite), suite.get("errors")) == ("attack:max_errors", ["error"], "1")
    assert case[0].get("message") == "2 of 9 cases errored; max_errors is 0"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(st.text(st.characters(exclude_categories=[])))
def test_what_xml_cannot_hold_is_replaced(tmp_path: Path, text: str) -> None:
    gate = {**GATE, "address": f"classification/{text}", "verdict": "fail", "note": text}
    content = junit(written(tmp_path, [gate], name=text))
    [case] = ET.fromstring(content.encode()).iter("testcase")
    printable = "".join(each for each in text if each.isprintable() and each.isalnum())
    assert all(each in (case.get("name") or "") for each in printable)
