"""The transformers adapter against transformers itself, on the model that ships with the project."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from harness import Case, Channel, Engine, Sample, Session, UserError, predict

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")

from harness_transformers import transformers  # noqa: E402
from harness_transformers.classifier import limit_of  # noqa: E402
from transformers import AutoModelForSequenceClassification, AutoTokenizer, BertConfig, BertModel  # noqa: E402

MODEL = Path(__file__).parents[2] / "suites/harness_suites/quickstart/model"
TEXTS = ["A wonderful little film.", "Dull, dull, dull!", "", "The room was " + "very " * 300 + "bad.", "ok \U0001f600"]


@pytest.fixture(scope="module")
def adapter() -> Any:
    return transformers(path=MODEL, device="cpu")


def _directly(texts: Sequence[str]) -> Any:
    tokenizer = AutoTokenizer.from_pretrained(MODEL)
    module = AutoModelForSequenceClassification.from_pretrained(MODEL, dtype=torch.float32).eval()
    with torch.no_grad():
        encoded = [tokenizer(text, truncation=True, return_tensors="pt") for text in texts]
        return torch.cat([module(**each).logits.softmax(-1) for each in encoded]).numpy()


def _ask(adapter: Any, texts: Sequence[str]) -> Any:
    def session(sample: Sample[Any], rng: object) -> Session[Any]:
        return (yield from predict(sample.input)).array

    [outcome] = Engine({"": adapter}).run([Case("t", "", Sample("1", list(texts)), session)])
    assert outcome.error is None, outcome.error
    return outcome.value


def test_batched_answers_are_those_of_one_text_at_a_time(adapter: Any) -> None:
    np.testing.assert_allclose(_ask(adapter, TEXTS), _directly(TEXTS), atol=1e-5)


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

    assert limit_of(Endless(), BertConfig(max_position_embeddings=77)) == 77


def test_the_fingerprint_knows_weights_dtype_and_tokenizer(adapter: Any, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(MODEL, copy)
    assert transformers(path=copy, device="cpu").fingerprint == adapter.fingerprint
    assert transformers(path=copy, device="cpu", dtype="bfloat16").fingerprint != adapter.fingerprint
    module = AutoModelForSequenceClassification.from_pretrained(MODEL)
    module.classifier.bias.data += 1
    module.save_pretrained(copy)
    assert transformers(path=copy, device="cpu").fingerprint != adapter.fingerprint


def test_a_missing_folder_is_the_users_mistake() -> None:
    with pytest.raises(UserError, match="neither a folder here nor a model"):
        transformers(path="./no-such-model")


def test_a_folder_without_a_model_is_the_users_mistake(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="could not be loaded as a sequence classifier"):
        transformers(path=tmp_path)


def test_a_model_without_a_trained_head_is_refused(tmp_path: Path) -> None:
    AutoTokenizer.from_pretrained(MODEL).save_pretrained(tmp_path)
    config = json.loads((MODEL / "config.json").read_text("utf-8"))
    BertModel(BertConfig(**{key: config[key] for key in ("vocab_size", "hidden_size", "num_hidden_layers")},
                         num_attention_heads=2, intermediate_size=64)).save_pretrained(tmp_path)  # fmt: skip
    with pytest.raises(UserError, match=r"no trained classifier.*classifier"):
        transformers(path=tmp_path)


def test_pickled_weights_need_an_explicit_word(tmp_path: Path) -> None:
    shutil.copytree(MODEL, tmp_path / "old")
    module = AutoModelForSequenceClassification.from_pretrained(MODEL)
    torch.save(module.state_dict(), tmp_path / "old" / "pytorch_model.bin")
    (tmp_path / "old" / "model.safetensors").unlink()
    with pytest.raises(UserError, match="safetensors"):
        transformers(path=tmp_path / "old")
    assert transformers(path=tmp_path / "old", allow_pickle=True, device="cpu").labels == ["negative", "positive"]


def test_an_unknown_device_is_the_users_mistake() -> None:
    with pytest.raises(UserError, match="device 'warp' is not to be had"):
        transformers(path=MODEL, device="warp")


def test_an_input_that_is_no_text_is_an_error_that_shows_it(adapter: Any) -> None:
    with pytest.raises(TypeError, match="expected a text, but got 3"):
        adapter.prepare([3])


def test_the_tokenizer_it_hands_out_is_a_copy(adapter: Any) -> None:
    assert adapter.tokenizer() is not adapter.tokenizer()


def test_out_of_memory_becomes_a_memory_error(adapter: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(**inputs: object) -> None:
        raise torch.OutOfMemoryError("device full")

    monkeypatch.setattr(adapter, "_module", full)
    with pytest.raises(MemoryError, match="device full"):
        adapter.submit(adapter.prepare(["a text"])).result()
