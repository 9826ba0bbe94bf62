"""Models made of models: `ensemble`, `cascade`, `calibrated` and `defended`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from harness import Context, DataSource, ModelSource, UserError
from harness_combined.combined import Combined
from harness_combined.ensembles import Mean, Stacked, Vote, cascade_of, ensemble_of
from harness_combined.members import members as members

Count: TypeAlias = Annotated[int, Field(ge=1)]
Share: TypeAlias = Annotated[float, Field(gt=0, lt=1)]
Weight: TypeAlias = Annotated[float, Field(ge=0)]


def ensemble(
    context: Context,
    *,
    members: Annotated[list[ModelSource], Field(min_length=2)],
    how: Literal["mean", "vote", "stacked"] = "mean",
    weights: Annotated[list[Weight], Field(min_length=2)] | None = None,
    fit: DataSource | None = None,
) -> Combined:
    """Several models that answer together: each a mapping, or the name of one of the suite's `models`.

    `mean` is the mean of their probabilities or values, `vote` the share of them that decides for a class; both by
    `weights`, if there are any. `stacked` is a logistic regression on the logarithms of their probabilities (Wolpert
    1992), fitted on the data `fit`, which none of them was trained on. Labels are those of the first, whatever the
    order in the others.
    """
    found = [context.member(f"members.{at}", spec) for at, spec in enumerate(members)]
    if (how == "stacked") != (fit is not None):
        raise UserError("fit: the data that `how: stacked` is fitted on, and no other; expected both or none", "fit")
    if weights is not None and (how == "stacked" or len(weights) != len(found) or not any(weights)):
        raise UserError(f"weights: expected one for each of {len(found)} members, for `mean` or `vote`", "weights")
    if fit is not None:
        return ensemble_of(found, Stacked.fitted(found, context.source("fit", fit)))
    return ensemble_of(found, (Vote if how == "vote" else Mean)(weights or [1.0] * len(found)))


def cascade(context: Context, *, small: ModelSource, large: ModelSource, threshold: Share = 0.9) -> Combined:
    """A small model first, and a large one where the small one's largest probability is below `threshold`.

    The task `members` says which share is passed on: what the large model costs of what it would cost alone.
    """
    return cascade_of(context.member("small", small), context.member("large", large), threshold)


def calibrated(context: Context, *, of: ModelSource, fit: DataSource) -> Combined:
    """A model whose logits are divided by one temperature, that of the least log loss on the data `fit` (Guo 2017).

    They have to be data that it was not trained on. The temperature is part of its name: `reviews at 1.42`.
    """
    from harness_combined.sharpness import calibrated_of

    return calibrated_of(context.member("of", of), context.source("fit", fit))


def defended(
    context: Context,
    *,
    of: ModelSource,
    how: Literal["spelling", "masked", "smoothed"],
    draws: Count = 50,
    share: Share = 0.3,
    mask: str = "[MASK]",
    sigma: Annotated[float, Field(gt=0)] = 0.25,
    words: Sequence[str] = (),
    distance: Annotated[int, Field(ge=1, le=2)] = 2,
    seed: int = 0,
) -> Combined:
    """A model behind a defence, which attacks have to get through.

    `spelling` puts known words in place of unknown ones at an edit distance of up to `distance`, by SymSpell's list of
    82,765 English words and your `words` (after Pruthi et al. 2019, who train a model for it). `masked` asks `draws`
    copies of a text, in each of which a random `share` of the words is `mask`, and answers each class's share of their
    votes (RanMASK, Zeng et al. 2023). `smoothed` does that of rows and images with Gaussian noise of a standard
    deviation `sigma` on each number (Cohen et al. 2019). The draws of an input hang on it and `seed` alone, so it is
    always answered alike. The task `members` says how far an attack may go without changing the answer.
    """
    from harness_combined.defences import Masked, Smoothed, Spelling, defended_of

    member = context.member("of", of)
    if how == "spelling":
        return defended_of(member, Spelling(words, distance))
    return defended_of(member, Masked(draws, share, mask, seed) if how == "masked" else Smoothed(draws, sigma, seed))
