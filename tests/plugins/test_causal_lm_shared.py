"""Prompts around one checkpoint share its weights, as long as somebody has them, and no longer."""

from __future__ import annotations

import gc
import shutil
import weakref
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")

from harness_transformers import causal_lm, loading, shared
from tiny_lm import tiny_lm


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_lm(tmp_path_factory.mktemp("shared"))


def _made(folder: Path, template: str = "{text} It was", **options: Any) -> Any:
    given: dict[str, Any] = {"labels": ["bad", "good"], "device": "cpu", "budget": 2048, **options}
    return causal_lm(path=folder, template=template, **given)


def test_two_prompts_have_one_module_and_a_tokenizer_each(folder: Path) -> None:
    one, other = _made(folder), _made(folder, "Review: {text}\nSentiment:")
    assert one._module is other._module
    assert one._tokenizer is not other._tokenizer
    assert one.fingerprint != other.fingerprint == _made(folder, "Review: {text}\nSentiment:").fingerprint


def test_another_way_or_other_files_are_another_module(folder: Path, tmp_path: Path) -> None:
    one = _made(folder)
    assert _made(folder, dtype="bfloat16")._module is not one._module
    copied = tmp_path / "lm"
    shutil.copytree(folder, copied)
    before = _made(copied)
    tiny_lm(copied, "gpt2")
    after = _made(copied)
    assert before._module is not after._module
    assert before.fingerprint != after.fingerprint


def test_the_same_files_elsewhere_have_the_same_fingerprint(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path / "lm")
    one, other = _made(folder), _made(tmp_path / "lm")
    assert one._module is not other._module
    assert one.fingerprint == other.fingerprint


def test_the_weights_are_forgotten_with_the_last_model(folder: Path) -> None:
    one, other = _made(folder, device="cpu", revision="r1"), _made(folder, revision="r1")
    module = weakref.ref(one._module)
    del one
    gc.collect()
    assert module() is other._module
    del other
    gc.collect()
    assert module() is None


def test_models_that_are_asked_at_once_answer_as_alone(folder: Path) -> None:
    templates = ["{text} It was", "Review: {text}\nSentiment:", "a good film . {text} ="]
    texts = [f"a {'good' if at % 2 else 'bad'} film , number {at}" for at in range(24)]

    def answers(model: Any) -> Any:
        return np.concatenate([model.submit(model.prepare(texts[at : at + 4])).result() for at in range(0, 24, 4)])

    models = [_made(folder, each) for each in templates]
    alone = [answers(model) for model in models]
    with ThreadPoolExecutor(3) as pool:
        together = list(pool.map(answers, models * 3))
    for at, found in enumerate(together):
        np.testing.assert_allclose(found, alone[at % 3], atol=1e-5)


def test_models_loaded_at_once_read_the_files_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    real = loading.read
    monkeypatch.setattr(shared, "read", lambda path, **how: read.append(path) or real(path, **how))  # type: ignore[func-returns-value]
    with ThreadPoolExecutor(4) as pool:
        models = list(pool.map(lambda at: _made(folder, f"{{text}} {at}", revision="r2"), range(4)))
    assert len(read) == len({model._module for model in models}) == 1


def test_a_module_that_may_not_be_used_by_two_threads_is_not_shared(tmp_path: Path) -> None:
    import json

    folder = tiny_lm(tmp_path / "lm")
    config = json.loads((folder / "config.json").read_text())
    config["rope_scaling"] = {"rope_type": "dynamic", "factor": 2.0}
    (folder / "config.json").write_text(json.dumps(config))
    assert _made(folder)._module is not _made(folder)._module
