"""A sentence encoder with a head on it: against the encoder and the head themselves."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from by_hand import asked

from harness import UserError

pytest.importorskip("sentence_transformers")
pytest.importorskip("skops.io")
import joblib
import skops.io
from harness_setfit import setfit
from sentence_transformers import SentenceTransformer
from sentence_transformers.models import Pooling, Transformer
from sklearn.linear_model import LogisticRegression

MODEL = Path(__file__).parents[2] / "suites/harness_suites/quickstart/model"
TEXTS = ["a good film", "a bad film", "good and fine", "bad and poor", "fine", "poor", "", "\udfff a longer text " * 9]


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Any, Any]:
    """A folder as SetFit writes it, its encoder, and its head."""
    folder = tmp_path_factory.mktemp("setfit")
    words = Transformer(str(MODEL), max_seq_length=64)
    made = SentenceTransformer(modules=[words, Pooling(words.get_word_embedding_dimension())], device="cpu")
    made.save(str(folder))
    head = LogisticRegression().fit(made.encode(TEXTS[:6]), [1, 0] * 3)
    joblib.dump(head, folder / "model_head.pkl")
    (folder / "config_setfit.json").write_text(json.dumps({"labels": ["bad", "good"], "normalize_embeddings": False}))
    return folder, made, head


def test_a_pickle_needs_a_word_and_answers_are_the_heads(encoder: tuple[Path, Any, Any]) -> None:
    folder, made, head = encoder
    with pytest.raises(UserError, match=r"model_head.pkl is a pickle, which can run any code.*skops.io.dump"):
        setfit(path=folder)
    adapter = setfit(path=folder, allow_pickle=True, device="cpu")
    assert adapter.labels == ["bad", "good"]
    expected = head.predict_proba(made.encode([text.encode("utf-8", "replace").decode() for text in TEXTS]))
    np.testing.assert_allclose(np.array(asked(adapter, TEXTS)), expected, atol=1e-5)


def test_a_head_of_skops_needs_none(encoder: tuple[Path, Any, Any], tmp_path: Path) -> None:
    folder, made, head = encoder
    skops.io.dump(head, tmp_path / "head.skops")
    adapter = setfit(path=folder, head=tmp_path / "head.skops", device="cpu", normalise=True, max_batch=2)
    rows = made.encode(TEXTS[:6], normalize_embeddings=True)
    np.testing.assert_allclose(np.array(asked(adapter, TEXTS[:6])), head.predict_proba(rows), atol=1e-5)
    assert adapter.fingerprint != setfit(path=folder, allow_pickle=True, device="cpu").fingerprint


def test_a_mistake_is_a_word(encoder: tuple[Path, Any, Any], tmp_path: Path) -> None:
    folder, _, _ = encoder
    with pytest.raises(UserError, match="expected a folder of sentence-transformers"):
        setfit(path=tmp_path / "none")
    with pytest.raises(UserError, match="expected a scikit-learn head, but there is no file"):
        setfit(path=tmp_path)
    (tmp_path / "bad.skops").write_bytes(b"PK")
    with pytest.raises(UserError, match=r"bad\.skops cannot be read"):
        setfit(path=folder, head=tmp_path / "bad.skops")
    with pytest.raises(UserError, match="the head has 2 classes, but there are 3 names"):
        setfit(path=folder, allow_pickle=True, labels=["a", "b", "c"], device="cpu")
