"""From a recipe's name to an attack that is built, checked and rehearsed before the first sample."""

from __future__ import annotations

from inspect import signature
from typing import Any

from harness import UserError, listed, locate, nearest
from harness_textattack.library import Contained, load, replaced
from harness_textattack.missing import COMPLAINTS, explained
from harness_textattack.sessions import Victim, fresh

REHEARSAL_TEXT = "John bought 3 great old books in Paris, and he didn't like the second one very much."
"""Has a name, a number, a place, a contraction and an inflected verb, so that every tagger is needed."""


def built(recipe: str) -> Any:
    """The `textattack.Attack` of a recipe, with everything loaded that it needs; raises UserError if it cannot be."""
    library = load(f"attack 'textattack': {recipe}")
    library.models.wrappers.ModelWrapper.register(Victim)
    name = recipe if ":" in recipe else _class_name(library, recipe)
    with Contained() as contained, explained(f"attack 'textattack': {name}", contained):
        made = _own(name) if ":" in name else getattr(library.attack_recipes, name)
        attack = made if isinstance(made, library.Attack) else _from_maker(library, made)
        _check(library, attack)
        _rehearse(library, attack)
    return attack


def _own(name: str) -> Any:
    """The user's object; COMPLAINTS pass, since the caller explains them."""
    return locate(name, key="recipe", passing=COMPLAINTS)


def _from_maker(library: Any, maker: Any) -> Any:
    """The attack that a recipe class, or a function `(model_wrapper) -> Attack`, makes."""
    build = getattr(maker, "build", None if isinstance(maker, type) else maker)
    if not callable(build):
        raise UserError(
            f"expected a textattack.Attack, a recipe class or a function (model_wrapper), but got {maker!r}"
        )
    try:
        signature(build).bind(Victim())
    except TypeError as error:
        raise UserError(
            f"it cannot be built from a model alone ({error}): write a function (model_wrapper) -> Attack "
            "and name it, `recipe: module:function`"
        ) from error
    attack = build(Victim())
    if not isinstance(attack, library.Attack):
        raise UserError(f"expected a textattack.Attack to be built, but got {attack!r}")
    return attack


def _class_name(library: Any, recipe: str) -> str:
    """The class a recipe's name stands for, whatever its case; raises UserError with the nearest one."""
    known = _known(library)
    names = {name.lower(): name for name in known}
    if recipe.lower() not in names:
        raise UserError(
            f"TextAttack has no recipe {recipe!r}: expected one of {listed(sorted(known))}{nearest(recipe, known)}"
        )
    return known[names[recipe.lower()]]


def _known(library: Any) -> dict[str, str]:
    """The class of every recipe, by its own name and by the command line's."""
    recipes = library.attack_recipes
    classes = {name: name for name, each in vars(recipes).items() if _is_recipe(recipes, each)}
    paths: dict[str, str] = library.attack_args.ATTACK_RECIPE_NAMES
    return classes | {name: path.rpartition(".")[2] for name, path in paths.items()}


def _is_recipe(recipes: Any, each: object) -> bool:
    base = recipes.AttackRecipe
    return isinstance(each, type) and issubclass(each, base) and each is not base


def _check(library: Any, attack: Any) -> None:
    goal = attack.goal_function
    if not isinstance(goal, library.goal_functions.UntargetedClassification):
        raise UserError(f"it does not seek a wrong label (its goal is {type(goal).__name__})")
    if not attack.is_black_box:
        raise UserError("it needs gradients, which come with a later release")


def _rehearse(library: Any, attack: Any) -> None:
    """Change a sentence once: word lists, taggers and language models load when first used; no model is asked."""
    text = library.shared.AttackedText(REHEARSAL_TEXT)
    with replaced(attack.goal_function, "model", Victim()):
        attack.get_transformations(text, original_text=text)
    attack.clear_cache()
    fresh(attack, Victim(), None)
