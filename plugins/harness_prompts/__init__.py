"""The task `prompts`: does a classifier that is a prompt decide alike when the prompt is written another way?"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from harness import Context, Task, UserError
from harness.models import Connection
from harness_prompts.asking import OWN, Prompted, judge, under_prompts
from harness_prompts.scores import Prompts, outcomes, scores
from harness_prompts.varied import Vary, Written, variants_of


def prompts(context: Context, *, models: Sequence[str] = (), vary: Vary | None = None) -> Task[Prompted]:
    """Accuracy under each of several prompts, the spread between the best and the worst, and how often all agree.

    `vary`, {formats: 6, letters: true, orders: 4, words: [[" terrible", " great"]], templates: ["…"], seed: 0}, makes
    them of the suite's own model: other formats of its template (Sclar et al. 2024, FormatSpread), option letters
    (Zheng et al. 2024), orders of its shots (Lu et al. 2022), words of its labels, templates as you write them.
    `models` are names of the suite's `models`, each with a prompt as you write it. Its own model is the prompt `own`.

    `worst_accuracy` passes a gate by all prompts' own bounds and fails by bounds corrected for their number; the
    bounds of `spread` hold for all pairs of prompts at once. `spread[part=format]` is that of the own prompt and those
    of one kind: format, letters, order, words, template, models. `agreement` is the share of samples on which all
    prompts decide alike.
    """
    if not models and vary is None:
        raise UserError("expected `vary`, what is written in other ways, or `models`, names of other prompts", "vary")
    names = list(dict.fromkeys(models))
    made = [] if vary is None else variants_of(context, vary)
    asked = {**{name: name for name in names}, **{each.name: each.key for each in made}}
    _require_distinct([OWN, *names, *(each.name for each in made)])
    kinds = {**dict.fromkeys(names, "models"), **{each.name: each.kind for each in made}}
    known = Prompts([OWN, *asked], kinds, {**_shown(context, names), **{each.name: each.shown for each in made}})

    def part(model: Connection) -> object:
        return under_prompts(asked, list(model.labels))

    return Task(
        parts={"": part},  # type: ignore[dict-item]
        payload=Prompted,
        score=lambda records, scoring: scores(records, scoring, known),
        proportions=frozenset({"accuracy", "agreement", "worst_accuracy"}),
        outcomes=lambda records, scoring: outcomes(list(records), scoring),
        outputs=frozenset({"probabilities", "classes"}),
        addresses_known=True,
        judge=judge,
        lower_is_better={"accuracy": False, "worst_accuracy": False, "agreement": False, "spread": True},
        new_answers=True,
        models={each.key: each.spec for each in made},
    )


def _shown(context: Context, names: Sequence[str]) -> dict[str, str]:
    """What the suite's own prompts are, of those that are in its file."""
    specs = {OWN: context.model, **{name: context.models.get(name) for name in names}}
    found: dict[str, str] = {}
    for name, spec in specs.items():
        with suppress(UserError):  # what is wrong with a model is found where it stands
            written = None if spec is None or spec.use == "given" else Written.of(context, spec)
            found |= {name: written.shown} if written else {}
    return found


def _require_distinct(names: Sequence[str]) -> None:
    if twice := [name for name in dict.fromkeys(names) if names.count(name) > 1]:
        raise UserError(f"two prompts are called {twice[0]!r}: rename that of `models`, or give `vary` each once")
