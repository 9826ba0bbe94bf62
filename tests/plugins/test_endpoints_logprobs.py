"""Labels scored by the log-probabilities of a server: a real one around a tiny causal model, asked as any other."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("aiohttp")
pytest.importorskip("torch")
pytest.importorskip("transformers")
import torch
from bad_server import Answer, json_of, serving
from harness_endpoints import openai
from harness_transformers import causal_lm
from tiny_lm import tiny_lm

from harness import UserError

LABELS = {"negative": " bad", "positive": " not good"}
TEMPLATE = "Review: {text}\nSentiment:"
INPUTS = ["a warm , funny film", "dull", "{text} in braces } {", ""]


class _Served:
    """`completions` with `echo` and `logprobs`, and `chat` with `top_logprobs`, of the model in a folder."""

    def __init__(self, folder: Path) -> None:
        from transformers import AutoModelForCausalLM, AutoTokenizer

        self.tokenizer = AutoTokenizer.from_pretrained(folder)
        self.module = AutoModelForCausalLM.from_pretrained(folder).eval()

    def __call__(self, _: int, body: Any) -> Answer:
        if "messages" in body:
            return json_of({"model": "m", "choices": [{"logprobs": {"content": [self._first(body)]}}]})
        assert (body["echo"], body["max_tokens"], body["temperature"]) == (True, 0, 0)
        choices = [{"index": at, "logprobs": self._echo(text)} for at, text in enumerate(body["prompt"])]
        return json_of({"model": "m", "choices": choices[::-1]})

    def _logs(self, ids: list[int]) -> Any:
        with torch.no_grad():
            return self.module(torch.tensor([ids])).logits[0].log_softmax(-1)

    def _echo(self, text: str) -> dict[str, Any]:
        encoded = self.tokenizer(text, return_offsets_mapping=True)
        ids, logs = encoded["input_ids"], self._logs(encoded["input_ids"])
        return {
            "tokens": [self.tokenizer.decode([each]) for each in ids],
            "token_logprobs": [None, *(float(logs[at - 1, ids[at]]) for at in range(1, len(ids)))],
            "text_offset": [start for start, _ in encoded["offset_mapping"]],
        }

    def _first(self, body: Any) -> dict[str, Any]:
        assert (body["logprobs"], body["top_logprobs"], body["max_tokens"]) == (True, 20, 1)
        logs = self._logs(self.tokenizer(body["messages"][-1]["content"])["input_ids"])[-1]
        listed = [{"token": self.tokenizer.decode([at]), "logprob": float(logs[at])} for at in logs.topk(20).indices]
        return {"token": listed[0]["token"], "top_logprobs": listed}


def _answers(model: Any, inputs: list[str]) -> Any:
    return np.array([np.asarray(model.submit([row]).result()[0]) for row in model.prepare(inputs)])


@pytest.mark.parametrize("template", [TEMPLATE, "Review: {text}\nSentiment: "])
def test_probabilities_are_those_of_the_local_model(template: str, tmp_path: Path) -> None:
    labels = {name: word.strip() if template.endswith(" ") else word for name, word in LABELS.items()}
    local = causal_lm(path=tiny_lm(tmp_path), template=template, labels=labels, device="cpu", budget=512)
    wanted = np.asarray(local.submit(local.prepare(INPUTS)).result())
    with serving(_Served(tmp_path)) as server:
        model = openai(
            model_id="m", url=server.url, prompt=template.replace("text", "input"), labels=list(labels),
            words=list(labels.values()), protocol="completions", answers="logprobs",
        )  # fmt: skip
        found = _answers(model, INPUTS)
    assert model.output == "probabilities"
    assert np.ptp(wanted[:, 0]) > 0.001
    np.testing.assert_allclose(found, wanted, rtol=1e-3)


def test_a_chat_gives_each_label_the_tokens_that_begin_it() -> None:
    top = [("Pos", 0.5), (" positive", 0.2), ("neg", 0.1), ("the", 0.1), ("", 0.05)]
    listed = [{"token": token, "logprob": math.log(chance)} for token, chance in top]
    body = {"choices": [{"logprobs": {"content": [{"top_logprobs": listed}]}}]}
    with serving(lambda *_: json_of(body)) as server:
        given = {"model_id": "m", "url": server.url, "prompt": "{input}", "answers": "logprobs"}
        two = _answers(openai(labels=["negative", "positive"], **given), ["x"])  # type: ignore[arg-type]
        three = _answers(openai(labels=["negative", "positive", "mixed"], **given), ["x"])  # type: ignore[arg-type]
    np.testing.assert_allclose(two, [[0.1 / 0.8, 0.7 / 0.8]])
    np.testing.assert_allclose(three, [[0.1 / 0.85, 0.7 / 0.85, 0.05 / 0.85]])


def test_a_chat_of_the_tiny_model_has_its_first_tokens(tmp_path: Path) -> None:
    served = _Served(tiny_lm(tmp_path))
    logs = served._logs(served.tokenizer("x")["input_ids"])[-1]
    words = [served.tokenizer.decode([at]) for at in logs.topk(20).indices]
    chosen = next((a, b) for a in words for b in words if a.strip().isalpha() and b.strip().isalpha()
                  and a.strip()[0].casefold() != b.strip()[0].casefold())  # fmt: skip
    with serving(served) as server:
        model = openai(model_id="m", url=server.url, prompt="{input}", labels=list(chosen), answers="logprobs")
        [found] = _answers(model, ["x"])
    begins = [[at for at in logs.topk(20).indices if (w := served.tokenizer.decode([at]).strip().casefold())
               and word.strip().casefold().startswith(w)] for word in chosen]  # fmt: skip
    sums = np.array([sum(float(logs[at].exp()) for at in each) for each in begins])
    np.testing.assert_allclose(found, sums / sums.sum(), atol=1e-6)


@pytest.mark.parametrize(("protocol", "word"), [("chat", "`top_logprobs`"), ("completions", "`echo` with `logprobs`")])
def test_a_server_without_log_probabilities_is_an_error_in_words(protocol: Any, word: str) -> None:
    with serving(lambda *_: json_of({"choices": [{"text": "no", "message": {"content": "no"}}]})) as server:
        model = openai(
            model_id="m", url=server.url, prompt="{input}", labels=["a", "b"], protocol=protocol, answers="logprobs"
        )
        with pytest.raises(Exception, match=f"expected a server that answers {word}"):
            _answers(model, ["x"])


def test_labels_that_a_first_token_cannot_tell_apart_are_refused() -> None:
    with pytest.raises(UserError, match="begins another, and a chat's first token does not tell them apart"):
        openai(model_id="m", url="http://127.0.0.1:9/", prompt="{input}", labels=["bad", "badly"], answers="logprobs")
