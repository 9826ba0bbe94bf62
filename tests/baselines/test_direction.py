"""Which way of a score is better, from tasks' own scores, traits of metrics and what a name is made of."""

from __future__ import annotations

from typing import Any

import pytest
from harness_calibration import calibration
from harness_calibration.health import health
from harness_data import data
from harness_fairness import fairness

from harness import Context, ScoringContext, Task
from harness.baselines.direction import lower_is_better
from harness.suite.components import find, load

LOWER = ["attack_success_rate", "flip_rate", "sufficiency", "mae", "clean_mae", "worst_mae", "mae_rise", "shift"]
LOWER += ["accuracy_drop", "worst_accuracy_drop", "f1_drop", "log_loss", "brier", "ece", "rmse", "hamming_loss"]
LOWER += ["latency_p50", "latency_p95", "latency_p99", "startup", "peak_memory", "peak_gpu_memory", "size"]
LOWER += ["held_out_ece", "scaled_log_loss", "top_k@3_drop"]
HIGHER = ["top_k@3"]
HIGHER += ["accuracy", "robust_accuracy", "clean_accuracy", "worst_accuracy", "subset_accuracy", "recall", "f1", "mcc"]
HIGHER += [
    "comprehensiveness",
    "agreement",
    "top_agreement",
    "roc_auc",
    "r2",
    "spearman",
    "log_loss_drop",
    "throughput",
]


@pytest.mark.parametrize(("names", "lower"), [(LOWER, True), (HIGHER, False), (["queries", "edited", "own"], None)])
def test_a_score_has_its_way(names: list[str], lower: bool | None) -> None:
    assert {name: lower_is_better(name) for name in names} == dict.fromkeys(names, lower)


def test_a_task_says_it_of_its_own_scores_and_of_what_is_made_of_their_names() -> None:
    own = {"aurc": True, "accuracy_at_coverage": False, "accuracy": True}
    wanted = {"aurc": True, "aurc_drop": False, "aurc_rise": True, "worst_aurc": True,
              "accuracy_at_coverage@0.8": False,
              "accuracy_at_coverage@0.8_drop": True, "accuracy": True, "f1": False, "strange": None}  # fmt: skip
    assert {name: lower_is_better(name, own) for name in wanted} == wanted
    assert lower_is_better("aurc") is None


def test_the_core_names_no_score_of_a_plugins_task() -> None:
    tasks: list[Task[Any]] = [fairness(), calibration(), health(), data(Context())]
    said = {name: lower for task in tasks for name, lower in task.lower_is_better.items()}
    assert len(said) > 30
    assert {name for name in said if lower_is_better(name) is not None} == {"flip_rate", "score_gap", "calibration_gap",
                                                                          "fnr_gap", "fpr_gap"}  # fmt: skip


@pytest.mark.parametrize("task", [data(Context()), fairness(), calibration(), health()])
def test_what_a_task_says_are_scores_that_it_has(task: Task[Any]) -> None:
    assert all(isinstance(lower, bool) for lower in task.lower_is_better.values())
    known = {each.name.partition("@")[0] for each in task.score([], ScoringContext(["no", "yes"], {}))}
    assert known & task.lower_is_better.keys()


def test_every_installed_metric_has_one() -> None:
    assert [name for name in find("metrics") if lower_is_better(name) is None] == []


def test_what_cannot_be_loaded_has_none(project: Any) -> None:
    project.install("metrics", "strange", "nowhere:strange")
    with pytest.raises(Exception, match="could not be loaded"):
        load("metrics", "strange")
    assert lower_is_better("strange") is None
