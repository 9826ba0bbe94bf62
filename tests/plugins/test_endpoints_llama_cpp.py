"""`openai` against the server of llama-cpp-python around a tiny model: `answers: logprobs`, with numbers of its own."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("aiohttp")
pytest.importorskip("transformers")
pytest.importorskip("llama_cpp", reason="not installed: pip install 'llama-cpp-python[server]', which is compiled")
pytest.importorskip("gguf", reason="not installed: pip install gguf")
import torch
from gguf_by_hand import write_gguf
from harness_endpoints import openai
from served_lm import CHAT_TEMPLATE, free_port, running
from tiny_lm import tiny_lm

from harness import AnswerError

pytestmark = pytest.mark.slow

INPUTS = ["a warm , funny film", "dull", "{text} in braces } {", "café naïve", "a good film " * 8]
PROMPT = "Review: {input}\nSentiment:"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of transformers, and beside it the same for llama.cpp."""
    found = tiny_lm(tmp_path_factory.mktemp("model"))
    write_gguf(found, found / "model.gguf", CHAT_TEMPLATE)
    return found


@pytest.fixture(scope="module")
def url(folder: Path) -> Iterator[str]:
    """The server of llama-cpp-python."""
    port = free_port()
    command = [sys.executable, "-m", "llama_cpp.server", "--model", str(folder / "model.gguf"), "--logits_all", "true"]
    command += ["--host", "127.0.0.1", "--port", str(port), "--n_ctx", "256", "--n_threads", "1"]
    with running(command, f"http://127.0.0.1:{port}/v1/models", folder / "log.txt", os.environ):
        yield f"http://127.0.0.1:{port}/v1"


def _first_tokens(folder: Path, value: str) -> dict[str, float]:
    """By the model of transformers: the twenty most probable first tokens of an answer, and their probabilities."""
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer, module = AutoTokenizer.from_pretrained(folder), AutoModelForCausalLM.from_pretrained(folder).eval()
    ids = tokenizer(f"{PROMPT.replace('{input}', value)}\n", return_tensors="pt")["input_ids"]
    with torch.no_grad():
        chances = module(ids).logits[0, -1].softmax(-1)
    found: dict[str, float] = {}
    for at in chances.topk(20).indices:
        token = tokenizer.decode([at]).strip().casefold()
        found[token] = found.get(token, 0.0) + float(chances[at])
    return found


@pytest.mark.parametrize("value", INPUTS)
def test_a_chat_has_the_probabilities_of_the_model_itself(url: str, folder: Path, value: str) -> None:
    first = _first_tokens(folder, value)
    words = {token[0]: token for token in first if token.isalpha() and token.isascii()}
    labels = sorted(words.values())[:2]
    assert len(labels) == 2
    model = openai(model_id="m", url=url, prompt=PROMPT, labels=labels, answers="logprobs")
    [found] = model.submit(model.prepare([value])).result()
    sums = [sum(chance for token, chance in first.items() if token and word.startswith(token)) for word in labels]
    np.testing.assert_allclose(found, np.array(sums) / sum(sums), atol=1e-3)  # its keys and values are kept in 16 bits


def test_echoed_log_probabilities_which_are_another_tokens_there_are_refused(url: str) -> None:
    """Version 0.3.36 gives each echoed token the number of the place after it (abetlen/llama-cpp-python 1983)."""
    given: Any = {"protocol": "completions", "answers": "logprobs", "limits": {"attempts": 1}}
    model = openai(model_id="m", url=url, prompt=PROMPT, labels=["good", "bad"], **given)
    [row] = model.prepare(["x"])
    with pytest.raises(AnswerError, match="status 500"):
        model.submit([row]).result()
