"""Attacks, stress tests and explanations of a prompt: the input's field changes, the template never."""

from __future__ import annotations

import json
import re
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
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
from harness.reports import Explained

PAGE = Path(__file__).parents[2] / "docs/language_models.md"
TEXTS = [f"a {'good' if at % 2 else 'bad'} film , number {at} of them" for at in range(6)]
TASKS: list[Any] = [
    {"use": "attack", "attacks": ["deepwordbug"]},
    {"use": "stress", "perturbations": ["keyboard_typos", "injections"], "severities": [1, 5]},
    {"use": "explain", "explainers": [{"use": "lime", "num_samples": 20}, "leave_one_out"]},
]
BEFORE, AFTER = "Film review (be honest): ", "\nIs it good or bad? It is"
TRUTH = [["negative", "positive"][at % 2] for at in range(len(TEXTS))]


def _listening(folder: Path, **more: Any) -> tuple[Any, list[str]]:
    """A model with a template around the field, and the prompts that it is asked from here on."""
    labels = {"negative": " bad", "positive": " good"}
    model = causal_lm(
        path=tiny_lm(folder), template=f"{BEFORE}{{text}}{AFTER}", labels=labels, device="cpu", budget=4096, **more
    )
    asked: list[str] = []
    prepare, decode = model.prepare, model._tokens._tokenizer.decode

    def heard(inputs: Any) -> Any:
        rows = prepare(inputs)
        asked.extend(decode(each.payload.context) for each in rows)
        return rows

    model.prepare = heard
    return model, asked


def test_every_prompt_has_the_whole_template(tmp_path: Path) -> None:
    model, asked = _listening(tmp_path)
    run = harness.evaluate(model, (TEXTS, TRUTH), TASKS, out=tmp_path / "run", progress=False)
    assert {name: task.errors for name, task in run.info.tasks.items()} == {"attack": 0, "stress": 0, "explain": 0}
    prompts = set(asked)
    assert len(prompts) > 100
    assert all(prompt.startswith(BEFORE) and prompt.endswith(AFTER) for prompt in prompts)
    inside = {prompt[len(BEFORE) : -len(AFTER)] for prompt in prompts}
    assert set(TEXTS) < inside


@pytest.mark.parametrize(
    "explainer", [{"use": "lime", "num_samples": 30}, {"use": "shap", "max_evals": 40}], ids=["lime", "shap"]
)
def test_an_explanation_is_of_the_input_and_never_of_the_template(explainer: Any, tmp_path: Path) -> None:
    """Its units join to the input; what it asks is the whole template around parts of it; weights add up, of SHAP."""
    pytest.importorskip(explainer["use"] if explainer["use"] == "shap" else "torch")
    train = tmp_path / "train.jsonl"
    train.write_text("\n".join(json.dumps({"text": f"an old film {at}", "label": at % 2}) for at in range(6)))
    model, asked = _listening(tmp_path / "lm", train=train, shots={"n": 2})
    head = model.prompt("").partition(BEFORE + AFTER)[0]
    assert head.count("an old film") == 2
    tasks = [{"use": "explain", "explainers": [explainer], "limit": 3}]
    run = harness.evaluate(model, (TEXTS, TRUTH), tasks, out=tmp_path / "run", progress=False)
    given = {record.sample: record.payload for record in run.records("explain", Explained)}
    assert run.info.tasks["explain"].errors == 0
    texts = {row["id"]: row["input"] for row in run.samples}
    assert len(given) == 3
    for sample, found in given.items():
        assert found is not None
        assert "".join(found.units) == texts[sample]
        assert any(found.weights)
    assert len(set(asked)) > 20
    assert all(prompt.startswith(head + BEFORE) and prompt.endswith(AFTER) for prompt in asked)
    assert all("honest" not in prompt[len(head + BEFORE) : -len(AFTER)] for prompt in asked)


def test_weights_of_shap_add_up_to_what_the_input_adds(tmp_path: Path) -> None:
    pytest.importorskip("shap")
    model, asked = _listening(tmp_path / "lm")
    tasks = [{"use": "explain", "explainers": [{"use": "shap", "max_evals": 400}], "limit": 2}]
    run = harness.evaluate(model, (TEXTS, TRUTH), tasks, out=tmp_path / "run", progress=False)
    masked = min((prompt[len(BEFORE) : -len(AFTER)] for prompt in set(asked)), key=len)
    [base] = np.asarray(model.submit(model.prepare([masked])).result())
    for record in run.records("explain", Explained):
        assert record.payload is not None
        at = list(model.labels).index(record.payload.explained)
        assert sum(record.payload.weights) == pytest.approx(record.payload.probability - base[at], abs=1e-5)


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
