"""A causal language model as a classifier: its numbers are those of the same sums by hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")

from harness_transformers import causal_lm  # noqa: E402
from tiny_lm import tiny_lm  # noqa: E402

from harness import UserError  # noqa: E402
from harness.testing import problems  # noqa: E402

TEMPLATE = "Review: {text}\nSentiment:"
LABELS = {"negative": " bad", "positive": " not good"}
INPUTS = ["a warm , funny film", "", "dull", "{text} in braces } {", "café \ud800 naïve , and badly made . " * 3]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_lm(tmp_path_factory.mktemp("llama"))


@pytest.fixture(scope="module")
def shots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    rows = [{"text": f"film {at} is {'good' if at % 2 else 'bad'}", "label": at % 2} for at in range(20)]
    file = tmp_path_factory.mktemp("train") / "train.jsonl"
    file.write_text("\n".join(map(json.dumps, rows)))
    return file


def _made(folder: Path, **options: Any) -> Any:
    given: dict[str, Any] = {
        "path": folder,
        "template": TEMPLATE,
        "labels": LABELS,
        "device": "cpu",
        "budget": 2048,
    } | options
    return causal_lm(**given)


def _answers(model: Any, inputs: list[Any]) -> Any:
    return np.asarray(model.submit(model.prepare(inputs)).result())


def _by_hand(folder: Path, context: str, word: str) -> float:
    """The log-probability of a word's tokens after a context: one text, one call, no padding and nothing kept."""
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer, module = AutoTokenizer.from_pretrained(folder), AutoModelForCausalLM.from_pretrained(folder).eval()
    whole, before = (tokenizer(each)["input_ids"] for each in (context + word, context))
    assert whole[: len(before)] == before
    with torch.no_grad():
        logs = module(torch.tensor([whole])).logits[0].log_softmax(-1)
    return float(sum(logs[at - 1, whole[at]] for at in range(len(before), len(whole))))


def _sums(folder: Path, contexts: list[str], words: list[str]) -> Any:
    return np.array([[_by_hand(folder, context, word) for word in words] for context in contexts])


def _softmax(scores: Any) -> Any:
    raised = np.exp(scores - scores.max(-1, keepdims=True))
    return raised / raised.sum(-1, keepdims=True)


@pytest.mark.parametrize("kind", ["llama", "gpt2"])
@pytest.mark.parametrize("shown", [False, True])
def test_probabilities_are_the_softmax_of_the_labels_log_likelihoods(
    kind: str, shown: bool, tmp_path: Path, shots: Path
) -> None:
    folder = tiny_lm(tmp_path, kind)
    model = _made(folder, **({"train": shots, "shots": {"n": 2}} if shown else {}))
    inputs = [text.replace("\ud800", "\ufffd") for text in INPUTS]
    wanted = _sums(folder, [model.prompt(text) for text in inputs], list(LABELS.values()))
    assert np.ptp(wanted) > 1
    np.testing.assert_allclose(model.log_likelihoods(INPUTS), wanted, atol=1e-4)
    np.testing.assert_allclose(_answers(model, INPUTS), _softmax(wanted), rtol=1e-3)


def test_the_shared_beginning_is_computed_once(folder: Path, shots: Path) -> None:
    model = _made(folder, train=shots, shots={"n": 2})
    row = model.prepare(["a warm film"])[0]
    seen: list[int] = []
    model._module.register_forward_pre_hook(
        lambda _module, _given, how: seen.append(how["input_ids"].shape[1]), with_kwargs=True
    )
    _answers(model, ["a warm film"])
    assert max(seen) < row.cost < len(row.payload.context) / 3


@pytest.mark.parametrize("normalise", ["tokens", "bytes", "uncond"])
def test_normalised_scores_are_those_by_hand(folder: Path, normalise: str) -> None:
    from transformers import AutoTokenizer

    words, inputs = list(LABELS.values()), INPUTS[:3]
    sums = _sums(folder, [TEMPLATE.replace("{text}", text) for text in inputs], words)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    wanted = {
        "tokens": sums / [len(tokenizer(word)["input_ids"]) for word in words],
        "bytes": sums / [len(word.strip()) for word in words],
        "uncond": sums - _sums(folder, ["Sentiment:"], words),
    }[normalise]
    np.testing.assert_allclose(_answers(_made(folder, normalise=normalise), inputs), _softmax(wanted), rtol=1e-3)


def test_contextual_calibration_divides_by_the_mean_without_content(folder: Path) -> None:
    words, blank = list(LABELS.values()), ["N/A", "", "[MASK]"]
    of = lambda texts: _softmax(_sums(folder, [TEMPLATE.replace("{text}", text) for text in texts], words))  # noqa: E731
    wanted = of(INPUTS[:3]) / of(blank).mean(0)
    answers = _answers(_made(folder, calibrate=blank), INPUTS[:3])
    np.testing.assert_allclose(answers, wanted / wanted.sum(-1, keepdims=True), rtol=1e-3)


def test_a_label_that_begins_another_is_refused_until_something_closes_it(folder: Path) -> None:
    labels = {"a": " good", "b": " good at all"}
    with pytest.raises(UserError, match=r"' good' begins ' good at all', which is never more probable: set `end`"):
        _made(folder, labels=labels)
    model = _made(folder, labels=labels, end="\n")
    wanted = _sums(folder, ["Review: x\nSentiment:"], [" good\n", " good at all\n"])
    np.testing.assert_allclose(model.log_likelihoods(["x"]), wanted, atol=1e-4)


def test_a_token_over_the_boundary_scores_all_labels_from_before_it(folder: Path) -> None:
    """`Sentiment: ` and `good` are tokens ` good` together: all labels begin before the blank."""
    spaced = _made(folder, template="Review: {text}\nSentiment: ", labels={"n": "bad", "p": "good"})
    plain = _made(folder, labels={"n": " bad", "p": " good"})
    np.testing.assert_allclose(spaced.log_likelihoods(INPUTS[:3]), plain.log_likelihoods(INPUTS[:3]), atol=1e-4)


def test_greedy_generation_follows_the_most_probable_token_of_the_labels(folder: Path) -> None:
    words = [" bad", " badly made", " good", " not good", " not bad"]
    model = _made(folder, labels={word: word for word in words}, answers="greedy", end="\n")
    assert model.output == "classes"
    assert [int(each) for each in _answers(model, INPUTS[:3])] == [_spelt(folder, words, text) for text in INPUTS[:3]]


def _spelt(folder: Path, words: list[str], text: str) -> int:
    """By transformers' own generation, limited by its `prefix_allowed_tokens_fn`."""
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer, module = AutoTokenizer.from_pretrained(folder), AutoModelForCausalLM.from_pretrained(folder).eval()
    context = TEMPLATE.replace("{text}", text)
    before = tokenizer(context)["input_ids"]
    labels = [tokenizer(context + word + "\n")["input_ids"][len(before) :] for word in words]

    def allowed(_: int, ids: Any) -> list[int]:
        so_far = ids[len(before) :].tolist()
        going = [each[len(so_far)] for each in labels if each[: len(so_far)] == so_far and len(each) > len(so_far)]
        return going or [tokenizer.eos_token_id]

    ids = torch.tensor([before])
    made = module.generate(
        ids, attention_mask=torch.ones_like(ids), max_new_tokens=12, do_sample=False, prefix_allowed_tokens_fn=allowed,
        pad_token_id=tokenizer.eos_token_id,
    )[0, len(before) :].tolist()  # fmt: skip
    return next(at for at, each in enumerate(labels) if made[: len(each)] == each)


def test_a_long_input_is_cut_and_the_template_is_not(folder: Path) -> None:
    model = _made(folder, max_length=64)
    row = model.prepare(["a good film and a dull plot " * 40])[0]
    text = model._tokenizer.decode(row.payload.context)
    assert len(row.payload.context) + max(map(len, row.payload.labels)) - 1 <= 64
    assert text.startswith("Review: a good film")
    assert text.endswith("\nSentiment:")
    assert row.cut > 100
    np.testing.assert_allclose(_answers(model, ["a good film and a dull plot " * 40]).sum(), 1, atol=1e-5)


def test_shots_are_drawn_by_seed_with_the_labels_balanced(folder: Path, shots: Path) -> None:
    prompts = [_made(folder, train=shots, shots={"n": 4, "seed": seed}).prompt("x") for seed in (0, 0, 1)]
    assert prompts[0] == prompts[1] != prompts[2]
    assert prompts[0].endswith("\n\nReview: x\nSentiment:")
    assert [prompts[0].count(f"Sentiment:{word}\n\n") for word in LABELS.values()] == [2, 2]


def test_the_fingerprint_knows_prompt_and_scoring(folder: Path) -> None:
    ways: list[dict[str, Any]] = [
        {},
        {"template": "{text} It was"},
        {"normalise": "bytes"},
        {"calibrate": [""]},
        {"end": "\n"},
    ]
    assert len({_made(folder, **way).fingerprint for way in ways}) == len(ways)
    assert _made(folder).fingerprint == _made(folder).fingerprint


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"template": "no field"}, r"template: expected \{text\} in it"),
        ({"labels": ["good"]}, "labels: expected two or more whose words differ"),
        ({"labels": {"a": " x", "b": " x"}}, "labels: expected two or more whose words differ"),
        ({"labels": {"a": " x", "b": " "}}, "'b' has none"),
        ({"max_length": 5}, "tokens without an input, and the model reads 5: expected a shorter template or fewer"),
        ({"shots": {"n": 2}}, "shots: needs `train` too"),
        ({"answers": "greedy", "normalise": "bytes"}, "expected it without `normalise`"),
        ({"path": "/nowhere/at/all"}, "there is no such folder"),
    ],
)
def test_mistakes_are_refused_before_a_question(folder: Path, options: dict[str, Any], message: str) -> None:
    with pytest.raises(UserError, match=message):
        _made(folder, **options)


def test_too_few_samples_for_the_shots_are_refused(folder: Path, shots: Path) -> None:
    with pytest.raises(UserError, match="expected 40 balanced samples, but the file has 20"):
        _made(folder, train=shots, shots={"n": 40})
    with pytest.raises(UserError, match="in the column 'klass' of every row, but got None; set `label`"):
        _made(folder, train=shots, shots={"n": 2, "label": "klass"})


def test_a_model_that_sees_what_follows_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="is no causal language model: its answer at a token depends on those behind"):
        _made(tiny_lm(tmp_path, "bert"))


def test_it_answers_as_every_adapter_has_to(folder: Path) -> None:
    found = problems(_made(folder))
    assert not found, found


def test_words_stand_beside_labels_as_in_a_suite(folder: Path) -> None:
    beside = _made(folder, labels=list(LABELS), words=list(LABELS.values()))
    np.testing.assert_array_equal(_answers(beside, INPUTS), _answers(_made(folder), INPUTS))
    with pytest.raises(UserError, match="words: expected one for each of 2 labels, but got 1"):
        _made(folder, labels=list(LABELS), words=[" bad"])
