"""Which way of a score is better, from tasks' own scores, traits of metrics and what a name is made of."""

from __future__ import annotations

from typing import Any

import pytest

from harness.baselines.direction import lower_is_better
from harness.suite.components import find, load

LOWER = ["attack_success_rate", "flip_rate", "sufficiency", "mae", "clean_mae", "worst_mae", "mae_rise", "shift"]
LOWER += ["accuracy_drop", "worst_accuracy_drop", "f1_drop", "log_loss", "brier", "ece", "rmse", "hamming_loss"]
LOWER += ["latency_p50", "latency_p95", "latency_p99", "startup", "peak_memory", "peak_gpu_memory", "size"]
LOWER += ["aurc", "lac_set_size@0.9", "ood_fpr95", "held_out_ece", "scaled_log_loss", "accuracy_at_coverage@0.8_drop"]
HIGHER = ["accuracy_at_coverage@0.8", "coverage_at_risk@0.05", "top_k@3", "ood_auroc"]
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


def test_every_installed_metric_has_one() -> None:
    assert [name for name in find("metrics") if lower_is_better(name) is None] == []


def test_what_cannot_be_loaded_has_none(project: Any) -> None:
    project.install("metrics", "strange", "nowhere:strange")
    with pytest.raises(Exception, match="could not be loaded"):
        load("metrics", "strange")
    assert lower_is_better("strange") is None
