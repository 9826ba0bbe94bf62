"""The pipeline adapter against `transformers.pipeline` called by hand, and against the other adapter."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from by_hand import asked

from harness import UserError
from harness.models import connect

torch = pytest.importorskip("torch")
library = pytest.importorskip("transformers")

from harness_transformers import pipeline, transformers  # noqa: E402

from harness.parts.unread import count_cut  # noqa: E402

MODEL = Path(__file__).parents[2] / "suites/harness_suites/quickstart/model"
SMALL = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16}
NAMES = ["contradiction", "neutral", "entailment"]
NLI = {"id2label": dict(enumerate(NAMES)), "label2id": {name: at for at, name in enumerate(NAMES)}}
TEXTS = ["A wonderful little film.", "Dull, dull, dull!", "", "The room was " + "very " * 300 + "bad.", "ok \U0001f600"]
PAIRS = [("A man eats.", "Somebody eats."), ("wet " * 90, "dry " * 70), ("", "No.")]
TOPICS = ["sports", "food", "the weather"]


def _small(folder: Path, **config: Any) -> Path:
    """A folder with a classifier of random weights, large enough for answers to differ."""
    tokenizer = library.AutoTokenizer.from_pretrained(MODEL)
    tokenizer.save_pretrained(folder)
    torch.manual_seed(0)
    settings = library.BertConfig(
        vocab_size=len(tokenizer), max_position_embeddings=128, initializer_range=0.5, **SMALL, **config
    )
    library.BertForSequenceClassification(settings).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def nli(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _small(tmp_path_factory.mktemp("nli"), **NLI)


def _by_hand(path: Path, inputs: Sequence[Any], labels: Sequence[str], **options: Any) -> Any:
    """The library's own answers to one input at a time, under the labels in this order."""
    pipe = library.pipeline("text-classification", model=str(path), device="cpu")
    rows = [{each["label"]: each["score"] for each in _one(pipe, value, **options)} for value in inputs]
    return np.array([[row[label] for label in labels] for row in rows])


def _one(pipe: Any, value: Any, **options: Any) -> Any:
    [answer] = pipe([value], top_k=None, truncation=True, **options)
    return answer


def test_texts_are_answered_as_by_the_pipeline_and_by_the_other_adapter() -> None:
    adapter = pipeline(task="text-classification", path=MODEL, device="cpu", batch_size=2)
    assert (adapter.labels, adapter.output) == (["negative", "positive"], "probabilities")
    answers = asked(adapter, TEXTS)
    np.testing.assert_allclose(answers, _by_hand(MODEL, TEXTS, adapter.labels), atol=1e-6)
    np.testing.assert_allclose(answers, asked(transformers(path=MODEL, device="cpu"), TEXTS), atol=1e-6)


def test_pairs_are_answered_as_by_the_pipeline_and_by_the_other_adapter(nli: Path) -> None:
    adapter = pipeline(task="text-classification", path=nli, device="cpu")
    answers = asked(adapter, [{"premise": one, "hypothesis": other} for one, other in PAIRS])
    by_hand = _by_hand(nli, [{"text": one, "text_pair": other} for one, other in PAIRS], adapter.labels)
    np.testing.assert_allclose(answers, by_hand, atol=1e-6)
    other = asked(transformers(path=nli, device="cpu"), [{"a": one, "b": other} for one, other in PAIRS])
    np.testing.assert_allclose(answers, other, atol=1e-6)


@pytest.mark.parametrize(
    ("config", "output", "function"),
    [
        ({"num_labels": 1}, "value", "none"),
        ({"num_labels": 1, "problem_type": "regression"}, "value", "none"),
        ({"num_labels": 3, "problem_type": "multi_label_classification"}, "labels", "sigmoid"),
    ],
)
def test_outputs_follow_the_config(config: dict[str, Any], output: str, function: str, tmp_path: Path) -> None:
    adapter = pipeline(task="text-classification", path=_small(tmp_path, **config), device="cpu")
    assert adapter.output == output
    names = [f"LABEL_{at}" for at in range(config["num_labels"])]
    assert adapter.labels == (["value"] if output == "value" else names)
    by_hand = _by_hand(tmp_path, TEXTS, names, function_to_apply=function)
    np.testing.assert_allclose(asked(adapter, TEXTS), by_hand, atol=1e-6)


@pytest.mark.parametrize(("multi_label", "template"), [(False, None), (True, "It is about {}.")])
def test_zero_shot_is_answered_as_by_the_pipeline(nli: Path, multi_label: bool, template: str | None) -> None:
    adapter = pipeline(
        task="zero-shot-classification", path=nli, candidate_labels=TOPICS, multi_label=multi_label,
        hypothesis_template=template, device="cpu", batch_size=4,
    )  # fmt: skip
    assert (adapter.labels, adapter.output) == (TOPICS, "labels" if multi_label else "probabilities")
    texts = [text or " " for text in TEXTS]
    pipe = library.pipeline("zero-shot-classification", model=str(nli), device="cpu")
    options = {"hypothesis_template": template} if template else {}
    by_hand = [pipe(text, candidate_labels=TOPICS, multi_label=multi_label, **options) for text in texts]
    scores = [[dict(zip(each["labels"], each["scores"], strict=True))[topic] for topic in TOPICS] for each in by_hand]
    np.testing.assert_allclose(asked(adapter, TEXTS), scores, atol=1e-6)


def test_it_is_given_batches_of_texts_sorted_by_length(monkeypatch: pytest.MonkeyPatch) -> None:
    adapter = pipeline(task="text-classification", path=MODEL, device="cpu", batch_size=3)
    given: list[tuple[list[str], int]] = []

    class Pipe:
        def __call__(self, texts: list[str], *, batch_size: int, **options: object) -> Any:
            given.append((texts, batch_size))
            return [[{"label": "positive", "score": len(text)}, {"label": "negative", "score": 0}] for text in texts]

    monkeypatch.setattr(adapter, "_pipe", Pipe())
    rows = adapter(["bbb", "a", "", "cc"])
    assert given == [(["", "a", "cc", "bbb"], 3)]
    assert rows[:, 1].tolist() == [3, 1, 0, 2]
    assert adapter.budget == 24


def test_a_tokenizer_without_a_limit_gets_the_models(tmp_path: Path) -> None:
    tokenizer = library.AutoTokenizer.from_pretrained(_small(tmp_path, num_labels=2))
    tokenizer.model_max_length = int(1e30)
    tokenizer.save_pretrained(tmp_path)
    assert asked(pipeline(task="text-classification", path=tmp_path, device="cpu"), ["long " * 400]).shape == (1, 2)


ZERO_SHOT = {"task": "zero-shot-classification", "path": MODEL, "candidate_labels": ["a", "b"]}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"path": "./no-such-model"}, "no-such-model: there is no such folder"),
        ({"device": "warp"}, "device 'warp' is not available"),
        ({"batch_size": 0}, "batch_size: expected at least 1 row, but got 0"),
        ({"output": "value"}, "output: value, which is one number, but the model has 2 labels"),
        ({"candidate_labels": ["a", "b"]}, "candidate_labels belongs to zero-shot-classification"),
        ({"multi_label": True}, "multi_label belongs to zero-shot-classification"),
        ({**ZERO_SHOT, "candidate_labels": None}, r"needs `candidate_labels: \[..\]`.*but got none"),
        ({**ZERO_SHOT, "candidate_labels": ["a"]}, "two or more of them.*but got a"),
        ({**ZERO_SHOT, "candidate_labels": ["a", "a"]}, "must differ, but got a, a"),
        ({**ZERO_SHOT, "hypothesis_template": "It is."}, "expected a sentence with {}.*but got 'It is.'"),
        ({**ZERO_SHOT, "hypothesis_template": "It is {x}."}, "expected a sentence with {}.*but got"),
        ({**ZERO_SHOT, "output": "labels"}, "multi_label: false answers probabilities, but output is labels"),
        (ZERO_SHOT, "expected a model trained on NLI.*its label2id has negative, positive"),
    ],
)
def test_what_cannot_be_is_the_users_mistake(options: dict[str, Any], message: str) -> None:
    with pytest.raises(UserError, match=message):
        pipeline(**{"task": "text-classification", "path": MODEL, "device": "cpu", **options})


def test_zero_shot_of_a_pair_is_an_error_that_shows_it(nli: Path) -> None:
    adapter = pipeline(task="zero-shot-classification", path=nli, candidate_labels=TOPICS, device="cpu")
    with pytest.raises(ValueError, match=r"takes one text, but got a pair: \('a', 'b'\)"):
        adapter([{"x": "a", "y": "b"}])


def test_pickled_weights_need_an_explicit_word(tmp_path: Path) -> None:
    shutil.copytree(MODEL, tmp_path / "old")
    module = library.AutoModelForSequenceClassification.from_pretrained(MODEL)
    torch.save(module.state_dict(), tmp_path / "old" / "pytorch_model.bin")
    (tmp_path / "old" / "model.safetensors").unlink()
    with pytest.raises(UserError, match="safetensors"):
        pipeline(task="text-classification", path=tmp_path / "old")
    adapter = pipeline(task="text-classification", path=tmp_path / "old", allow_pickle=True, device="cpu")
    assert adapter.labels == ["negative", "positive"]


def test_the_fingerprint_knows_the_weights_and_the_candidates(nli: Path, tmp_path: Path) -> None:
    def made(path: Path, topics: list[str]) -> str:
        options: dict[str, Any] = {"candidate_labels": topics, "device": "cpu"}
        return pipeline(task="zero-shot-classification", path=path, **options).fingerprint

    other = _small(tmp_path, **NLI, hidden_dropout_prob=0.3)
    assert made(nli, TOPICS) == made(nli, TOPICS)
    assert len({made(nli, TOPICS), made(nli, TOPICS[:2]), made(other, TOPICS)}) == 3


def test_inputs_longer_than_the_model_takes_are_counted_as_by_the_other_adapter(nli: Path) -> None:
    long = "The room was " + "very " * 300 + "bad."
    adapter, other = pipeline(task="text-classification", path=nli), transformers(path=nli)
    assert adapter.cut(["fine", long]) == [row.cut for row in other.prepare(["fine", long])]
    assert adapter.cut([long])[0] > 0 < count_cut(connect(adapter), ["fine", long, "", long]) == 2
    assert count_cut(connect(adapter), [3, long]) == 1  # what is no text is not counted


def test_zero_shot_counts_what_is_cut_beside_its_longest_hypothesis(nli: Path) -> None:
    options: dict[str, Any] = {"task": "zero-shot-classification", "path": nli}
    short, wide = (pipeline(candidate_labels=labels, **options) for labels in (["a", "b"], ["a", "so " * 100]))
    text = "good " * 80
    assert (short.cut([text]), wide.cut([text])[0] > 0) == ([0], True)
