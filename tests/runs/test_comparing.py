"""Gates on what changed, as a user meets them: accept a run, run another model against it, decide again."""

from __future__ import annotations

import json
from typing import Any

import pytest

FIRST = """\
model: {use: python, object: "graded:predict"}
data: {use: files, path: days.jsonl}
resamples: 50
tasks:
  - {use: classification, metrics: [log_loss, balanced_accuracy]}
  - {use: stress, perturbations: [keyboard_typos], severities: [2], limit: 60}
"""
GATED = FIRST.replace("tasks:", "baseline: days.baseline\ntasks:").replace(
    "balanced_accuracy]}",
    "balanced_accuracy], gates: {accuracy: {drop: 0.03}, log_loss: {rise: 0.1}, balanced_accuracy: {drop: 0.03}}}",
)
MODEL = """
import zlib

def graded(wrong):
    def predict(texts):
        chances = [0.9 if "good" in text else 0.1 for text in texts]
        turned = [zlib.crc32(text.encode()) % 100 < wrong for text in texts]
        right = [1 - chance if each else chance for chance, each in zip(chances, turned)]
        return [[1 - chance, chance] for chance in right]
    predict.labels = ["negative", "positive"]
    return predict

predict, worse, better = graded(10), graded(25), graded(5)
"""
ADDRESSES = ["classification/accuracy", "classification/log_loss", "classification/balanced_accuracy"]


@pytest.fixture
def released(project: Any) -> Any:
    """A project whose released model is the baseline."""
    words = [("bad", "negative"), ("good", "positive")]
    rows = [{"text": f"a {words[at % 2][0]} day {at}", "label": words[at % 2][1]} for at in range(300)]
    project.write("days.jsonl", "".join(json.dumps(row) + "\n" for row in rows))
    project.write("graded.py", MODEL)
    project.write("first.yaml", FIRST)
    project.write("days.yaml", GATED)
    assert project.harness("run", "first.yaml", "--out", "old", "--quiet").code == 0
    accepted = project.harness("accept", "old", "--to", "days.baseline")
    assert (accepted.code, accepted.out) == (0, "days.baseline\n")
    assert "old (pass) is the baseline now: 300 samples, 360 cases" in accepted.err
    return project


def gates(called: Any) -> dict[str, tuple[str, float, int]]:
    return {row["address"]: (row["verdict"], row["value"], row["n"]) for row in called.json["gates"]}


def test_the_released_model_does_not_differ_from_itself(released: Any) -> None:
    called = released.harness("run", "days.yaml", "--out", "same", "--json")
    assert called.code == 0
    assert gates(called) == dict.fromkeys(ADDRESSES, ("pass", 0.0, 300))


@pytest.mark.parametrize("baseline", ["days.baseline", "old"])
def test_a_worse_model_fails_against_a_file_and_a_run_alike(released: Any, baseline: str) -> None:
    worse = "--set", "model.object=graded:worse"
    called = released.harness("run", "days.yaml", "--out", "new", "--json", *worse, "--baseline", baseline)
    found = gates(called)
    assert called.code == 1
    assert {verdict for verdict, _, _ in found.values()} == {"fail"}
    assert found["classification/accuracy"][1] > 0.1
    assert "in the baseline" in called.json["gates"][0]["note"]
    assert gates(released.harness("gate", "new", "--json")) == found
    assert released.harness("verify", "new").code == 0


def test_a_better_model_passes_and_its_drop_is_negative(released: Any) -> None:
    called = released.harness("run", "days.yaml", "--out", "new", "--json", "--set", "model.object=graded:better")
    assert called.code == 0
    assert gates(called)["classification/accuracy"][1] < 0
    text = released.harness("gate", "new").out
    assert "drop ≤ 0.03" in text
    assert "Drop" in (released.folder / "new" / "report.html").read_text(encoding="utf-8") or "drop" in text


def test_a_gate_that_did_not_fail_says_what_its_cases_would_have_shown(released: Any) -> None:
    called = released.harness("run", "days.yaml", "--out", "same", "--json", "--set", "model.object=graded:better")
    [accuracy, *_] = called.json["gates"]
    error = (accuracy["high"] - accuracy["low"]) / 2 / 1.6449
    shown = 0.03 + (1.6449 + 0.8416) * error
    assert f"300 cases show a drop of {shown:.3g} with 80 % power" in accuracy["note"]


def test_rows_that_only_one_run_has_are_counted_apart(released: Any) -> None:
    rows = (released.folder / "days.jsonl").read_text(encoding="utf-8").splitlines()
    added = ['{"text": "a good new one", "label": "positive"}', '{"text": "a bad new one", "label": "negative"}']
    released.write("days.jsonl", "\n".join([*reversed(rows[20:]), *added]))
    called = released.harness("run", "days.yaml", "--out", "new", "--json")
    assert gates(called)["classification/accuracy"] == ("pass", 0.0, 280)
    note = called.json["gates"][0]["note"]
    assert "20 samples of the baseline are not compared; 2 samples that it has not are not compared" in note


def test_check_says_what_it_can_see_and_that_no_drop_at_all_is_passed_by_chance_only(released: Any) -> None:
    released.edit("days.yaml", "accuracy: {drop: 0.03}, l", "accuracy: {drop: 0}, l")
    called = released.harness("check", "days.yaml")
    assert called.code == 0
    assert "a model that is just as good passes only by chance" in called.out.replace("\n", " ")
    assert "at most 5 % of runs fail by chance" in called.out


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "baseline: days.baseline\n",
            "",
            "the gate bounds what changed, but there is no baseline: name a file or a run",
        ),
        ("baseline: days.baseline", "baseline: nowhere", "nowhere: cannot be read: No such file or directory"),
        (
            "baseline: days.baseline",
            "baseline: days.yaml",
            "expected a baseline, which begins with 'harness-baseline 1'",
        ),
        ("{accuracy: {drop", "{accuracy: {rise", "of 'accuracy' more is better: expected `drop`, but got `rise`"),
        ("log_loss: {rise", "log_loss: {drop", "of 'log_loss' less is better: expected `rise`, but got `drop`"),
        (
            "{accuracy: {drop: 0.03",
            "{accuracy: {drop: -0.03",
            "tasks.0.gates.accuracy.drop: expected greater than or equal to 0, but got -0.03",
        ),
        ("metrics: [log_loss, ", "metrics: [log_loss, mcc, ", None),
        ("limit: 60}", "limit: 60, gates: {worst_accuracy: {drop: 0.1}}}", None),
        (
            "severities: [2], limit: 60}",
            "severities: [5], limit: 60, gates: {worst_accuracy: {drop: 0.1}}}",
            "its severities are [2] in days.baseline, [5] in this suite",
        ),
        ("use: stress, p", "use: stress, name: typos, gates: {worst_accuracy: {drop: 0.1}}, p", "has no task 'typos'"),
    ],
)
def test_what_cannot_be_compared_is_said_before_anything_runs(
    released: Any, old: str, new: str, message: str | None
) -> None:
    released.edit("days.yaml", old, new)
    called = released.harness("run", "days.yaml", "--out", "new")
    if message is None:
        assert called.code in {0, 1}
    else:
        assert (called.code, message in called.err) == (2, True), called.err
        assert not (released.folder / "new").exists()


def test_other_data_and_an_edited_file_are_refused(released: Any) -> None:
    released.write("days.jsonl", '{"text": "a good new one", "label": "positive"}')
    called = released.harness("run", "days.yaml", "--out", "new")
    assert called.code == 2
    assert "none of its 300 samples is here: it is of other data" in called.err
    text = (released.folder / "days.baseline").read_text(encoding="utf-8")
    released.write("days.baseline", text.replace('"seed": 0', '"seed": 1'))
    called = released.harness("check", "days.yaml")
    assert called.code == 2
    assert "its checksum does not fit: it was cut or edited; make it again with `harness accept`" in called.err


def test_a_run_without_its_baseline_is_decided_with_another_one(released: Any) -> None:
    released.harness("run", "days.yaml", "--out", "new", "--quiet", "--baseline", "old")
    (released.folder / "old").rename(released.folder / "moved")
    called = released.harness("gate", "new")
    assert called.code == 2
    assert "which is no more there: give --baseline" in called.err
    assert released.harness("gate", "new", "--baseline", "moved").code == 0


def test_a_run_that_failed_is_accepted_with_a_reason_only(released: Any) -> None:
    released.harness("run", "days.yaml", "--out", "bad", "--quiet", "--set", "model.object=graded:worse")
    called = released.harness("accept", "bad", "--to", "new.baseline")
    assert called.code == 2
    assert "what failed is no baseline" in called.err
    assert released.harness("accept", "bad", "--to", "new.baseline", "--anyway", "a wider set of texts").code == 0
