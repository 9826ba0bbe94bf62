"""The example of an encoder with a head of its own: trained, found sound, run, attacked, and its finds written."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("transformers")
ROOT = Path(__file__).parents[2]
ENCODER = ROOT.parent / "shared/models/minilm-sentiment"
REVIEWS = ROOT.parent / "shared/data/text/sst2"


def _ended(*command: str) -> str:
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false"}
    ended = subprocess.run(
        [sys.executable, *command], capture_output=True, text=True, check=False, cwd=ROOT, env=environment
    )
    assert ended.returncode in (0, 1), ended.stderr
    assert "Traceback" not in ended.stderr
    return ended.stdout


@pytest.mark.slow
@pytest.mark.skipif(not (ENCODER.exists() and REVIEWS.exists()), reason="needs the encoder and reviews in ../shared")
def test_an_encoder_with_a_head_is_trained_attacked_and_explained(tmp_path: Path) -> None:
    with gzip.open(REVIEWS / "dev.jsonl.gz", "rt", encoding="utf-8") as file:
        (tmp_path / "dev.jsonl").write_text("".join(list(file)[:40]), encoding="utf-8")
    given = map(str, (ENCODER, REVIEWS / "train.jsonl.gz", tmp_path / "dev.jsonl", tmp_path))
    _ended("examples/bert_head.py", *given, "--rows", "256")
    suite, run = str(tmp_path / "sentiment.harness.yaml"), str(tmp_path / "run")
    _ended("-m", "harness", "check", suite)
    scores = json.loads(_ended("-m", "harness", "run", suite, "--out", run, "--json"))["scores"]
    assert scores["classification/accuracy"]["value"] > 0.75
    assert {f"classification/{name}" for name in ("recall", "f1", "roc_auc")} <= scores.keys()
    assert scores["attack/robust_accuracy"]["value"] < scores["classification/accuracy"]["value"]
    assert (tmp_path / "run" / "report.html").exists()
    _ended("-m", "harness", "export", run, "--perturbed", str(tmp_path / "found"))
    found = [json.loads(line) for line in (tmp_path / "found" / "attack.jsonl").read_text("utf-8").splitlines()]
    assert found
    assert {each["label"] for each in found} <= {"negative", "positive"}
