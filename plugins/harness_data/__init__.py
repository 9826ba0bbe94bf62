"""The task `data`: copies, leaks, doubtful labels, odd inputs, shortcuts and drift in the data a model is judged by."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from harness import Context, DataSource, Task
from harness_data.analysis import Settings
from harness_data.examined import Examined
from harness_data.parts import parts_of
from harness_data.scores import Scoring
from harness_data.written import Equality, Ignored

EVERYTHING: list[Ignored] = ["case", "space", "unicode"]

LOWER = ("class_drift", "class_psi", "duplicates", "label_conflicts", "label_errors", "near_duplicates",
         "near_train_overlap", "outliers", "property_drift", "property_psi", "shortcut", "train_overlap", "truncated",
         "unknown_tokens")  # fmt: skip
WAYS = {**dict.fromkeys(LOWER, True), "bag_of_words_margin": False, "majority_margin": False}
"""Whether less of each score is better."""


def data(
    context: Context,
    *,
    train: DataSource | None = None,
    out_of_fold: DataSource | None = None,
    near: Annotated[float, Field(gt=0.1, le=1)] = 0.8,
    shingle: Annotated[int, Field(ge=1, le=32)] = 5,
    ignore: list[Ignored] = EVERYTHING,
    digits: Annotated[int, Field(ge=1, le=17)] = 6,
    encoder: str = "",
) -> Task[Examined]:
    """What is wrong with the data: copies, leaks from the train, conflicting and wrong labels, outliers, drift.

    `train` are the data that the model was trained on: any data, or the name of a set of the suite. Two texts are equal
    but for what they `ignore` (case, space, unicode: all three), rows to so many `digits` of each number; nearly equal
    where the Jaccard index of their shingles of `shingle` characters is `near` or more. `out_of_fold` are data with the
    probability of each class for each input, by models that did not see it; without, label errors are found by the
    model's own answers. `encoder` names one of the suite's `models` that embeds texts: sets are compared by it, too.
    """
    beside = context.source("train", train) if train else None
    answers = context.answers("out_of_fold", out_of_fold) if out_of_fold else None
    parts = parts_of(Settings(Equality(ignore, digits), near, shingle), beside, answers, encoder)
    sources = [each for each in (beside, answers) if each]

    def made(scoring: Scoring) -> Task[Examined]:
        return Task(
            parts,
            Examined,
            scoring.scores,
            proportions=frozenset(scoring.shares),
            outputs=frozenset({"probabilities", "classes", "value", "labels"}),
            addresses_known=True,
            judge_table=scoring.findings,
            outcomes=scoring.outcomes,
            settled=scoring.settled,
            sources=sources,
            unlabelled=True,
            lower_is_better=WAYS,
        )

    return made(Scoring(beside is not None, len(context.sets) > 1, made))
