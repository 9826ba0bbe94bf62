"""TextAttack's recipes on text pairs, and on an attack of the user's own."""

from __future__ import annotations

import sys
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from math import exp
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from harness_textattack import textattack
from textattack_by_hand import SAMPLES, SEED, Bag, prepared, run, stock_wrapper, told

from harness import Case, Engine, Sample, UserError, traits_of
from harness.engine.cases import CaseRandom
from harness.sessions import ambient


class PairBag(Bag):
    """A bag of words of pairs, in which the premise counts for less."""

    def __call__(self, texts: Sequence[Any]) -> Any:
        assert all(list(each) == ["premise", "hypothesis"] for each in texts)
        rows = [[1 / (1 + exp(score)), 1 / (1 + exp(-score))] for score in map(self.pair, texts)]
        return np.array(rows) / np.sum(rows, axis=1, keepdims=True)

    def pair(self, texts: Mapping[str, str]) -> float:
        return 0.4 * self.score(texts["premise"]) + self.score(texts["hypothesis"])


PAIRS = [
    Sample("like", {"premise": "A great cast, and good jokes.", "hypothesis": "The movie is fine and good."}, 1),
    Sample("turn", {"premise": "An awful film", "hypothesis": "it is bad & the cast is awful"}, 0),
    Sample("skipped", {"premise": "An awful film", "hypothesis": "bad"}, 1),
    Sample("empty", {"premise": "", "hypothesis": "a good one, I think"}, 1),
    Sample("I", {"premise": "I S P L I T it", "hypothesis": "I like this good film"}, 1),
]


def pair_wrapper() -> Any:
    from textattack.models.wrappers import ModelWrapper

    class Wrapper(ModelWrapper):  # type: ignore[misc]  # TextAttack has no types
        model = PairBag()

        def __call__(self, texts: Sequence[tuple[str, str]], **_: object) -> Any:
            return self.model([dict(zip(("premise", "hypothesis"), each, strict=True)) for each in texts])

    return Wrapper()


def ours_and_theirs(recipe: str, attack: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """What becomes of each pair, and the rows asked for it: by the engine, and by an attack built by hand."""
    cases = [Case("attack", "ta", sample, prepared(recipe)) for sample in PAIRS]
    outcomes = list(Engine({"": PairBag()}, seed=SEED).run(cases))
    assert [each.error for each in outcomes if each.error] == []
    ours = {each.case.sample.id: (each.value, each.asked) for each in outcomes}
    attack.goal_function.use_cache = False
    theirs = {}
    for sample in PAIRS:
        ambient.seed(CaseRandom(SEED, "attack", "ta", sample.id).getrandbits(32))
        result = attack.attack(OrderedDict(sample.input), sample.label)
        theirs[sample.id] = (dict(result.perturbed_result.attacked_text._text_input), result.num_queries)
    return ours, theirs


@pytest.mark.parametrize("recipe", ["DeepWordBugGao2018", "PWWSRen2019", "Pruthi2019"])
def test_a_text_pair_ends_as_in_textattack_alone(recipe: str) -> None:
    prepared(recipe)
    import textattack as library
    from harness_textattack.library import Contained

    with Contained():
        attack = getattr(library.attack_recipes, recipe).build(pair_wrapper())
    ours, theirs = ours_and_theirs(recipe, attack)
    assert ours == theirs
    assert ours["skipped"][0] == PAIRS[2].input
    assert ours["like"][0] != PAIRS[0].input


def test_a_recipe_that_keeps_the_premise_keeps_it(own: Path) -> None:
    session = prepared("own:keeping_the_premise")
    ours, theirs = ours_and_theirs("own:keeping_the_premise", sys.modules["own"].keeping_the_premise(pair_wrapper()))
    assert ours == theirs
    assert [ours[each.id][0]["premise"] for each in PAIRS] == [each.input["premise"] for each in PAIRS]
    assert ours["like"][0]["hypothesis"] != PAIRS[0].input["hypothesis"]
    assert traits_of(session).pairs is traits_of(textattack).pairs is True


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"premise": "good", "hypothesis": 3}, "TextAttack attacks texts, but got 3"),
        ({"premise": "good", "hypothesis": "a <SPLIT> b"}, "keeps the word <SPLIT> for itself"),
    ],
)
def test_a_pair_that_is_no_pair_of_texts_is_an_error_of_its_case(columns: dict[str, Any], message: str) -> None:
    cases = [Case("t", "p", Sample("x", columns, 1), prepared("DeepWordBugGao2018"))]
    [outcome] = Engine({"": PairBag()}).run(cases)
    assert message in (outcome.error or "")


def test_a_mapping_of_one_column_stays_one() -> None:
    def asked(texts: Sequence[Any]) -> Any:
        return Bag()([each["body"] for each in texts])

    cases = [Case("t", "p", Sample("x", {"body": "a good movie"}, 1), prepared("PWWSRen2019"))]
    [outcome] = Engine({"": asked}).run(cases)
    assert outcome.error is None
    assert list(outcome.value) == ["body"]
    assert outcome.value["body"] != "a good movie"


OWN = """
import textattack as ta
from textattack.constraints.pre_transformation import InputColumnModification, RepeatModification
from textattack.models.wrappers import ModelWrapper


class NeverAsked(ModelWrapper):
    model = "a model"

    def __call__(self, texts, **_):
        raise AssertionError("the model of the user's own attack was asked")


def keeping_the_premise(model_wrapper, goal=ta.goal_functions.UntargetedClassification):
    constraints = [RepeatModification(), InputColumnModification(["premise", "hypothesis"], {"premise"})]
    search = ta.search_methods.GreedyWordSwapWIR(wir_method="unk")
    return ta.Attack(goal(model_wrapper), constraints, ta.transformations.WordSwapWordNet(), search)


class Recipe(ta.attack_recipes.AttackRecipe):
    @staticmethod
    def build(model_wrapper):
        return keeping_the_premise(model_wrapper)


attack = keeping_the_premise(NeverAsked())
attack.goal_function.query_budget = 12
reducing = keeping_the_premise(NeverAsked(), ta.goal_functions.InputReduction)
number = 3


def returning_nothing(model_wrapper):
    return None


def asking(model_wrapper):
    return model_wrapper(["a text"])


def of_two(model_wrapper, other):
    return attack
"""


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder in the path with the module `own`."""
    (tmp_path / "own.py").write_text(OWN, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    yield tmp_path
    prepared.cache_clear()
    sys.modules.pop("own", None)


@pytest.mark.parametrize("name", ["keeping_the_premise", "Recipe", "attack"])
def test_an_attack_of_ones_own_ends_as_in_textattack_alone(own: Path, name: str) -> None:
    session = prepared(f"own:{name}")
    attack = sys.modules["own"].keeping_the_premise(stock_wrapper(Bag()))
    attack.goal_function.use_cache = False
    if name == "attack":
        attack.goal_function.query_budget = 12
    ours = told(run(session, SAMPLES))
    for sample in SAMPLES:
        ambient.seed(CaseRandom(SEED, "attack", "ta", sample.id).getrandbits(32))
        found = attack.attack(sample.input, sample.label).perturbed_result
        assert ours[sample.id][1] == found.attacked_text.text
    assert max(each[2] for each in ours.values()) == 12 or name != "attack"


def test_the_attack_itself_is_left_as_it_was(own: Path) -> None:
    session = prepared("own:attack")
    told(run(session, SAMPLES))
    attack = sys.modules["own"].attack
    assert type(attack.goal_function.model).__name__ == "NeverAsked"
    assert attack.search_method.goal_function is attack.goal_function
    assert attack.goal_function.use_cache


@pytest.mark.parametrize(
    ("recipe", "message"),
    [
        ("own:atack", "own has no 'atack'; did you mean 'attack'"),
        ("own:Recipe.bild", "own has no 'Recipe.bild'; did you mean 'build'"),
        ("own:", "recipe: expected module:object, but got 'own:'"),
        ("nowhere:attack", "cannot import 'nowhere': No module named 'nowhere'; searched "),
        ("broken:attack", "cannot import 'broken': SyntaxError: "),
        ("lacking:attack", "No module named 'no_such_library'"),
        ("own:number", "expected a textattack.Attack, a recipe class or a function .*, but got 3"),
        ("own:NeverAsked", "expected a textattack.Attack, a recipe class or a function"),
        ("own:returning_nothing", "expected a textattack.Attack to be built, but got None"),
        ("own:of_two", r"cannot be built from a model alone \(missing a required argument: 'other'\)"),
        ("own:asking", "it asks the model for something before it has a sample"),
        ("own:reducing", "does not seek a wrong label"),
    ],
)
def test_an_object_that_is_no_attack_is_refused_before_the_first_sample(own: Path, recipe: str, message: str) -> None:
    (own / "broken.py").write_text("attack = (", encoding="utf-8")
    (own / "lacking.py").write_text("import no_such_library", encoding="utf-8")
    prepared("DeepWordBugGao2018")
    with pytest.raises(UserError, match=message) as refused:
        textattack.prepare(recipe=recipe)
    assert str(refused.value).startswith(f"attack 'textattack': {recipe}: ")
