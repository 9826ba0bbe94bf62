"""The three networks of Keras: each trained small, then measured, changed, explained, with a report."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared/data"
TEXTS = [SHARED / "text/sst2" / f"{name}.jsonl.gz" for name in ("train", "dev")]
IMAGES = [SHARED / "images/mnist" / f"{name}.npz" for name in ("train", "dev")]
SCORES = {
    "sentiment": {"accuracy", "recall", "f1", "roc_auc"},
    "next_word": {"accuracy", "perplexity", "top_k", "recall", "f1"},
    "digits": {"accuracy", "recall", "f1", "roc_auc"},
}
LEARNT = {
    "sentiment": ("roc_auc", 0.55, 1.0),
    "next_word": ("perplexity", 1.0, 250.0),
    "digits": ("accuracy", 0.8, 1.0),
}
"""A score of each, and between what it lies after 1,500 rows: beyond chance, which is 302 for the next word."""


def _ended(*command: str) -> str:
    environment = {**os.environ, "KERAS_BACKEND": "torch"}
    ended = subprocess.run(
        [sys.executable, *command], capture_output=True, text=True, check=False, cwd=ROOT, env=environment
    )
    assert ended.returncode in (0, 1), ended.stderr
    assert "Traceback" not in ended.stderr
    return ended.stdout


@pytest.mark.slow
@pytest.mark.skipif(find_spec("keras") is None, reason="needs keras")
@pytest.mark.skipif(not SHARED.exists(), reason="needs the texts and digits in ../shared")
@pytest.mark.parametrize("name", SCORES)
def test_a_network_is_trained_and_measured(name: str, tmp_path: Path) -> None:
    given = IMAGES if name == "digits" else TEXTS
    _ended("examples/keras_models.py", name, *map(str, given), str(tmp_path), "--rows", "1500")
    suite = str(tmp_path / f"{name}.harness.yaml")
    options = ("--limit", "60", "--set", "resamples=50", "--out", str(tmp_path / "run"), "--json")
    scores = json.loads(_ended("-m", "harness", "run", suite, *options))["scores"]
    assert {f"classification/{each}" for each in SCORES[name]} <= {key.partition("[")[0] for key in scores}
    of, least, most = LEARNT[name]
    assert least < scores[f"classification/{of}"]["value"] < most
    assert name == "next_word" or scores["attack/robust_accuracy"]["n"] > 0
    assert any(key.startswith("stress/") for key in scores)
    assert any(key.startswith("explain/") for key in scores)
    assert (tmp_path / "run" / "report.html").exists()
