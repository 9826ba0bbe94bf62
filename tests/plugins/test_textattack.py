"""TextAttack's recipes through the engine: what TextAttack alone makes of each sample, whatever runs beside it."""

from __future__ import annotations

import gzip
import json
import os
import re
import subprocess
import sys
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, partial
from importlib.util import find_spec
from math import exp
from pathlib import Path
from random import Random
from typing import Any, TypeAlias

import numpy as np
import pytest
from harness_textattack import textattack
from harness_textattack.resources import resources

from harness import Case, Engine, Outcome, Sample, Session, SessionFunction, Skipped, UserError, predict, traits_of
from harness.engine.cases import CaseRandom
from harness.sessions import ambient
from harness.suite.file import PartSpec
from harness.tasks.attack import under_attack
from harness.tasks.task import Context

if find_spec("textattack") is None:
    pytest.skip("needs the extra textattack", allow_module_level=True)

SHARED = Path(__file__).parents[3] / "shared"
MODEL = SHARED / "models/minilm-sentiment"
if (SHARED / "data/nltk_data").exists():
    os.environ.setdefault("NLTK_DATA", str(SHARED / "data/nltk_data"))

SEED = 7
Told: TypeAlias = tuple[str, str, int]
"""Outcome, text and rows asked."""

SAMPLES = [
    Sample("warm", "a great and good movie with a fine cast", 1),
    Sample("cold", "an awful film , bad acting and bad jokes", 0),
    Sample("short", "good", 1),
    Sample("empty", "", 1),
    Sample("odd", "It's “fine” -- not bad, not great; 5 / 10 😀", 1),
    Sample("long", "the good cast and the great director made a fine film out of an awful book " * 2, 1),
]


class Bag:
    """A bag of words: batch-invariant and fast."""

    labels = ("negative", "positive")
    weights: Mapping[str, float] = {"great": 2, "good": 1.5, "fine": 0.5, "bad": -1.5, "awful": -2}

    def __call__(self, texts: Sequence[str]) -> Any:
        rows = [[1 / (1 + exp(self.score(text))), 1 / (1 + exp(-self.score(text)))] for text in texts]
        return np.array(rows) / np.sum(rows, axis=1, keepdims=True)

    def score(self, text: str) -> float:
        """Other words count a little, by their length, so that no two changes are worth the same."""
        return sum(self.weights.get(word, len(word) % 7 / 100 - 0.03) for word in re.findall(r"\w+", text.lower()))


@cache
def prepared(recipe: str, query_budget: int | None = None) -> SessionFunction[Any]:
    """The session function of a recipe, built once; skips the test where NLTK's data is missing altogether."""
    try:
        return textattack.prepare(recipe=recipe, query_budget=query_budget)
    except UserError as error:
        if SHARED.exists():
            raise
        pytest.skip(str(error))


def run(session: SessionFunction[Any], samples: Iterable[Sample[Any]], model: object = None) -> dict[str, Outcome]:
    attack = partial(under_attack, session)
    engine = Engine({"": model or Bag()}, seed=SEED)
    cases = [Case("attack", "ta", sample, attack) for sample in samples]
    return {outcome.case.sample.id: outcome for outcome in engine.run(cases)}


def told(outcomes: Mapping[str, Outcome]) -> dict[str, Told]:
    assert {name: each.error for name, each in outcomes.items() if each.error} == {}
    found = {
        name: each.value.payload if isinstance(each.value, Skipped) else each.value for name, each in outcomes.items()
    }
    return {name: (each.outcome, each.perturbed, each.queries) for name, each in found.items()}


def alone(
    recipe: str, samples: Iterable[Sample[Any]], wrapper: Any, query_budget: int | None = None
) -> dict[str, Told]:
    """What TextAttack itself says, sample by sample, its generators seeded as a session's are."""
    import textattack as library
    from harness_textattack.library import Contained

    with Contained():
        attack = getattr(library.attack_recipes, recipe).build(wrapper)
    attack.goal_function.use_cache = False  # a cached answer is no query: the engine counts rows asked
    if query_budget:
        attack.goal_function.query_budget = query_budget
    found = {}
    for sample in samples:
        ambient.seed(CaseRandom(SEED, "attack", "ta", sample.id).getrandbits(32))
        result = attack.attack(sample.input, sample.label)
        skipped = isinstance(result, library.attack_results.SkippedAttackResult)
        succeeded = isinstance(result, library.attack_results.SuccessfulAttackResult)
        outcome = "skipped" if skipped else "succeeded" if succeeded else "failed"
        text = result.perturbed_result.attacked_text.text
        found[sample.id] = (outcome, text, 0 if skipped else result.num_queries)
    return found


def stock_wrapper(model: Bag) -> Any:
    from textattack.models.wrappers import ModelWrapper

    class Wrapper(ModelWrapper):  # type: ignore[misc]  # TextAttack has no types
        def __init__(self) -> None:
            self.model = model

        def __call__(self, texts: Sequence[str], **_: object) -> Any:
            return self.model(texts)

    return Wrapper()


RECIPES = [("DeepWordBugGao2018", None), ("PWWSRen2019", None), ("Pruthi2019", None), ("LEAP2023", 400)]
recipes = pytest.mark.parametrize(("recipe", "budget"), RECIPES)


@recipes
def test_outcome_text_and_queries_are_textattacks_own(recipe: str, budget: int | None) -> None:
    ours = told(run(prepared(recipe, budget), SAMPLES))
    assert ours == alone(recipe, SAMPLES, stock_wrapper(Bag()), budget)
    assert {outcome for outcome, _, _ in ours.values()} >= {"succeeded"}


@recipes
def test_two_samples_interleaved_in_both_orders_equal_each_alone(recipe: str, budget: int | None) -> None:
    session, pair = prepared(recipe, budget), [SAMPLES[0], SAMPLES[1]]
    each_alone = told(run(session, pair[:1])) | told(run(session, pair[1:]))
    assert told(run(session, pair)) == told(run(session, pair[::-1])) == each_alone


def test_a_sample_among_fifty_is_attacked_as_alone() -> None:
    session = prepared("DeepWordBugGao2018")
    texts = [" ".join(each.input.split()[at % 3 :]) for at in range(10) for each in SAMPLES[:5]]
    samples = [Sample(str(at), text, at % 2) for at, text in enumerate(texts)]
    many = told(run(session, samples))
    for sample in samples[::7]:
        assert told(run(session, [sample])) == {sample.id: many[sample.id]}


def test_a_query_budget_bounds_the_rows_asked() -> None:
    queries = [each[2] for each in told(run(prepared("PWWSRen2019", 20), SAMPLES)).values()]
    assert max(queries) == 20


def test_a_suite_names_a_recipe_by_class_or_by_the_command_lines_name() -> None:
    prepared("PWWSRen2019")
    parts = [PartSpec.model_validate({"use": "textattack", "recipe": "pwws", "query_budget": 9})]
    [(name, component)] = Context().components("attacks", parts).items()
    [sample] = SAMPLES[:1]
    assert name == "textattack"
    assert told(run(component.session(Bag()), [sample])) == told(run(prepared("PWWSRen2019", 9), [sample]))


@pytest.mark.parametrize(
    ("recipe", "message"),
    [
        ("PWSRen2019", "did you mean 'PWWSRen2019'"),
        ("hotflip", "gradients come with a later release"),
        ("input-reduction", r"does not seek a wrong label \(its goal is InputReduction\)"),
        ("textfooler", r"word_embeddings/paragramcf is not in .*: fetch it with\n  python -c"),
        ("bae", r"bert-base-uncased is not here: fetch it with\n  hf download bert-base-uncased"),
        (
            "bad-characters",
            r"cannot be built from a model alone \(.*'goal_function_type'\): .*`recipe: module:function`",
        ),
        (
            "textbugger",
            r"word_embeddings/paragramcf|without its shared/intentional_homoglyphs.txt: fetch it with\n  curl ",
        ),
        ("checklist", r"flair's tagger ner is not here: fetch it with\n  python -c"),
    ],
)
def test_a_recipe_that_cannot_run_here_says_so_before_the_first_sample(recipe: str, message: str) -> None:
    prepared("DeepWordBugGao2018")
    with pytest.raises(UserError, match=message):
        textattack.prepare(recipe=recipe)


def test_a_query_budget_of_nothing_is_refused() -> None:
    with pytest.raises(UserError, match="query_budget of 1 or more, but got 0"):
        textattack.prepare(recipe="pwws", query_budget=0)


def test_missing_nltk_data_is_named_with_the_line_that_fetches_it(tmp_path: Path) -> None:
    code = "from harness_textattack import textattack as t; t.prepare(recipe='pwws')"
    environment = os.environ | {"NLTK_DATA": str(tmp_path), "HOME": str(tmp_path)}
    found = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    lacking = (
        r"UserError: attack 'textattack': pwws: NLTK's stopwords is not in .*\n  python -m nltk.downloader stopwords"
    )
    assert re.search(lacking, found.stderr)


def test_stdout_and_nltk_are_everybodys_again_at_each_hand_over(capsys: pytest.CaptureFixture[str]) -> None:
    import nltk

    outside, seen = (sys.stdout, nltk.download), []

    def watched(sample: Sample[Any], rng: Random) -> Session[str]:
        session, answer = prepared("PWWSRen2019")(sample, rng), None
        try:
            while True:
                question = session.send(answer)
                seen.append((sys.stdout, nltk.download) == outside)
                answer = yield question
        except StopIteration as stop:
            return str(stop.value)

    told(run(watched, SAMPLES))
    assert len(seen) > 3
    assert all(seen)
    assert (sys.stdout, nltk.download) == outside
    assert capsys.readouterr().out == ""


def test_a_run_that_is_left_early_leaves_stdout_and_nltk_as_they_were() -> None:
    import nltk

    outside = (sys.stdout, nltk.download)
    attack = partial(under_attack, prepared("PWWSRen2019"))
    cases = [Case("attack", "ta", sample, attack) for sample in SAMPLES]
    running = Engine({"": Bag()}).run(cases)
    assert next(running).case.sample.id == "empty"
    running.close()
    assert (sys.stdout, nltk.download) == outside


def test_inside_a_session_nothing_is_downloaded_and_prints_go_to_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    import nltk
    from harness_textattack.library import Contained

    prepared("DeepWordBugGao2018")
    from textattack.shared import utils

    with Contained() as contained:
        print("chatter")
        assert nltk.download("nothing-like-it") is False
        assert contained.lacking() == ["nothing-like-it"]
        with pytest.raises(UserError, match="no/such/folder is not in"):
            utils.download_from_s3("no/such/folder")
    assert capsys.readouterr() == ("", "chatter\n")


def test_probabilities_that_sum_to_one_only_roughly_get_no_second_softmax() -> None:
    from harness_textattack.library import Contained
    from harness_textattack.sessions import Victim

    session = predict(["a"])
    next(session)
    with Contained() as contained, pytest.raises(StopIteration) as stop:
        session.send([[0.7, 0.304]])
    with Contained() as contained:
        rows = Victim(lambda _: stop.value.value, contained)(["a"])
    assert abs(rows.sum() - 1) < 1e-12
    assert abs(rows[0, 0] - 0.7 / 1.004) < 1e-12


@pytest.mark.parametrize("text", ["", " \n ", "\0good\0", "\ud800 good", "好 good 电影 good", "g" * 5000])
def test_hostile_texts_are_attacked_and_disturb_nobody_else(text: str) -> None:
    for recipe in ("DeepWordBugGao2018", "PWWSRen2019"):
        session = prepared(recipe)
        both = told(run(session, [SAMPLES[0], Sample("hostile", text, 1)]))
        assert both["warm"] == told(run(session, SAMPLES[:1]))["warm"]
        assert both["hostile"][0] == ("succeeded" if "good" in text else "skipped")


def test_the_word_textattack_splits_at_is_an_error_of_its_case() -> None:
    outcomes = run(prepared("PWWSRen2019"), [SAMPLES[0], Sample("split", "good <SPLIT> great", 1)])
    assert "TextAttack keeps the word <SPLIT> for itself" in (outcomes["split"].error or "")
    assert outcomes["warm"].error is None


def test_a_sample_without_a_label_is_an_error_of_its_case() -> None:
    [outcome] = Engine({"": Bag()}).run([Case("t", "p", Sample("x", "good"), prepared("DeepWordBugGao2018"))])
    assert "TextAttack needs the label of sample 'x'" in (outcome.error or "")


def test_an_error_of_the_model_reaches_the_case() -> None:
    def broken(texts: Sequence[str]) -> Any:
        raise ValueError("out of order")

    session = prepared("DeepWordBugGao2018")
    [outcome] = Engine({"": broken}).run([Case("t", "p", SAMPLES[0], session)])
    assert "out of order" in (outcome.error or "")


# Text pairs


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


# Attacks of the user's own

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


# What is missing


def test_resources_are_found_without_loading_textattack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "corpora/stopwords").mkdir(parents=True)
    (tmp_path / "word_embeddings/paragramcf").mkdir(parents=True)
    monkeypatch.setattr("nltk.data.path", [str(tmp_path)])
    monkeypatch.setenv("TA_CACHE_DIR", str(tmp_path))
    found = {name.partition(" (")[0]: (present, fetch) for name, present, fetch in resources()}
    assert found["NLTK's stopwords"] == (True, "python -m nltk.downloader stopwords")
    assert found["NLTK's wordnet"] == (False, "python -m nltk.downloader wordnet")
    assert found["TextAttack's word_embeddings/paragramcf"][0]
    assert not found["TextAttack's transformations/hownet/word_candidates_sense.pkl"][0]
    code = (
        "import sys; from harness_textattack.resources import resources; import harness_textattack; resources(); "
        "print({'textattack', 'torch'} & set(sys.modules))"
    )
    alone = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (alone.stdout, alone.stderr) == ("set()\n", "")


FETCHED = r"is not (here|in .*): fetch it with\n  "
REASONS = {
    "A2TYoo2021": r"pip install sentence_transformers|gradients",
    "BAEGarg2019": f"bert-base-uncased {FETCHED}hf download|tensorflow_hub",
    "BERTAttackLi2020": f"bert-base-uncased {FETCHED}hf download|tensorflow_hub",
    "BadCharacters2021": "cannot be built from a model alone",
    "CLARE2020": f"distilroberta-base {FETCHED}hf download|tensorflow_hub",
    "CheckList2020": f"tagger ner {FETCHED}python -c",
    "ChineseRecipe": f"xlm-roberta-base {FETCHED}hf download|OpenHowNet",
    "DeepWordBugGao2018": None,
    "FasterGeneticAlgorithmJia2019": f"(paragramcf|learning-to-write) {FETCHED}python -c",
    "FrenchRecipe": rf"omw-1\.4 {FETCHED}python -m nltk\.downloader omw-1\.4|tagger .* {FETCHED}python -c",
    "GeneticAlgorithmAlzantot2018": f"(paragramcf|alzantot-goog-lm) {FETCHED}python -c",
    "HotFlipEbrahimi2017": "gradients come with a later release",
    "IGAWang2019": f"paragramcf {FETCHED}python -c",
    "InputReductionFeng2018": "does not seek a wrong label",
    "Kuleshov2017": f"(paragramcf {FETCHED}python -c)|(gpt2 {FETCHED}hf download)",
    "LEAP2023": None,
    "MorpheusTan2020": "does not seek a wrong label",
    "PSOZang2020": f"hownet/word_candidates_sense.pkl {FETCHED}python -c",
    "PWWSRen2019": None,
    "Pruthi2019": None,
    "Seq2SickCheng2018BlackBox": f"paragramcf {FETCHED}python -c|does not seek a wrong label",
    "SpanishRecipe": r"Language esp not one of",
    "TextBuggerLi2018": rf"homoglyphs\.txt: fetch it with\n  curl |paragramcf {FETCHED}|tensorflow_hub",
    "TextFoolerJin2019": f"paragramcf {FETCHED}python -c|tensorflow_hub",
}
"""Why each recipe may be refused; None where all it needs is in our NLTK data."""


@pytest.mark.slow
@pytest.mark.parametrize(("recipe", "reason"), REASONS.items(), ids=REASONS.keys())
def test_every_recipe_is_built_or_says_what_it_lacks(recipe: str, reason: str | None) -> None:
    prepared("DeepWordBugGao2018")
    refusal = None
    try:
        textattack.prepare(recipe=recipe)
    except UserError as error:
        refusal = str(error)
    assert refusal is None or refusal.startswith(f"attack 'textattack': {recipe}: ")
    assert refusal is None or re.search(reason or "(must be built)", refusal)


def test_no_recipe_is_missing_in_the_table() -> None:
    prepared("DeepWordBugGao2018")
    import textattack as library
    from harness_textattack.recipes import _known

    assert set(_known(library).values()) == set(REASONS)


REPEATED = """
import json, sys
sys.path.insert(0, sys.argv[1])
from test_textattack import SAMPLES, prepared, run, told
for recipe in ("DeepWordBugGao2018", "PWWSRen2019"):
    print(json.dumps(told(run(prepared(recipe), SAMPLES))))
"""


@pytest.mark.slow
def test_the_order_of_sets_decides_nothing() -> None:
    found = []
    for seed in ("1", "2"):
        environment = os.environ | {"PYTHONHASHSEED": seed}
        call = [sys.executable, "-c", REPEATED, str(Path(__file__).parent)]
        found.append(subprocess.run(call, env=environment, capture_output=True, text=True, check=True).stdout)
    assert found[0] == found[1]
    assert len(found[0].splitlines()) == 2


@pytest.mark.slow
@pytest.mark.skipif(not MODEL.exists(), reason="needs ../shared/models/minilm-sentiment")
@pytest.mark.parametrize("recipe", ["DeepWordBugGao2018", "PWWSRen2019"])
def test_on_fifty_reviews_and_a_transformer_it_is_textattack_sample_by_sample(recipe: str) -> None:
    import torch
    from harness_transformers import transformers
    from textattack.models.wrappers import HuggingFaceModelWrapper
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    samples = reviews(50)
    ours = told(run(prepared(recipe), samples, transformers(path=MODEL, device="cpu")))
    module = AutoModelForSequenceClassification.from_pretrained(MODEL, dtype=torch.float32).eval()
    loader: Any = AutoTokenizer  # transformers has no types for it
    tokenizer = loader.from_pretrained(MODEL, model_max_length=64)  # it pads to that; the longest has 52
    theirs = alone(recipe, samples, HuggingFaceModelWrapper(module, tokenizer))
    assert {name: (ours[name], theirs[name]) for name in theirs if ours[name] != theirs[name]} == {}
    assert len(ours) == 50


def reviews(count: int) -> list[Sample[str]]:
    with gzip.open(SHARED / "data/text/sst2/dev.jsonl.gz", "rt", encoding="utf-8") as lines:
        rows = [json.loads(next(lines)) for _ in range(count)]
    return [Sample(str(at), row["text"], int(row["label"])) for at, row in enumerate(rows)]
