"""What is measured on: a real checkpoint and real film reviews where they are at hand, else what ships."""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from harness import Sample

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared"


@dataclass(frozen=True)
class Subject:
    """A checkpoint and labelled texts."""

    name: str
    checkpoint: Path
    texts: list[str]
    labels: list[int]

    @cached_property
    def adapter(self) -> Any:
        """The harness's way to the model."""
        from harness_transformers import transformers

        return transformers(path=self.checkpoint)

    @cached_property
    def module(self) -> Any:
        """The same weights in float32, for the library alone."""
        from transformers import AutoModelForSequenceClassification

        module = AutoModelForSequenceClassification.from_pretrained(self.checkpoint, dtype="float32")
        return module.eval().to(self.adapter.device)

    @cached_property
    def tokenizer(self) -> Any:
        """The tokenizer for the library alone."""
        from transformers import AutoTokenizer

        return AutoTokenizer.from_pretrained(self.checkpoint)

    def samples(self, start: int, stop: int) -> list[Sample[str]]:
        """Some of the texts as samples."""
        return [Sample(str(at), self.texts[at], self.labels[at]) for at in range(start, stop)]


def subject() -> Subject:
    """MiniLM on SST-2 where it is at hand, else the quickstart's model on its own test reviews."""
    if (SHARED / "models/minilm-sentiment").is_dir():
        rows = _rows(SHARED / "data/text/sst2/dev.jsonl.gz")
        checkpoint, name = SHARED / "models/minilm-sentiment", "MiniLM-L6 (22.7M) on SST-2 dev"
        return Subject(name, checkpoint, [row["text"] for row in rows], [int(row["label"]) for row in rows])
    embedded = ROOT / "suites/harness_suites/quickstart"
    rows = _rows(embedded / "data/test.jsonl")
    labels = [int(row["label"] == "positive") for row in rows]
    return Subject("the quickstart's model and reviews", embedded / "model", [row["text"] for row in rows], labels)


def _rows(path: Path) -> list[dict[str, Any]]:
    content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return [json.loads(line) for line in content.decode("utf-8").split("\n") if line]
