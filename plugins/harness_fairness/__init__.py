"""The task `fairness`: whether a model treats people alike, by identity swaps and by groups of samples."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from harness import Part, Positive, Task, UserError, listed, nearest
from harness_fairness.asking import Swapped, judge, under_swaps
from harness_fairness.groups import GroupScoring
from harness_fairness.lexicons import AXES, Groups
from harness_fairness.swap_scores import SwapScoring
from harness_fairness.swaps import Axis

GROUPS_PART = "groups"
"""The part that asks about every sample as it is."""

LOWER = ("calibration_gap", "demographic_parity_difference", "equal_opportunity_difference",
         "equalized_odds_difference", "flip_rate", "fnr_gap", "fpr_gap", "score_gap")  # fmt: skip
WAYS = {**dict.fromkeys(LOWER, True), "demographic_parity_ratio": False}
"""Whether less of each score is better."""

Words = dict[str, Annotated[list[str], Field(min_length=1)]]
"""An axis of the user's own: of each group its words, those at one place standing for each other."""


def fairness(
    *,
    swaps: Annotated[list[str], Field(min_length=1)] | None = None,
    groups: str | Annotated[list[str], Field(min_length=1)] | None = None,
    positive: str | None = None,
    versions: Positive = 6,
    lexicons: dict[str, Words] | None = None,
    min_n: Positive = 30,
) -> Task[Swapped]:
    """Decisions that turn when only an identity in the text does, and rates that differ between groups of samples.

    `swaps` are axes of identity: names, gender, religion, nationality, age, disability; all of them unless `groups` are
    given. Each is a part; texts that mention none of its groups are skipped and counted. `versions` is how many other
    groups a text is asked about at most, drawn by the seed. `lexicons` are axes of your own: of each group its words.

    `groups` names slices of the data; of each, selection and error rates of the class `positive` are compared. A gate
    on a score of a group with fewer than `min_n` cases is undecided.
    """
    named = [groups] if isinstance(groups, str) else groups or []
    if named and positive is None:
        raise UserError("groups: expected `positive` beside it, the class whose rates are compared", "groups")
    axes = _axes(lexicons or {})
    chosen = swaps if swaps is not None else list(axes) if not named else list(lexicons or {})
    for at, name in enumerate(chosen):
        if name not in axes:
            raise UserError(
                f"swaps: there is no axis {name!r}: expected some of {listed(axes)}{nearest(name, axes)}", "swaps", at
            )
    swapped = SwapScoring({name: axes[name] for name in chosen}, positive, min_n)
    compared = GroupScoring(named, positive or "", min_n)
    parts = {name: _part(axes[name], versions) for name in chosen}
    if named:
        parts[GROUPS_PART] = Part(compared.prepare, title="task 'fairness'")
    return Task(
        parts,
        Swapped,
        lambda records, scoring: [
            *swapped.scores(records, scoring),
            *compared.scores([each for each in records if each.part == GROUPS_PART], scoring),
        ],
        outputs=frozenset(
            {"probabilities", "classes", "labels"} if named else {"probabilities", "classes", "value", "labels"}
        ),
        addresses_known=not named,
        judge=judge,
        slices=named,
        outcomes=lambda records, scoring: swapped.outcomes(list(records), scoring),
        lower_is_better=WAYS,
    )


def _part(axis: Axis, versions: int) -> Part[Swapped]:
    return Part(
        lambda _: under_swaps(axis, versions),
        frozenset({str}),
        "task 'fairness'",
        languages=frozenset({"en"}) if axis.name in AXES else frozenset(),
    )


def _axes(own: dict[str, Words]) -> dict[str, Axis]:
    found = {name: Axis(name, words) for name, words in AXES.items()}
    return found | {name: Axis(name, _aligned(name, words)) for name, words in own.items()}


def _aligned(name: str, words: Words) -> Groups:
    """The user's words as groups with forms: the words at one place are one form."""
    if name == GROUPS_PART or len(words) < 2:
        why = (
            "another name, which is a part's" if name == GROUPS_PART else f"two groups or more, but got {listed(words)}"
        )
        raise UserError(f"lexicons: {name}: expected {why}", "lexicons")
    lengths = {group: len(each) for group, each in words.items()}
    if len(set(lengths.values())) > 1:
        raise UserError(
            f"lexicons: {name}: expected as many words in each group, those at one place standing for each other, "
            f"but got {listed(f'{count} of {group}' for group, count in lengths.items())}",
            "lexicons",
        )
    if empty := [group for group, each in words.items() for word in each if not any(map(str.isalnum, word))]:
        raise UserError(f"lexicons: {name}: {empty[0]} has an entry without a letter: expected words", "lexicons")
    return {group: {str(at): word for at, word in enumerate(each)} for group, each in words.items()}
