"""The task `prompts`: does a classifier that is a prompt decide alike when the prompt is written another way?"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from harness import Context, Task
from harness.models import Connection
from harness_prompts.asking import Prompted, judge, under_prompts
from harness_prompts.scores import outcomes, scores


def prompts(context: Context, *, models: Annotated[list[str], Field(min_length=1)]) -> Task[Prompted]:
    """Accuracy under each of several prompts, the spread between the best and the worst, and how often all agree.

    `models` are names of the suite's `models`: the same language model with another template, other words of the
    labels, other shots or another order of them. The suite's own model is the prompt `own`. What changes between
    prompts is format (Sclar et al. 2024, FormatSpread), order of shots (Lu et al. 2022) or words, as you write them.

    `worst_accuracy` passes a gate by all prompts' own bounds and fails by bounds corrected for their number; the
    bounds of `spread` hold for all pairs of prompts at once. `agreement` is the share of samples on which all prompts
    decide alike.
    """
    names = list(dict.fromkeys(models))

    def part(model: Connection) -> object:
        return under_prompts(names, list(model.labels))

    return Task(
        parts={"": part},  # type: ignore[dict-item]
        payload=Prompted,
        score=lambda records, scoring: scores(records, scoring, names),
        proportions=frozenset({"accuracy", "agreement", "worst_accuracy"}),
        outcomes=lambda records, scoring: outcomes(list(records), scoring),
        outputs=frozenset({"probabilities", "classes"}),
        addresses_known=True,
        judge=judge,
        lower_is_better={"accuracy": False, "worst_accuracy": False, "agreement": False, "spread": True},
        new_answers=True,
    )
