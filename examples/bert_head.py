"""A BERT-type encoder, dropout and a linear head, trained small and tested as a module of one's own.

    python bert_head.py ENCODER TRAIN DEV FOLDER
    harness doctor --model FOLDER/sentiment.harness.yaml
    harness run FOLDER/sentiment.harness.yaml --out FOLDER/run
    harness export FOLDER/run --perturbed FOLDER/found

ENCODER is a folder that `save_pretrained` wrote; TRAIN and DEV have a `text` and a `label` (0 or 1) per line, packed or
not. FOLDER gets the weights, the encoder's configuration and tokenizer, a copy of this file and a suite. The harness
knows nothing of the class: it is the model `torch`, with `classifier` for its module and `collate` for its tensors. The
last line writes the texts that the attack found, with their labels, to train on.
"""

from __future__ import annotations

import argparse
import gzip
import json
import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import torch
from safetensors.torch import save_file
from torch import nn
from transformers import AutoConfig, AutoModel, AutoTokenizer

HERE = Path(__file__).resolve().parent
LABELS = ["negative", "positive"]
SUITE = """\
model:
  use: torch
  module: bert_head:classifier
  collate: bert_head:collate
  weights: weights.safetensors
data: {{use: files, path: {data}, labels: {{0: negative, 1: positive}}}}
seed: 7
tasks:
  - use: classification
    metrics: [accuracy, recall, f1, roc_auc]
    gates: {{accuracy: {{min: 0.75}}, roc_auc: {{min: 0.8}}}}
  - {{use: attack, attacks: [deepwordbug], limit: 60}}
  - {{use: explain, explainers: [leave_one_out], limit: 40}}
"""


class Classifier(nn.Module):
    """Logits `(n, 2)` of the mean of an encoder's last hidden states `(n, tokens, hidden)` over the real tokens."""

    labels = LABELS

    def __init__(self, encoder: nn.Module, dropout: float = 0.2) -> None:
        super().__init__()
        self.encoder = encoder
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(int(encoder.config.hidden_size), len(LABELS))  # type: ignore[union-attr,arg-type]

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        states = self.encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        real = attention_mask.unsqueeze(-1).to(states.dtype)
        return self.head(self.dropout((states * real).sum(1) / real.sum(1)))  # type: ignore[no-any-return]


def classifier() -> Classifier:
    """The module as it lies beside this file, its weights still random: the harness reads them into it."""
    return Classifier(AutoModel.from_config(AutoConfig.from_pretrained(HERE / "encoder")))


@cache
def _tokenizer(folder: Path) -> Any:
    return AutoTokenizer.from_pretrained(folder)


def collate(texts: list[str], folder: Path = HERE / "encoder") -> dict[str, torch.Tensor]:
    """Token ids and their mask, `(n, tokens)`, of at most 64 tokens a text; a lone surrogate is read as "?"."""
    readable = [text.encode("utf-8", "replace").decode() for text in texts]
    given = _tokenizer(folder)(readable, padding=True, truncation=True, max_length=64, return_tensors="pt")
    return {name: given[name] for name in ("input_ids", "attention_mask")}


def read(path: Path) -> list[dict[str, Any]]:
    """The rows of a file of JSON lines, gzip or not."""
    content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return [json.loads(line) for line in content.decode().splitlines()]


def batches(rows: list[dict[str, Any]], size: int, epochs: int) -> Iterator[list[dict[str, Any]]]:
    """Batches of each epoch, in an order of its own."""
    for epoch in range(epochs):
        order = Random(epoch).sample(rows, len(rows))
        yield from (order[at : at + size] for at in range(0, len(order), size))


def trained(encoder: Path, rows: list[dict[str, Any]], epochs: int) -> Classifier:
    """The module, encoder and all, trained by AdamW with a linear decay of the rate (Loshchilov & Hutter 2019)."""
    torch.manual_seed(7)
    module = Classifier(AutoModel.from_pretrained(encoder, dtype=torch.float32)).train()
    every = list(batches(rows, 32, epochs))
    optimizer = torch.optim.AdamW(module.parameters(), lr=1e-4)
    decay = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.0, total_iters=len(every))
    for batch in every:
        logits = module(**collate([row["text"] for row in batch], encoder))
        nn.functional.cross_entropy(logits, torch.tensor([int(row["label"]) for row in batch])).backward()
        optimizer.step()
        optimizer.zero_grad()
        decay.step()
    return module.eval()


def save(module: Classifier, encoder: Path, data: Path, folder: Path) -> None:
    """All that the suite needs, in one folder."""
    folder.mkdir(parents=True, exist_ok=True)
    AutoConfig.from_pretrained(encoder).save_pretrained(folder / "encoder")
    AutoTokenizer.from_pretrained(encoder).save_pretrained(folder / "encoder")
    weights = {name: value.contiguous() for name, value in module.state_dict().items()}
    save_file(weights, folder / "weights.safetensors")
    if folder.resolve() != HERE:
        shutil.copy(__file__, folder / "bert_head.py")
    (folder / "sentiment.harness.yaml").write_text(SUITE.format(data=json.dumps(str(data.resolve()))), encoding="utf-8")


def main() -> None:
    """Train on some rows and write the folder."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("encoder", "train", "dev", "folder"):
        parser.add_argument(name, type=Path)
    parser.add_argument("--rows", type=int, default=640)
    parser.add_argument("--epochs", type=int, default=1)
    given = parser.parse_args()
    rows = Random(7).sample(found := read(given.train), min(given.rows, len(found)))
    save(trained(given.encoder, rows, given.epochs), given.encoder, given.dev, given.folder)


if __name__ == "__main__":
    main()
