"""A run, kept as a file and compared: with itself nothing differs, with another model what does is found."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from harness import ScoringContext, UserError
from harness.baselines.accept import accepted
from harness.baselines.differences import Changed, Pairing, require_comparable, task_misfit
from harness.baselines.file import FileSide, read_baseline, write_baseline
from harness.baselines.run_side import RunSide
from harness.baselines.side import Side
from harness.records.run import Run
from harness.runs.load import task_of
from harness.suite.file import suite_of

SUITE = """\
model: {use: python, object: "toy:predict"}
data: {use: files, path: dev.jsonl}
resamples: 50
tasks:
  - use: classification
    gates: {accuracy: {min: 0.2}}
  - {use: stress, perturbations: [keyboard_typos], severities: [3]}
  - {use: attack, attacks: [deepwordbug]}
  - {use: explain, explainers: [leave_one_out], limit: 10}
"""
WORSE = """
import toy

def predict(texts):
    return [[0.6, 0.4] if len(text) % 2 else row for text, row in zip(texts, toy.predict(texts))]

predict.labels = toy.predict.labels
"""


@pytest.fixture
def released(project: Any) -> Run:
    project.write("suite.yaml", SUITE)
    assert project.harness("run", "suite.yaml", "--out", "old", "--quiet").code == 0
    return Run(project.folder / "old")


def tasks_of(run: Run) -> dict[str, Any]:
    file = suite_of(run.info.suite, run.name)
    return {spec.title: task_of(file, at) for at, spec in enumerate(file.suite.tasks)}


def kept(run: Run, path: Path) -> FileSide:
    write_baseline(path, accepted(run, tasks_of(run)))
    return read_baseline(path)


def changes(old: Side, new: Run, title: str) -> dict[str, Changed]:
    scoring = ScoringContext(new.info.labels, {}, resamples=50)
    return Pairing(tasks_of(new)[title], title, old, RunSide(new), scoring).changes()


def test_a_file_says_what_the_run_does_in_few_bytes(released: Run, tmp_path: Path) -> None:
    side = kept(released, tmp_path / "base")
    assert side.head.tasks["attack"].parts == ["deepwordbug"]
    assert {at: score.value for at, score in side.scores.items()} == pytest.approx(
        {at: score.value for at, score in released.scores.items()}, rel=1e-5, nan_ok=True
    )
    assert side.truths == RunSide(released).truths
    text = (tmp_path / "base").read_text(encoding="utf-8")
    lines = [line for line in text.split("\n") if re.match(r"[\w-]{11}[*!]? ", line)]
    assert max(map(len, lines)) < 60
    assert text.index("== scores") < 16_000
    assert [task.lost for task in side.head.tasks.values()] == [[]] * 4


def test_a_run_does_not_differ_from_its_own_file(released: Run, tmp_path: Path) -> None:
    side = kept(released, tmp_path / "base")
    require_comparable(side, RunSide(released))
    for title in tasks_of(released):
        found = changes(side, released, title)
        assert found.keys() >= {"classification": {"accuracy", "ece", "roc_auc"}}.get(title, set())
        assert {(each.difference, each.only_old, each.only_new, each.paired) for each in found.values()} == {
            (0.0, 0, 0, True)
        }


def test_a_worse_model_differs_alike_from_the_run_and_from_its_file(project: Any, released: Run) -> None:
    project.write("worse.py", WORSE)
    called = project.harness("run", "suite.yaml", "--out", "new", "--quiet", "--set", "model.object=worse:predict")
    assert called.code in {0, 1}, called.err
    new = Run(project.folder / "new")
    by_run, by_file = (
        changes(side, new, "classification") for side in (RunSide(released), kept(released, project.folder / "base"))
    )
    assert by_run["accuracy"] == by_file["accuracy"]
    assert by_run["accuracy"].difference < 0
    for at, change in by_run.items():
        assert by_file[at].difference == pytest.approx(change.difference, abs=2e-3), at
    assert by_run["accuracy"].n == 20


def test_other_ids_and_another_order_are_the_same_samples(project: Any, released: Run) -> None:
    rows = (project.folder / "dev.jsonl").read_text(encoding="utf-8").splitlines()[::-1]
    project.write("dev.jsonl", "\n".join([*rows[:15], '{"text": "a new one", "label": "positive"}']))
    project.harness("run", "suite.yaml", "--out", "new", "--quiet")
    change = changes(RunSide(released), Run(project.folder / "new"), "classification")["accuracy"]
    assert (change.n, change.only_old, change.only_new, change.difference) == (15, 5, 1, 0.0)


def test_what_failed_or_did_not_finish_is_no_baseline(project: Any) -> None:
    project.write("suite.yaml", SUITE.replace("min: 0.2", "min: 1.0"))
    project.harness("run", "suite.yaml", "--out", "old", "--quiet")
    run = Run(project.folder / "old")
    assert run.verdict == "fail"
    with pytest.raises(UserError, match=r"what failed is no baseline\..* --anyway REASON"):
        accepted(run, tasks_of(run))
    write_baseline(project.folder / "base", accepted(run, tasks_of(run), "best", "the old one is worse"))
    head = read_baseline(project.folder / "base").head
    assert (head.kept, head.reason, head.verdict) == ("best", "the old one is worse", "fail")


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        (lambda text: text[: len(text) // 2], "its checksum does not fit: it was cut or edited"),
        (lambda text: text.replace('"seed": 0', '"seed": 1'), "its checksum does not fit"),
        (lambda text: text.replace("harness-baseline 1", "harness-baseline 7"), "it is of another version"),
        (lambda text: "{}", "expected a baseline, which begins with 'harness-baseline 1', but it begins with '{}'"),
        (lambda text: "", "but it begins with ''"),
    ],
)
def test_a_file_that_is_none_is_said_so(released: Run, tmp_path: Path, broken: Any, message: str) -> None:
    path = tmp_path / "base"
    path.write_text(broken(accepted(released, tasks_of(released))), encoding="utf-8")
    with pytest.raises(UserError, match=re.escape(message)):
        read_baseline(path)


def test_windows_line_ends_change_nothing(released: Run, tmp_path: Path) -> None:
    text = accepted(released, tasks_of(released))
    (tmp_path / "base").write_bytes(text.replace("\n", "\r\n").encode())
    assert read_baseline(tmp_path / "base").head.suite == "suite"


def test_other_labels_and_other_data_do_not_compare(project: Any, released: Run) -> None:
    side = kept(released, project.folder / "base")
    project.write("dev.jsonl", '{"text": "a new one", "label": "positive"}')
    project.harness("run", "suite.yaml", "--out", "new", "--quiet")
    with pytest.raises(UserError, match="none of its 20 samples is here: it is of other data"):
        require_comparable(side, RunSide(Run(project.folder / "new")))


def test_a_task_with_other_parameters_says_which(released: Run) -> None:
    head = RunSide(released).head.tasks["stress"]
    other = type(head)("stress", {**head.parameters, "severities": [5]}, head.parts, 20)
    assert task_misfit(head, head, "stress") == ""
    assert task_misfit(head, other, "stress") == "its severities are [3] in the baseline, [5] in this suite"
    assert task_misfit(None, head, "stress") == "the baseline has no task 'stress'"
