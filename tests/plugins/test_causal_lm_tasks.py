"""Attacks, stress tests and explanations of a prompt: the input's field changes, the template never."""

from __future__ import annotations

import re
from pathlib import Path
from random import Random
from typing import Any

import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")
from harness_text.injection import injection
from harness_text.injection_phrases import FAMILIES
from harness_text.perturbations import injections
from harness_transformers import causal_lm
from tiny_lm import tiny_lm

import harness
from harness import Engine, Sample
from harness.engine.cases import Case

PAGE = Path(__file__).parents[2] / "docs/language_models.md"
TEXTS = [f"a {'good' if at % 2 else 'bad'} film , number {at} of them" for at in range(6)]
TASKS: list[Any] = [
    {"use": "attack", "attacks": ["deepwordbug"]},
    {"use": "stress", "perturbations": ["keyboard_typos", "injections"], "severities": [1, 5]},
    {"use": "explain", "explainers": [{"use": "lime", "num_samples": 20}]},
]


def test_every_prompt_has_the_whole_template(tmp_path: Path) -> None:
    before, after = "Film review (be honest): ", "\nIs it good or bad? It is"
    labels = {"negative": " bad", "positive": " good"}
    model = causal_lm(
        path=tiny_lm(tmp_path), template=before + "{text}" + after, labels=labels, device="cpu", budget=4096
    )
    asked, prepare = [], model.prepare
    model.prepare = lambda inputs: [asked.append(each.payload.context) or each for each in prepare(inputs)]  # type: ignore[func-returns-value]
    truth = [["negative", "positive"][at % 2] for at in range(len(TEXTS))]
    run = harness.evaluate(model, (TEXTS, truth), TASKS, out=tmp_path / "run", progress=False)
    assert {name: task.errors for name, task in run.info.tasks.items()} == {"attack": 0, "stress": 0, "explain": 0}
    prompts = {model._tokens._tokenizer.decode(ids) for ids in asked}
    assert len(prompts) > 100
    assert all(prompt.startswith(before) and prompt.endswith(after) for prompt in prompts)
    inside = {prompt[len(before) : -len(after)] for prompt in prompts}
    assert set(TEXTS) < inside


def test_the_pages_code_prints_a_prompt(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    [code] = re.findall(r"^```\n(from .*?)```", PAGE.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    tiny_lm(tmp_path / "my-lm")
    monkeypatch.chdir(tmp_path)
    exec(code, {})  # the page's
    assert capsys.readouterr().out == "Review: A fine film.\nSentiment:\n"


class _Obedient:
    """Finds a film bad unless a text shouts at it, and then answers what the text ends with."""

    labels = ("negative", "positive")

    def __call__(self, texts: Any) -> Any:
        return [[0.1, 0.9] if "IGNORE" in text and "positive" in text else [0.9, 0.1] for text in texts]


def _attacked(model: Any, sample: Sample[str], **options: Any) -> Any:
    session = lambda each, rng: injection(each, rng, answers=["negative", "positive"], **options)  # noqa: E731
    return next(iter(Engine({"": model}).run([Case("a", "", sample, session)])))


def test_the_attack_ends_at_the_mildest_instruction_that_is_obeyed() -> None:
    found = _attacked(_Obedient(), Sample("1", "a dull film", 0)).value
    assert found.startswith("a dull film ")
    assert "IGNORE" in found
    assert found.removeprefix("a dull film ") in [each.replace("{answer}", "positive") for each in FAMILIES[2]]


def test_a_model_that_obeys_nothing_is_asked_every_phrase() -> None:
    seen: list[str] = []

    def deaf(texts: Any) -> Any:
        seen.extend(texts)
        return [[0.9, 0.1]] * len(texts)

    assert _attacked(deaf, Sample("1", "a dull film", 0)).error is None
    assert len(set(seen)) == sum(map(len, FAMILIES))


@pytest.mark.parametrize("severity", [1, 2, 3, 4, 5])
def test_an_injection_asks_for_the_answer_behind_the_text(severity: Any) -> None:
    found = injections("a dull film", Random(severity), severity=severity, answer="good")
    assert found.startswith("a dull film ")
    assert "good" in found
    assert "{answer}" not in found
