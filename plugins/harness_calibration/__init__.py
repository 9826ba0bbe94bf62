"""The task `calibration`: is the model right as often as it is sure, and what is it worth where it may abstain?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Any

from pydantic import Field

from harness import (
    AskOnce,
    Finding,
    Judged,
    Probabilities,
    RecordTable,
    Sample,
    ScoringContext,
    SessionFunction,
    Task,
    UserError,
    listed,
    nearest,
)
from harness.models import Connection
from harness.reports import Classified, output_kind
from harness_calibration.scores import Wanted, strange_of

Share = Annotated[float, Field(gt=0, lt=1)]
"""A share of samples, neither none nor all."""


LOWER = ("aurc", "excess_aurc", "lac_set_size", "aps_set_size", "ood_fpr95", "ood_accepted")
WAYS = {**dict.fromkeys(LOWER, True), "accuracy_at_coverage": False, "coverage_at_risk": False, "ood_auroc": False}
"""Whether less of each score is better; behind an `@` each has its parameter."""


def calibration(
    *,
    coverages: list[Share] = [0.8],  # noqa: B006  # only read
    risks: list[Share] = [0.05],  # noqa: B006
    conformal: list[Share] = [0.9],  # noqa: B006
    ood: dict[str, str] | None = None,
) -> Task[Classified]:
    """Calibration, the temperature that would mend it, risk by coverage, conformal sets, and what is out of scope.

    `coverages` are shares of the samples, the surest, whose accuracy is a score; `risks` shares of errors for which
    the largest coverage is one. `conformal` are the shares of samples whose true class a set of classes should
    contain. `ood` says which samples are of no class: `{class: oos}` those of a label of the model's, `{data: NAME}`
    those of another data set of the suite.
    """
    for key, given in (("coverages", coverages), ("risks", risks), ("conformal", conformal)):
        if len(set(given)) < len(given):
            raise UserError(f"{key}: expected different shares, but got {listed(map(str, given))}", key)
    stranger, data = _strangers(ood or {})
    return _task(Wanted(coverages, risks, conformal, stranger, strange_set=data))


def _strangers(given: dict[str, str]) -> tuple[str, str]:
    """The label, or the set, of what is out of scope."""
    if given and ({*given} - {"class", "data"} or len(given) != 1):
        raise UserError(f"ood: expected `{{class: LABEL}}` or `{{data: NAME}}`, but got {given}", "ood")
    return given.get("class", ""), given.get("data", "")


def _task(wanted: Wanted) -> Task[Classified]:
    def prepare(model: Connection) -> SessionFunction[Classified]:
        if wanted.stranger and wanted.stranger not in model.labels:
            raise UserError(
                "ood: expected a label of the model's, or `{data: NAME}` for samples of classes that it does not know, "
                f"but got {wanted.stranger!r}{nearest(wanted.stranger, model.labels)}",
                "ood",
            )
        return AskOnce(lambda answers: _classified(answers, model.labels))

    seeks = bool(wanted.strange_set) and wanted.strange is None
    return Task(
        parts={"": prepare},
        payload=Classified,
        score=wanted.scores,
        proportions=frozenset({"accuracy"}),
        extremes=_impute,
        outputs=frozenset({"probabilities", "classes"}),
        addresses_known=True,
        judge=_judge,
        outcomes=wanted.outcomes,
        settled=(lambda records, scoring: _settled(wanted, records, scoring)) if seeks else None,
        settled_on=wanted.strange_set,
        lower_is_better=WAYS,
    )


def _settled(wanted: Wanted, records: RecordTable[Classified], scoring: ScoringContext) -> Task[Classified]:
    """The task that knows how sure the model is of the set that is out of scope."""
    return _task(replace(wanted, strange=strange_of(records, scoring, wanted.strange_set)))


def _classified(answers: Probabilities, labels: Sequence[str]) -> list[Classified]:
    chosen = answers.array.argmax(axis=1).tolist()
    return [Classified(labels[at], row) for at, row in zip(chosen, answers.array.tolist(), strict=True)]


def _judge(given: Classified, case: Judged) -> Finding | None:
    """A wrong prediction weighs as much as the model is sure of it."""
    if case.sample.truth is None or given.predicted == case.truth:
        return None
    sure = max(given.probabilities, default=0.0)
    return Finding("wrong", sure, f"{case.truth} taken for {given.predicted} ({sure:.2f})", given.predicted)


def _impute(sample: Sample[Any], scoring: ScoringContext) -> list[Classified]:
    """At best the label, for certain; at worst any class, for certain."""
    output = output_kind(scoring.output)
    rows = output.extremes(sample.truth, len(scoring.labels))
    return [Classified(output.words(row, scoring.labels)[0], row) for row in rows]
