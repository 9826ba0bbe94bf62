"""The quickstart's second model: made from the first, a little worse, and small when it is packed."""

from __future__ import annotations

import subprocess
import sys
import zlib
from pathlib import Path
from typing import Any

import pytest
import torch
from harness_suites import quickstart
from harness_suites.make.prune import PRUNED, prune
from harness_suites.make.reviews import read
from safetensors.torch import load_file
from scipy.stats import binomtest
from transformers import AutoModelForSequenceClassification, AutoTokenizer

from harness.runs.load import check
from harness.suite.file import load_suite

FOLDER = quickstart().parent / "quickstart"
NAMES = ["config.json", "model.safetensors", "special_tokens_map.json", "tokenizer.json", "tokenizer_config.json"]


def right(name: str) -> Any:
    """Which reviews of test a model has right, `(n,)`, as plain transformers decides them."""
    rows = read(FOLDER / "data" / "test.jsonl")
    model = AutoModelForSequenceClassification.from_pretrained(FOLDER / name).eval()
    batch = AutoTokenizer.from_pretrained(FOLDER / name)(
        [row["text"] for row in rows], padding=True, truncation=True, return_tensors="pt"
    )
    with torch.inference_mode():
        decided = model(**batch).logits.argmax(-1)
    return decided == torch.tensor([row["label"] == "positive" for row in rows])


def test_the_first_model_makes_the_shipped_files_again_byte_for_byte(tmp_path: Path) -> None:
    prune(FOLDER / "model", tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == NAMES
    for name in NAMES:
        assert (tmp_path / name).read_bytes() == (FOLDER / "pruned" / name).read_bytes(), name


def test_the_command_makes_it_from_the_model_of_its_folder(tmp_path: Path) -> None:
    (tmp_path / "model").symlink_to(FOLDER / "model")
    command = [sys.executable, "-m", "harness_suites.make", "pruned", "--folder", str(tmp_path)]
    subprocess.run(command, check=True)
    assert sorted(path.name for path in (tmp_path / "pruned").iterdir()) == NAMES


def test_nine_of_ten_weights_of_a_layer_are_gone_and_the_file_packs_small() -> None:
    weights = load_file(FOLDER / "pruned" / "model.safetensors")
    query = weights["bert.encoder.layer.0.attention.self.query.weight"]
    assert float((query == 0).float().mean()) == pytest.approx(PRUNED, abs=0.005)
    assert len(zlib.compress((FOLDER / "pruned" / "model.safetensors").read_bytes())) < 400_000


def test_it_is_a_few_points_worse_and_that_is_no_chance() -> None:
    old, new = right("model"), right("pruned")
    wrong, won = int((old & ~new).sum()), int((~old & new).sum())
    assert 0.02 < float(old.float().mean() - new.float().mean()) < 0.06
    assert binomtest(won, wrong + won).pvalue < 0.01


def test_the_suite_takes_it_by_its_place_beside_the_suite() -> None:
    checked = check(load_suite(quickstart(), {"model.path": "quickstart/pruned"}))
    assert checked.suite.model is not None
    assert checked.suite.model.parameters == {"path": "quickstart/pruned"}
