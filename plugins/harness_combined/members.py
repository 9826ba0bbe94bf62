"""The task `members`: what goes on inside of a model made of models."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb
from random import Random
from statistics import NormalDist
from typing import Annotated, Any

import numpy as np
from pydantic import Field

from harness import Question, Record, Sample, Score, ScoringContext, Session, Task, UserError, mean, share, undefined
from harness.models import Connection

INSIDE = "inside"
"""The kind of its questions, and the method of adapters that answers them."""

ALPHA = 0.001
"""How improbable it is that a certified radius is too large, as Cohen et al. 2019 have it."""

NO_CASE = "no case was measured"
OF_ENSEMBLES = ("disagreement", "oracle_accuracy")
OF_CASCADES = ("passed_on", "small_accuracy", "kept_accuracy")
OF_VOTES = ("certified_accuracy", "certified_radius", "abstained")


@dataclass(frozen=True)
class Inside:
    """What a model says of one answer: numbers whose meaning hangs on `form`, and the true class, -1 if unknown."""

    form: str
    numbers: list[float]
    truth: int


def members(*, radius: Annotated[float, Field(ge=0)] = 1.0) -> Task[Inside]:
    """How far members disagree, what a cascade passes on, how far an attack may go without changing a defended answer.

    `disagreement` of an `ensemble` is the share of pairs of members that decide differently, the mean over samples
    (Kuncheva & Whitaker 2003), `oracle_accuracy` the share of samples that one of them has right. `passed_on` of a
    `cascade` is the share that the large model was asked, `small_accuracy` what the small one alone has right,
    `kept_accuracy` that of what was not passed on. `certified_accuracy` of a `defended` model by votes is the share
    that is right and stays so whatever an attack changes within `radius`: so many words (Levine & Feizi 2020, for
    masks), or so far by the sum of squares (Cohen et al. 2019, for noise). `certified_radius` is its mean, 0 where no
    class has a certain majority (`abstained`). A radius is too large with a probability of 0.001 at most.
    """

    def prepare(model: Connection) -> Callable[[Sample[Any], Random], Session[Inside]]:
        if not model.answers(INSIDE):
            raise UserError(
                "task 'members' measures models made of models (ensemble, cascade, defended by votes), but "
                f"{model.name!r} is none"
            )
        form = str(model.adapter.form)
        return lambda sample, _: asked(sample, form)

    return Task(
        parts={"": prepare},
        payload=Inside,
        score=lambda records, scoring: scores_of(records, scoring, radius),
        proportions=frozenset({*OF_ENSEMBLES[1:], *OF_CASCADES, "certified_accuracy", "abstained"}),
        outputs=frozenset({"probabilities"}),
        lower_is_better={"disagreement": True, "passed_on": True, "abstained": True},
        new_answers=True,
    )


def asked(sample: Sample[Any], form: str) -> Session[Inside]:
    """What the model says of its answer to a sample."""
    [numbers] = yield Question(INSIDE, (sample.input,), "")
    return Inside(form, np.asarray(numbers, float).tolist(), sample.label if isinstance(sample.label, int) else -1)


def scores_of(records: Sequence[Record[Inside]], scoring: ScoringContext, radius: float) -> list[Score]:
    """The scores that a model of this form has."""
    found = [record.payload for record in records if record.payload]
    if not found:
        return [undefined(name, NO_CASE) for name in (*OF_ENSEMBLES, *OF_CASCADES, *OF_VOTES)]
    return list(FORMS[found[0].form](found, scoring, radius))


def _of_ensemble(found: Sequence[Inside], scoring: ScoringContext, _: float) -> list[Score]:
    pairs = [np.mean([one != other for one, other in combinations(each.numbers, 2)]) for each in found]
    known = [each for each in found if each.truth >= 0]
    right = sum(each.truth in each.numbers for each in known)
    return [
        mean("disagreement", np.array(pairs, float), scoring.confidence, scoring.seed, scoring.resamples),
        share("oracle_accuracy", right, len(known), scoring.confidence),
    ]


def _of_cascade(found: Sequence[Inside], scoring: ScoringContext, _: float) -> list[Score]:
    level, known = scoring.confidence, [each for each in found if each.truth >= 0]
    kept = [each for each in known if not each.numbers[0]]
    return [
        share("passed_on", sum(bool(each.numbers[0]) for each in found), len(found), level),
        share("small_accuracy", sum(each.numbers[1] == each.truth for each in known), len(known), level),
        share("kept_accuracy", sum(each.numbers[1] == each.truth for each in kept), len(kept), level),
    ]


def _of_votes(found: Sequence[Inside], scoring: ScoringContext, radius: float) -> list[Score]:
    level, reach = scoring.confidence, [certified(each.numbers) for each in found]
    known = [(each, far) for each, far in zip(found, reach, strict=True) if each.truth >= 0]
    kept = sum(far >= radius and int(np.argmax(each.numbers[3:])) == each.truth for each, far in known)
    return [
        share("certified_accuracy", kept, len(known), level),
        mean("certified_radius", np.maximum(reach, 0), level, scoring.seed, scoring.resamples),
        share("abstained", sum(far < 0 for far in reach), len(reach), level),
    ]


FORMS: Mapping[str, Callable[[Sequence[Inside], ScoringContext, float], list[Score]]] = {
    "ensemble": _of_ensemble,
    "cascade": _of_cascade,
    "votes": _of_votes,
}


def certified(numbers: Sequence[float]) -> float:
    """How far an attack may go, of sigma (0 for masks), words, words kept and the votes for each class; -1 for none.

    The lower bound of the first class's share is Clopper and Pearson's at `ALPHA`, over the number of classes, since it
    is the first by the same votes.
    """
    sigma, words, kept, *votes = numbers
    low = share("", int(max(votes)), int(sum(votes)), 1 - ALPHA / len(votes)).low or 0.0
    if low <= 0.5:
        return -1.0
    if sigma:
        return sigma * NormalDist().inv_cdf(min(low, 1 - 1e-12))
    return float(changed_words(low, int(words), int(kept)))


def changed_words(low: float, words: int, kept: int) -> int:
    """The most words that may change while at least `low - 0.5` of the choices of `kept` words see none of them."""
    if not words:
        return 0
    every = comb(words, kept)
    return max(d for d in range(words + 1) if low - 1 + comb(words - d, kept) / every > 0.5)
