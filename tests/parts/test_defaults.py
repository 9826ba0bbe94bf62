"""What a task runs where a suite names nothing: the kind of input says it, and every kind that ships does."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import harness
from harness import Context, Trial, UserError
from harness.kinds.inputs import InputKind, input_kind, input_kinds
from harness.parts.defaults import PARTS, completed, defaults_of, named
from harness.suite import components
from harness.suite.file import TaskSpec
from harness.suite.takes import how
from harness.tasks.stress import stress

SHIPPED = ("text", "pair", "row", "image")
ALONE = ["stress", "attack", "explain"]


@pytest.mark.parametrize("kind", SHIPPED)
@pytest.mark.parametrize("parts", PARTS)
def test_what_a_kind_has_by_default_is_installed_and_takes_it(kind: str, parts: str) -> None:
    for name in defaults_of(parts, input_kind(kind)):
        component = components.Component(parts, name, components.load(parts, name))
        assert how(component.takes, input_kind(kind)) != "not"


def test_a_kind_without_any_says_so() -> None:
    class Sounds:
        plural, fields_of = "sounds", ""

    kind: Any = Sounds()
    with pytest.raises(UserError, match=r"no attacks are chosen for sounds: name some, `attacks: \[..\]`"):
        defaults_of("attacks", kind)


def test_a_task_has_no_parts_before_the_kind_is_known() -> None:
    task = stress(Context())
    assert (dict(task.parts), task.addresses_known) == ({}, False)
    spec = completed(TaskSpec.model_validate({"use": "stress", "limit": 5}), input_kind("row"))
    assert spec.parameters == {"perturbations": ["missing_cells", "jitter_numbers", "swap_categories"]}
    assert (spec.limit, named(spec)) == (5, spec.parameters["perturbations"])
    with pytest.raises(UserError, match="perturbations: expected at least one"):
        stress(Context(), perturbations=[])


def tried(kind: InputKind) -> tuple[Any, Trial]:
    """The model and the rows that a kind is tried on; of texts, some of ours."""
    trial = kind.trial()
    if trial is None:
        rows = [{"text": f"a {word} film, all in all", "label": label} for word, label in
                zip(["good", "bad", "fine", "dull"] * 8, ["yes", "no"] * 16, strict=True)]  # fmt: skip
        trial = Trial(
            rows, lambda texts: [[0.2, 0.8] if "d f" in each else [0.9, 0.1] for each in texts], ["no", "yes"]
        )
    return trial.model, trial


@pytest.mark.parametrize("name", SHIPPED)
def test_stress_attack_and_explain_run_alone_on_every_kind(name: str, tmp_path: Any) -> None:
    kind = input_kinds()[name]
    model, trial = tried(kind)
    columns = [each for each in trial.rows[0] if each != "label"]
    given = {"input": kind.column if kind.column in columns else columns}
    run = harness.evaluate(lambda rows: np.asarray(model(rows)), list(trial.rows), ALONE, labels=list(trial.labels),
                           columns=given, kind=name, limit=6, out=tmp_path / "out", resamples=20,
                           progress=False)  # fmt: skip
    assert run.verdict == "pass"
    for task, parts in zip(ALONE, PARTS, strict=True):
        assert {part.partition("/")[0] for part in run.info.tasks[task].parts} == set(defaults_of(parts, kind))
        assert not [record.error for record in run.records(task) if record.error]


SUITE = """\
model: {use: python, object: "toy:predict"}
data: {use: files, path: dev.jsonl}
tasks:
  - use: stress
    gates: {"accuracy[part=ocr/3]": {min: 0.1}}
  - explain
"""


def test_check_says_what_is_chosen_and_knows_its_scores(project: Any) -> None:
    project.write("alone.yaml", SUITE)
    called = project.harness("check", "alone.yaml")
    assert called.code == 0, called.err
    told = "stress names none of its own and runs those that this kind of input has by default: keyboard_typos, ocr, "
    assert told in called.out
    assert "explain names none of its own" in called.out
    project.edit("alone.yaml", "ocr/3", "orc/3")
    refused = project.harness("check", "alone.yaml")
    assert (refused.code, "did you mean 'accuracy[part=ocr/3]'" in refused.err) == (2, True)
    assert project.harness("check", "--file-only", "alone.yaml").code == 0


def test_a_run_keeps_what_was_chosen_so_it_is_decided_again_and_goes_on(project: Any) -> None:
    project.write("alone.yaml", SUITE)
    first = project.harness("run", "alone.yaml", "--out", "out", "--limit", "8", "--undecided", "warn", "--json")
    assert first.code in {0, 1}, first.err
    again = project.harness("gate", "out", "--undecided", "warn", "--json")
    assert again.json["scores"] == first.json["scores"]
    resumed = project.harness("run", "alone.yaml", "--out", "out", "--resume", "--limit", "8", "--undecided", "warn")
    assert resumed.code == first.code, resumed.err
    [stress, _] = project.read("out/run.json")["suite"]["tasks"]
    assert stress["perturbations"] == ["keyboard_typos", "ocr", "change_case", "punctuation"]
