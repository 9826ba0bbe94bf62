"""The attack `textattack`: the recipes of TextAttack, unmodified, many samples at a time."""

from __future__ import annotations

from collections.abc import Callable

from harness import BlockingLibrary, Positive, attack
from harness_textattack.resources import resources

_MADE_FOR = {"french": ("latin", "fr"), "spanish": ("latin", "es"), "chinese": ("cjk", "zh")}
"""The script and language of TextAttack's recipes that are made for another than English, by their names."""


def _of_recipe(at: int) -> Callable[..., list[str]]:
    """The script or language that a recipe is made for; nobody knows it of one of your own."""

    def known(recipe: str, **_: object) -> list[str]:
        named = next((each for name, each in _MADE_FOR.items() if name in recipe.lower()), ("latin", "en"))
        return [] if ":" in recipe else [named[at]]

    return known


@attack(pairs=True, resources=resources, scripts=_of_recipe(0), languages=_of_recipe(1))
@BlockingLibrary.on(str)
def textattack(
    *, recipe: str, max_queries: Positive | None = None
) -> Callable[[], Callable[..., str | dict[str, str]]]:
    """An attack from the literature as TextAttack builds it (Morris et al. 2020), until the label is wrong.

    `recipe` is a class of `textattack.attack_recipes` (`PWWSRen2019`), the name TextAttack's command line has for
    it (`pwws`) or `module:object`: a `textattack.Attack` of your own, whose own model is never asked, a recipe
    class, or a function `(model_wrapper) -> Attack`. `max_queries` is also TextAttack's query budget, which cuts its
    last question to what is left. The result is the text TextAttack ends with, its success or its best try; of a text
    pair, both by column, of which recipes keep a `premise` before a `hypothesis` as it is. Loading takes 12 seconds,
    and raises UserError for an unknown recipe, one that needs gradients or seeks something else than a wrong label, and
    for a resource that is missing.
    """
    from harness_textattack.recipes import built
    from harness_textattack.sessions import procedure

    loaded = built(recipe)
    return lambda: procedure(loaded, max_queries)
