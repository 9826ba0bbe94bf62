"""The transformers adapter against transformers itself, on the model that ships with the project."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from by_hand import asked

from harness import Case, Engine, Sample, Session, UserError, predict
from harness.models import Channel

torch = pytest.importorskip("torch")
library = pytest.importorskip("transformers")

from harness_transformers import loading, transformers  # noqa: E402
from harness_transformers.classifier import SequenceClassifier  # noqa: E402
from harness_transformers.loading import limit_of  # noqa: E402

MODEL = Path(__file__).parents[2] / "suites/harness_suites/quickstart/model"
SMALL = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16}
PAIRS = [
    {"premise": "A man eats.", "hypothesis": "Somebody eats."},
    {"premise": "wet " * 90, "hypothesis": "dry " * 70},
]
TEXTS = ["A wonderful little film.", "Dull, dull, dull!", "", "The room was " + "very " * 300 + "bad.", "ok \U0001f600"]


@pytest.fixture(scope="module")
def adapter() -> Any:
    return transformers(path=MODEL, device="cpu")


def _small(folder: Path, **config: Any) -> Path:
    """A folder with a classifier of random weights."""
    tokenizer = library.AutoTokenizer.from_pretrained(MODEL)
    tokenizer.save_pretrained(folder)
    torch.manual_seed(0)
    settings = library.BertConfig(vocab_size=len(tokenizer), max_position_embeddings=128, **SMALL, **config)
    library.BertForSequenceClassification(settings).save_pretrained(folder)
    return folder


def _logits(texts: Sequence[Any], path: Path = MODEL) -> Any:
    """The library's own logits, one text, or the tuple of a pair, at a time."""
    tokenizer = library.AutoTokenizer.from_pretrained(path)
    module = library.AutoModelForSequenceClassification.from_pretrained(path, dtype=torch.float32).eval()
    with torch.no_grad():
        given = [(text,) if isinstance(text, str) else text for text in texts]
        encoded = [tokenizer(*each, truncation=True, return_tensors="pt") for each in given]
        return torch.cat([module(**each).logits for each in encoded])


def _directly(texts: Sequence[Any]) -> Any:
    return _logits(texts).softmax(-1).numpy()


def test_batched_answers_are_those_of_one_text_at_a_time(adapter: Any) -> None:
    np.testing.assert_allclose(asked(adapter, TEXTS), _directly(TEXTS), atol=1e-5)


def test_it_is_a_channel_with_the_models_labels(adapter: Any) -> None:
    assert adapter.labels == ["negative", "positive"]
    assert isinstance(adapter, Channel)


def test_a_text_cut_at_the_limit_is_asked_once(adapter: Any) -> None:
    one, other = adapter.prepare(["good " * 500 + "a", "good " * 500 + "b"])
    assert one.key == other.key
    assert one.cost == adapter.limit == 128


def test_max_length_cuts_earlier_but_never_later() -> None:
    assert transformers(path=MODEL, device="cpu", max_length=16).limit == 16
    assert transformers(path=MODEL, device="cpu", max_length=4096).limit == 128


def test_positions_bound_the_limit_when_the_tokenizer_does_not() -> None:
    class Endless:
        model_max_length = int(1e30)

    assert limit_of(Endless(), library.BertConfig(max_position_embeddings=77)) == 77


def test_a_model_without_any_limit_sees_whole_texts(adapter: Any) -> None:
    tokenizer = adapter.tokenizer()
    tokenizer.model_max_length = int(1e30)
    options: dict[str, Any] = {"name": "", "device": "cpu", "output": "probabilities", "fingerprint": ""}
    limit = limit_of(tokenizer, library.BertConfig(max_position_embeddings=0))
    [row] = SequenceClassifier(adapter._module, tokenizer, limit=limit, **options).prepare(["good " * 500])
    assert (row.cost, row.cut) == (502, 0)


def test_the_fingerprint_knows_weights_dtype_and_tokenizer(adapter: Any, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(MODEL, copy)
    assert transformers(path=copy, device="cpu").fingerprint == adapter.fingerprint
    assert transformers(path=copy, device="cpu", dtype="bfloat16").fingerprint != adapter.fingerprint
    module = library.AutoModelForSequenceClassification.from_pretrained(MODEL)
    module.classifier.bias.data += 1
    module.save_pretrained(copy)
    assert transformers(path=copy, device="cpu").fingerprint != adapter.fingerprint


@pytest.mark.parametrize("path", ["./no-such-model", "../models/none", "/nowhere/at/all", "models/of/mine", "~/none"])
def test_a_missing_folder_is_the_users_mistake_and_no_hub_is_asked(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "_module", None)
    with pytest.raises(UserError, match=f"{path}: there is no such folder"):
        transformers(path=path)


def test_a_missing_model_of_the_hub_is_the_users_mistake() -> None:
    with pytest.raises(UserError, match="someone/no-such-model is neither a folder here nor a model"):
        transformers(path="someone/no-such-model")


def test_a_folder_without_a_model_is_the_users_mistake(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="could not be loaded as a classifier"):
        transformers(path=tmp_path)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("model.safetensors", "nonsense", "header too large"),
        ("tokenizer.json", "{", "EOF while parsing"),
        ("config.json", "[]", "could not be loaded as a classifier"),
        ("config.json", {"id2label": {"0": "a", "1": "b", "2": "c"}}, r"the shapes that config.json says"),
        ("config.json", {"model_type": "warp"}, "model type `warp`"),
        ("tokenizer.json", None, "tokenizer.*expected its files, like tokenizer.json"),
    ],
)
def test_a_folder_whose_files_are_broken_is_the_users_mistake(
    tmp_path: Path, name: str, content: Any, message: str
) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(MODEL, copy)
    if content is None:
        for file in copy.glob("*token*"):
            file.unlink()
    elif isinstance(content, dict):
        (copy / name).write_text(json.dumps(json.loads((copy / name).read_text("utf-8")) | content), "utf-8")
    else:
        (copy / name).write_text(content, "utf-8")
    with pytest.raises(UserError, match=message):
        transformers(path=copy, device="cpu")


def test_a_model_without_a_trained_head_is_refused(tmp_path: Path) -> None:
    library.AutoTokenizer.from_pretrained(MODEL).save_pretrained(tmp_path)
    library.BertModel(library.BertConfig(vocab_size=3441, **SMALL)).save_pretrained(tmp_path)
    with pytest.raises(UserError, match=r"no trained classifier.*classifier"):
        transformers(path=tmp_path)


def test_pickled_weights_need_an_explicit_word(tmp_path: Path) -> None:
    shutil.copytree(MODEL, tmp_path / "old")
    module = library.AutoModelForSequenceClassification.from_pretrained(MODEL)
    torch.save(module.state_dict(), tmp_path / "old" / "pytorch_model.bin")
    (tmp_path / "old" / "model.safetensors").unlink()
    with pytest.raises(UserError, match="safetensors"):
        transformers(path=tmp_path / "old")
    assert transformers(path=tmp_path / "old", allow_pickle=True, device="cpu").labels == ["negative", "positive"]


def test_an_unknown_device_is_the_users_mistake() -> None:
    with pytest.raises(UserError, match="device 'warp' is not available"):
        transformers(path=MODEL, device="warp")


@pytest.mark.parametrize(
    ("value", "kind", "message"),
    [
        (3, TypeError, "expected a text, or a mapping of two for a text pair, but got 3"),
        (("a", "b"), TypeError, r"a mapping of two for a text pair, but got \('a', 'b'\)"),
        ({"premise": "a", "hypothesis": None}, TypeError, "expected a text in the column 'hypothesis'.*but got None"),
        (
            {"a": "x", "b": "y", "c": "z"},
            ValueError,
            "one text or the two of a pair, but got a mapping of 3: 'a', 'b', 'c'",
        ),
        ({}, ValueError, "a mapping of 0: none"),
    ],
)
def test_an_input_that_is_no_text_is_an_error_that_shows_it(
    adapter: Any, value: object, kind: type[Exception], message: str
) -> None:
    with pytest.raises(kind, match=message):
        adapter.prepare([value])


def test_texts_and_pairs_in_one_question_are_an_error(adapter: Any) -> None:
    with pytest.raises(ValueError, match="all inputs to be texts, or all to be pairs"):
        adapter.prepare(["a text", PAIRS[0]])


def test_pairs_are_answered_as_the_library_answers_them(adapter: Any) -> None:
    np.testing.assert_allclose(asked(adapter, PAIRS), _directly([tuple(each.values()) for each in PAIRS]), atol=1e-5)


def test_a_pair_is_not_the_other_way_round_nor_its_texts_joined(adapter: Any) -> None:
    first, other, joined = adapter.prepare([{"a": "good", "b": "bad"}, {"a": "bad", "b": "good"}]) + adapter.prepare(
        ["good bad"]
    )
    assert len({first.key, other.key, joined.key}) == 3


def test_a_mapping_of_one_text_is_that_text(adapter: Any) -> None:
    assert adapter.prepare([{"text": "a film"}]) == adapter.prepare(["a film"])


TOKENIZERS = {"fast": lambda: library.AutoTokenizer.from_pretrained(MODEL), "slow": library.ByT5Tokenizer}


@pytest.mark.parametrize("kind", TOKENIZERS)
@pytest.mark.parametrize(
    "columns",
    [
        [["good " * 500 + "[SEP] a", "good " * 126, "good " * 127, "", "word" * 99, "\U0001f600" * 300]],
        [["wet " * 90, "a", "wet " * 300, ""], ["dry " * 70, "b", "dry " * 300, "dry " * 125]],
    ],
    ids=["texts", "pairs"],
)
def test_the_tokens_cut_off_are_counted(adapter: Any, kind: str, columns: list[list[str]]) -> None:
    tokenizer = TOKENIZERS[kind]()
    options: dict[str, Any] = {"name": "", "device": "cpu", "limit": 128, "output": "probabilities", "fingerprint": ""}
    rows = SequenceClassifier(adapter._module, tokenizer, **options).prepare(
        columns[0] if len(columns) == 1 else [dict(zip("ab", pair, strict=True)) for pair in zip(*columns, strict=True)]
    )
    whole = [len(ids) for ids in tokenizer(*columns, truncation=False, verbose=False)["input_ids"]]
    assert [row.cost + row.cut for row in rows] == whole
    assert any(row.cut for row in rows)


def test_texts_that_no_utf8_can_hold_are_asked_with_a_replacement(adapter: Any) -> None:
    assert adapter.prepare(["a \ud800 b"]) == adapter.prepare(["a \ufffd b"])


softmax, sigmoid = (lambda logits: logits.softmax(-1)), (lambda logits: logits.sigmoid())


@pytest.mark.parametrize(
    ("config", "word", "output", "answer"),
    [
        ({"num_labels": 3}, None, "probabilities", softmax),
        ({"num_labels": 1}, None, "value", lambda logits: logits),
        ({"num_labels": 1, "problem_type": "regression"}, None, "value", lambda logits: logits),
        ({"num_labels": 3, "problem_type": "multi_label_classification"}, None, "labels", sigmoid),
        ({"num_labels": 3, "problem_type": "regression"}, "probabilities", "probabilities", softmax),
        ({"num_labels": 1}, "labels", "labels", sigmoid),
    ],
)  # fmt: skip
def test_the_output_is_what_the_config_or_the_suite_says(
    config: dict[str, Any], word: Any, output: str, answer: Any, tmp_path: Path
) -> None:
    adapter = transformers(path=_small(tmp_path, **config), output=word, device="cpu")
    assert (adapter.output, len(adapter.labels)) == (output, config["num_labels"])
    assert (adapter.labels == ["value"]) == (output == "value")
    np.testing.assert_allclose(asked(adapter, TEXTS), answer(_logits(TEXTS, tmp_path)).numpy(), atol=1e-5)


@pytest.mark.parametrize(
    ("config", "word", "message"),
    [
        ({"num_labels": 3}, "value", "the suite says output: value, which is one number, but the model has 3 labels"),
        ({"num_labels": 3, "problem_type": "regression"}, None, "problem_type 'regression', which means output: value"),
        ({"num_labels": 1}, "probabilities", "one label only, whose softmax is always 1: set `output: value`"),
    ],
)
def test_an_output_that_the_model_cannot_give_is_the_users_mistake(
    config: dict[str, Any], word: Any, message: str, tmp_path: Path
) -> None:
    with pytest.raises(UserError, match=message):
        transformers(path=_small(tmp_path, **config), output=word)


def test_the_fingerprint_knows_the_output(adapter: Any) -> None:
    assert transformers(path=MODEL, device="cpu", output="probabilities").fingerprint == adapter.fingerprint
    assert transformers(path=MODEL, device="cpu", output="labels").fingerprint != adapter.fingerprint


def test_the_tokenizer_it_hands_out_is_a_copy(adapter: Any) -> None:
    assert adapter.tokenizer() is not adapter.tokenizer()


def test_a_processor_without_memory_gets_smaller_batches() -> None:
    adapter = transformers(path=MODEL, device="cpu", budget=512)
    module, refused = adapter._module, []

    def small(**inputs: Any) -> Any:
        if len(inputs["input_ids"]) > 2:
            refused.append(len(inputs["input_ids"]))
            torch.empty(10**15)  # 4 petabytes
        return module(**inputs)

    adapter._module = small
    cases = [
        Case("t", "", Sample(str(at), f"A fine film, number {at}."), lambda sample, _: predict([sample.input]))
        for at in range(800)
    ]
    assert not [outcome.error for outcome in Engine({"": adapter}).run(cases) if outcome.error]
    assert max(refused) > 16
    assert sum(size > 8 for size in refused) < 40  # 12; 110 if the budget stays what it was


def test_replicas_answer_as_one_does_each_batch_in_its_turn(adapter: Any) -> None:
    twice: Any = transformers(path=MODEL, device="cpu, cpu", budget=256)
    assert (twice.device, twice.labels) == ("cpu, cpu", adapter.labels)
    assert (twice.depth, twice.width) == (2 * adapter.depth, 2 * adapter.width)
    assert adapter.depth == adapter.width + 1
    assert twice.fingerprint == adapter.fingerprint
    texts = [f"A {word} film, number {at}." for at in range(40) for word in ("fine", "dull")]

    def session(sample: Sample[str], rng: Any) -> Session[Any]:
        rows = yield from predict([sample.input])
        return rows.array[0]

    cases = [Case("t", "", Sample(str(at), text), session) for at, text in enumerate(texts)]
    found = {int(each.case.sample.id): each.value for each in Engine({"": twice}).run(cases)}
    assert np.allclose([found[at] for at in range(len(texts))], _directly(texts), atol=1e-5)
    seconds = [each.seconds for each in twice._replicas]
    assert min(seconds) > 0
    assert twice.seconds == pytest.approx(sum(seconds) / 2)
    assert isinstance(twice, Channel)


def test_a_budget_by_hand_bounds_the_batches() -> None:
    model = transformers(path=MODEL, device="cpu", budget=64)
    assert model.budget == 64
    assert model.overhead <= 64


def test_float32_is_its_own_reference(adapter: Any) -> None:
    assert adapter.reference() is None


def test_a_cheaper_way_is_compared_with_float32() -> None:
    from harness.runs.precision import agreements

    model = transformers(path=MODEL, device="cpu", dtype="bfloat16", attention="eager")
    samples = [Sample(str(at), f"A {'fine' if at % 2 else 'dull'} film, number {at}.") for at in range(30)]
    found = agreements({"": model}, samples)[""]
    assert found.samples == 30
    assert 0 < found.largest < 0.1
    assert found.same >= 28


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("g++") is None, reason="torch.compile needs a C++ compiler")
def test_a_compiled_model_answers_alike(tmp_path: Path) -> None:
    path = _small(tmp_path)
    model = transformers(path=path, device="cpu", compile=True, budget=512)
    rows = model.submit(model.prepare(TEXTS)).result()
    assert np.allclose(rows, _logits(TEXTS, path).softmax(-1).numpy(), atol=1e-4)
    reference: Any = model.reference()
    assert reference.fingerprint != model.fingerprint
