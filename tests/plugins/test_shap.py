"""SHAP's partition explainer through the engine: SHAP's own values, whatever is explained beside it."""

from __future__ import annotations

import gzip
import json
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from explained import SEED, Bag, Explain, run, values
from harness_shap import shap

from harness import Attribution, Sample, UserError
from harness.engine.cases import CaseRandom
from harness.models import connect
from harness.sessions import ambient
from harness.sources.context import Context
from harness.suite.file import PartSpec
from harness.testing import problems

if find_spec("shap") is None:
    pytest.skip("needs the extra shap", allow_module_level=True)

SHARED = Path(__file__).parents[3] / "shared"
MODEL = SHARED / "models/minilm-sentiment"

SAMPLES = [
    Sample("short", "a good film"),
    Sample("turn", "not a good film, and the cast is bad"),
    Sample("long", "a good film with a bad end " * 8),
    Sample("tied", "good bad " * 24),
    Sample("quote", '"Good", she said (twice): it is bad'),
]


@cache
def prepared(masker: str = "tokenizer", max_evals: int = 500) -> Explain:
    return shap.prepare(model=connect(Bag()), masker=masker, max_evals=max_evals)


def one(text: str, explain: Explain | None = None, model: object = None) -> Attribution:
    return values(explain or prepared(), [Sample("x", text)], model)["x"]


def seed(sample: Sample[Any]) -> None:
    """Seed the libraries' generators as a session's are: SHAP breaks ties by them."""
    ambient.seed(CaseRandom(SEED, "explain", "", sample.id).getrandbits(32))


@pytest.mark.parametrize("max_evals", [500, 300])
@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.id)
def test_units_and_values_are_shaps_own(sample: Sample[str], max_evals: int) -> None:
    import shap as library

    explainer = library.Explainer(Bag(), library.maskers.Text(r"\W+"))
    seed(sample)
    theirs = explainer([sample.input], max_evals=max_evals, silent=True)
    ours = values(prepared(max_evals=max_evals), [sample])[sample.id]
    assert ours.label == int(Bag()([sample.input])[0].argmax())
    assert [unit.rstrip() for unit in ours.units] == [unit.rstrip() for unit in theirs.data[0]]
    assert ours.weights == theirs.values[0][:, ours.label].tolist()


def test_weights_add_up_to_what_the_text_adds_to_the_masked_one() -> None:
    found = one("not a good film, and the cast is bad")
    probability = Bag()(["not a good film, and the cast is bad", "..."])[:, found.label]
    assert abs(sum(found.weights) - (probability[0] - probability[1])) < 1e-12


@pytest.mark.parametrize(
    ("text", "units"),
    [
        ("", []),
        ("good", ["good"]),
        ("  good \n", ["  ", "good \n"]),
        ("good film!", ["good ", "film", "!"]),
        ("?!", ["?!"]),
        ("\t", ["\t"]),
        ("good\0", ["good", "\0"]),
        ("\ud800 good 好 😀😀", None),
        ("g" * 3000, ["g" * 3000]),
    ],
)
def test_units_join_to_the_text_whatever_it_is(text: str, units: list[str] | None) -> None:
    found = one(text)
    assert "".join(found.units) == text
    assert units is None or found.units == units
    assert len(found.weights) == len(found.units)
    assert np.isfinite(found.weights).all()


def test_one_word_has_all_the_credit() -> None:
    found, rows = one("good"), Bag()(["good", "..."])
    assert found.weights == [rows[0, 1] - rows[1, 1]]


def test_a_text_of_too_many_units_is_an_error_of_its_case_and_of_no_other() -> None:
    outcomes = run(prepared(), [Sample("huge", "good bad " * 5000), SAMPLES[0]])
    assert "expected at most 4096, got 10000" in (outcomes["huge"].error or "")
    assert {"short": outcomes["short"].value} == values(prepared(), SAMPLES[:1])


def test_what_is_no_text_is_an_error_of_its_case() -> None:
    [outcome] = run(prepared(), [Sample("x", 3)]).values()
    assert "explains texts, but got 3" in (outcome.error or "")


def test_the_model_is_asked_in_its_own_thread_and_nothing_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    model = Bag()
    values(prepared(), SAMPLES, model)
    assert [name.partition("_")[0] for name in model.threads] == ["model-Bag"]
    assert capsys.readouterr() == ("", "")


def test_a_suite_names_the_masker_in_short() -> None:
    [(name, component)] = (
        Context().components("explainers", [PartSpec.model_validate({"use": "shap", "=": r"\s+"})]).items()
    )
    assert name == r"shap:\s+"
    assert one("good film! (bad)", component.session(Bag())).units == ["good ", "film! ", "(bad)"]


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"masker": "("}, r"masker '\(' is no regular expression"),
        ({"max_evals": 1}, "max_evals of 2 or more, but got 1"),
    ],
)
def test_a_wrong_parameter_is_refused_before_the_first_sample(parameters: dict[str, Any], message: str) -> None:
    with pytest.raises(UserError, match=message):
        shap.prepare(model=connect(Bag()), **parameters)


# With a tokenizer


class Tokenized(Bag):
    """A model with a tokenizer of its own, which sees 12 tokens, two of them special."""

    limit = 12

    def tokenizer(self) -> Any:
        tokenizers = pytest.importorskip("tokenizers")
        transformers = pytest.importorskip("transformers")
        words = ["[UNK]", "[CLS]", "[SEP]", "[MASK]", "good", "bad", "film", "a", "##s", "not"]
        made = tokenizers.Tokenizer(
            tokenizers.models.WordPiece({word: at for at, word in enumerate(words)}, unk_token="[UNK]")
        )
        made.pre_tokenizer = tokenizers.pre_tokenizers.BertPreTokenizer()
        made.post_processor = tokenizers.processors.BertProcessing(("[SEP]", 2), ("[CLS]", 1))
        special = {"mask_token": "[MASK]", "sep_token": "[SEP]", "cls_token": "[CLS]", "unk_token": "[UNK]"}
        return transformers.PreTrainedTokenizerFast(tokenizer_object=made, **special)


class Slow(Bag):
    """A model whose tokenizer cannot say where its tokens stand."""

    def tokenizer(self) -> Any:
        def split(text: str, *, return_offsets_mapping: bool = False) -> Any:
            if return_offsets_mapping:
                raise NotImplementedError("no offsets")
            return {"input_ids": list(text)}

        return split


@cache
def tokenized() -> Explain:
    return shap.prepare(model=connect(Tokenized()))


def test_units_are_the_models_own_tokens() -> None:
    assert one(" a good films ", tokenized()).units == [" ", "a ", "good ", "film", "s "]


def test_what_the_model_never_sees_is_one_unit_without_weight() -> None:
    text = "good film " * 5000
    found = one(text, tokenized())
    assert "".join(found.units) == text
    assert found.units[:10] == ["good ", "film "] * 4 + ["good ", "film"]
    assert (len(found.units), found.weights[-1]) == (11, 0.0)


def test_special_tokens_with_a_share_of_the_credit_stay_as_empty_units() -> None:
    few = shap.prepare(model=connect(Tokenized()), max_evals=2)
    found = one("good film", few)
    assert found.units == ["", "good ", "film", ""]
    rows = Bag()(["good film", "[MASK] [MASK]"])[:, 1]
    assert abs(sum(found.weights) - (rows[0] - rows[1])) < 1e-12


def test_with_a_tokenizer_it_conforms_too() -> None:
    assert problems(shap, model=Tokenized(), parameters={"max_evals": 50}) == []


def test_a_tokenizer_without_offsets_is_refused_with_a_way_out() -> None:
    with pytest.raises(UserError, match=r"no offsets.*as in `shap:\\W\+`"):
        shap.prepare(model=connect(Slow()))
    assert one("good film", shap.prepare(model=connect(Slow()), masker=r"\W+"), Slow()).units == ["good ", "film"]


@pytest.mark.slow
@pytest.mark.skipif(not MODEL.exists(), reason="needs ../shared/models/minilm-sentiment")
def test_on_reviews_and_a_transformer_the_values_are_those_of_shap_on_a_pipeline() -> None:
    import shap as library
    import torch
    from harness_transformers import transformers
    from transformers import AutoModelForSequenceClassification, AutoTokenizer, pipeline

    with gzip.open(SHARED / "data/text/sst2/dev.jsonl.gz", "rt", encoding="utf-8") as lines:
        samples = [Sample(str(at), json.loads(next(lines))["text"]) for at in range(5)]
    model = transformers(path=MODEL, device="cpu")
    ours = values(shap.prepare(model=connect(model)), samples, model)
    module = AutoModelForSequenceClassification.from_pretrained(MODEL, dtype=torch.float32).eval()
    classify: Any = pipeline(
        "text-classification", model=module, tokenizer=AutoTokenizer.from_pretrained(MODEL), top_k=None
    )
    explainer = library.Explainer(classify)
    for sample in samples:
        seed(sample)
        theirs, found = explainer([sample.input], silent=True), ours[sample.id]
        pairs = zip(theirs.data[0], theirs.values[0][:, found.label], strict=True)
        units, weights = zip(*[(unit.rstrip(), weight) for unit, weight in pairs if unit or weight], strict=True)
        assert tuple(unit.rstrip() for unit in found.units) == units
        assert np.abs(np.subtract(found.weights, weights)).max() < 1e-5
