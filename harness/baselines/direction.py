"""Which way of a score is better."""

from __future__ import annotations

import re
from functools import cache

from harness.baselines.units import UNITS
from harness.errors import MissingExtra
from harness.scores.address import parse_local
from harness.sessions.traits import traits_of
from harness.suite.components import find, load

OF_DATA = {"class_drift", "class_psi", "duplicates", "label_conflicts", "label_errors", "near_duplicates",
           "near_train_overlap", "outliers", "property_drift", "property_psi", "shortcut", "train_overlap", "truncated",
           "unknown_tokens"}  # fmt: skip
OF_GROUPS = {"calibration_gap", "demographic_parity_difference", "equal_opportunity_difference",
             "equalized_odds_difference", "failure_rate", "fnr_gap", "fpr_gap", "score_gap"}  # fmt: skip
OF_DOUBT = {
    "aurc",
    "excess_aurc",
    "lac_set_size",
    "aps_set_size",
    "ood_fpr95",
    "ood_accepted",
    "invalid_answers",
    "changes_again",
    "changes_in_batch",
    "changes_in_order",
    "changes_padded",
    "changes_decision",
    "overconfident_errors",
    "underconfident",
    "renaming_gain",
    "shortcut_errors",
}
LOWER = {
    "attack_success_rate",
    "flip_rate",
    "mae",
    "relative_error",
    "shift",
    "sufficiency",
    *UNITS,
    *OF_DATA,
    *OF_DOUBT,
    *OF_GROUPS,
} - {"throughput"}
HIGHER = {"accuracy", "accuracy_area", "accuracy_at_coverage", "agreement", "bag_of_words_margin", "comprehensiveness",
          "coverage_at_risk", "demographic_parity_ratio", "majority_margin", "ood_auroc", "precision", "recall",
          "robust_share", "subset_accuracy", "throughput"}  # fmt: skip
"""Scores that tasks have of themselves; a metric says its own way by its trait."""

SAME_WAY = ("worst_", "clean_", "mean_", "robust_", "top_", "held_out_", "scaled_")
"""What a score is called before its own name where it is of some samples, units or the worst part."""


_PARAMETER = re.compile(r"@[^_]*")
"""What stands behind the `@` of `top_k@3`, to the end or to a `_drop`."""


@cache
def lower_is_better(name: str) -> bool | None:
    """Whether less of a score is better, by its name without keys; None where nobody knows.

    A drop of what should be high should be low, a rise of what should be low too.
    """
    name = _PARAMETER.sub("", name)
    if name in LOWER | HIGHER:
        return name in LOWER
    if name in find("metrics"):
        return _of_metric(name)
    for prefix in SAME_WAY:
        if name.startswith(prefix):
            return lower_is_better(name.removeprefix(prefix))
    if name.endswith("_gap"):  # between slices, and never below 0
        return True
    if name.endswith("_drop"):
        lower = lower_is_better(name.removesuffix("_drop"))
        return None if lower is None else not lower
    return lower_is_better(name.removesuffix("_rise")) if name.endswith("_rise") else None


def more_is_better(address: str, kind: str) -> bool:
    """Whether a bound of this kind is on a ratio of a score, by its address in the task, of which more is better."""
    return kind == "ratio" and lower_is_better(parse_local(address)[0]) is False


def _of_metric(name: str) -> bool | None:
    try:
        return traits_of(load("metrics", name)).lower_is_better
    except MissingExtra:
        return None
