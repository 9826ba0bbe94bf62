"""`openai` against a server of others: `transformers serve` around a tiny causal model."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("aiohttp")
pytest.importorskip("torch")
pytest.importorskip("transformers")
pytest.importorskip("fastapi", reason="`transformers serve` is not installed: pip install 'transformers[serving]'")
pytest.importorskip("uvicorn", reason="`transformers serve` is not installed: pip install 'transformers[serving]'")
from harness_endpoints import openai
from served_lm import CHAT_TEMPLATE, free_port, running, transformers_serve
from tiny_lm import tiny_lm

import harness
from harness import AnswerError

pytestmark = pytest.mark.slow

INPUTS = ["a warm , funny film", "dull", "{text} in braces } {", "", "café naïve 😀", "bad " * 60] + [
    f"{word} film number {at}" for at, word in enumerate(["a good", "not a bad", "the plot of a", "very dull"] * 4)
]
SYSTEM, PROMPT, TOKENS = "You judge films.", "Review: {input}\nSentiment:", 6
WORD = re.compile(r"[a-zA-Z]{3,}")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model with a template for chats."""
    from transformers import AutoTokenizer

    found = tiny_lm(tmp_path_factory.mktemp("model"))
    tokenizer = AutoTokenizer.from_pretrained(found, model_input_names=["input_ids", "attention_mask"])
    tokenizer.chat_template = CHAT_TEMPLATE
    tokenizer.save_pretrained(found)
    return found


@pytest.fixture(scope="module")
def url(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """`transformers serve`, with no network."""
    port = free_port()
    log = tmp_path_factory.mktemp("log") / "serve.txt"
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false"}
    with running(transformers_serve(port), f"http://127.0.0.1:{port}/v1/models", log, environment):
        yield f"http://127.0.0.1:{port}/v1"


@pytest.fixture(scope="module")
def written(folder: Path) -> list[str]:
    """What the model writes after each input, by `generate` in this process."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer, module = AutoTokenizer.from_pretrained(folder), AutoModelForCausalLM.from_pretrained(folder).eval()
    texts = []
    for value in INPUTS:
        content = PROMPT.replace("{input}", value)
        chat = [{"role": "system", "content": SYSTEM}, {"role": "user", "content": content}]
        ids = tokenizer.apply_chat_template(chat, add_generation_prompt=True, return_tensors="pt", return_dict=True)
        with torch.no_grad():
            found = module.generate(**ids, max_new_tokens=TOKENS, do_sample=False)
        texts.append(tokenizer.decode(found[0][ids["input_ids"].shape[1] :], skip_special_tokens=True))
    return texts


def _labels(written: list[str]) -> list[str]:
    """Two words that the model writes after some inputs each, as whole words."""
    seen = Counter(word for text in written for word in {each.casefold() for each in WORD.findall(text)})
    return [word for word, times in seen.most_common() if times < len(written)][:2]


@pytest.fixture(scope="module")
def labels(written: list[str]) -> list[str]:
    """Two words that the model writes after some inputs each, as whole words."""
    seen = Counter(word for text in written for word in {each.casefold() for each in WORD.findall(text)})
    return [word for word, times in seen.most_common() if times < len(written)][:2]


def _model(url: str, folder: Path, labels: list[str]) -> Any:
    limits: Any = {"concurrency": 4}
    given: Any = {"model_id": str(folder), "url": url, "labels": labels, "unparsable": "wrong", "limits": limits}
    return openai(system=SYSTEM, prompt=PROMPT, max_tokens=TOKENS, **given)


def test_answers_are_those_of_the_model_itself(
    url: str, folder: Path, written: list[str], labels: list[str], tmp_path: Path
) -> None:
    model = _model(url, folder, labels)
    read = model.ask.__self__.read
    wanted = [read(text) for text in written]
    assert len(set(wanted)) > 1
    first, *others = model.prepare(INPUTS)
    found = [model.submit([first]).result()]  # alone: the server loads its model once for each request before that
    before = model.account.requests
    found += [each.result() for each in [model.submit([row]) for row in others]]
    assert [int(each[0]) for each in found] == wanted
    assert model.account.requests - before >= len(others)


def test_a_suite_with_a_stress_test_runs_on_it(url: str, folder: Path, labels: list[str], tmp_path: Path) -> None:
    tasks: Any = ["classification", {"use": "stress", "perturbations": ["change_case"]}]
    data = (INPUTS, [labels[0]] * len(INPUTS))
    found = harness.evaluate(_model(url, folder, labels), data, tasks, out=tmp_path / "run", progress=False)
    assert {name: task.errors for name, task in found.info.tasks.items()} == {"classification": 0, "stress": 0}
    [account] = found.info.accounts.values()
    assert account.requests > len(INPUTS)
    assert account.served == [f"{folder}@main"]


def test_log_probabilities_that_it_has_not_are_an_error_in_words(url: str, folder: Path) -> None:
    model = openai(model_id=str(folder), url=url, prompt="{input}", labels=["no", "yes"], answers="logprobs")
    [row] = model.prepare(["x"])
    with pytest.raises(AnswerError, match="expected a server that answers `top_logprobs`"):
        model.submit([row]).result()
