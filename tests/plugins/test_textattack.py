"""TextAttack's recipes through the engine: what TextAttack alone makes of each sample, whatever runs beside it."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
from textattack_by_hand import SAMPLES, SHARED, Bag, alone, prepared, run, stock_wrapper, told

from harness import Case, Engine, Sample, Session, UserError, predict
from harness.sources.context import Context
from harness.suite.file import PartSpec
from harness.tasks.attack import under_attack

MODEL = SHARED / "models/minilm-sentiment"
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
    parts = [PartSpec.model_validate({"use": "textattack", "recipe": "pwws", "max_queries": 9})]
    [(name, component)] = Context().components("attacks", parts).items()
    [sample] = SAMPLES[:1]
    assert name == "textattack"
    assert told(run(component.session(Bag()), [sample])) == told(run(prepared("PWWSRen2019", 9), [sample]))


def test_stdout_and_nltk_are_everybodys_again_at_each_hand_over(capsys: pytest.CaptureFixture[str]) -> None:
    import nltk

    outside, seen = (sys.stdout, nltk.download), []
    attack = prepared("PWWSRen2019")

    def watched(sample: Sample[Any], rng: Random) -> Session[str]:
        session, answer = attack(sample, rng), None
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
        assert contained.missing() == ["nothing-like-it"]
        with pytest.raises(UserError, match="no/such/folder is not in"):
            utils.download_from_s3("no/such/folder")
    assert capsys.readouterr() == ("", "chatter\n")


def test_probabilities_that_sum_to_one_only_roughly_get_no_second_softmax() -> None:
    from harness_textattack.library import Contained
    from harness_textattack.sessions import Victim

    half = np.array([[0.7, 0.304]], np.float16)
    session = predict(["a"])
    next(session)
    with Contained() as contained, pytest.raises(StopIteration) as stop:
        session.send(half)
    with Contained() as contained:
        rows = Victim(lambda _: stop.value.value, contained)(["a"])
    assert abs(rows.sum() - 1) < 1e-12
    assert abs(rows[0, 0] - half.astype(float)[0, 0] / half.astype(float).sum()) < 1e-12


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


REPEATED = """
import json, sys
sys.path.insert(0, sys.argv[1])
from textattack_by_hand import SAMPLES, prepared, run, told
for recipe in ("DeepWordBugGao2018", "PWWSRen2019"):
    print(json.dumps(told(run(prepared(recipe), SAMPLES))))
"""


@pytest.mark.slow
def test_the_order_of_sets_decides_nothing() -> None:
    found = []
    for seed in ("1", "2"):
        environment = os.environ | {"PYTHONHASHSEED": seed}
        call = [sys.executable, "-c", REPEATED, str(Path(__file__).parents[1])]
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
