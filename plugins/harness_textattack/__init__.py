"""The attack `textattack`: the recipes of TextAttack, unmodified, many samples at a time."""

from __future__ import annotations

from collections.abc import Callable

from harness import Blocking, UserError


@Blocking
def textattack(*, recipe: str, query_budget: int | None = None) -> Callable[[], Callable[..., str]]:
    """An attack from the literature as TextAttack builds it (Morris et al. 2020), until the label is wrong.

    `recipe` is a class of `textattack.attack_recipes` (`PWWSRen2019`) or the name TextAttack's command line
    has for it (`pwws`); `query_budget` bounds the rows asked a sample. The result is the text TextAttack ends
    with: its success, or its best try. Loading takes 12 seconds, and raises UserError for an unknown recipe, one
    that needs gradients or seeks something else than a wrong label, and for a resource that is missing.
    """
    if query_budget is not None and query_budget < 1:
        raise UserError(f"attack 'textattack': expected a query_budget of 1 or more, but got {query_budget}")
    from harness_textattack.recipes import built
    from harness_textattack.sessions import procedure

    attack = built(recipe)
    return lambda: procedure(attack, query_budget)
