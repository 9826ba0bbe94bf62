"""What is measured on: a real checkpoint and real film reviews where they are at hand, else what ships."""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from harness import Sample
from harness.models import Encoded

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared"


class Watched:
    """A channel that keeps the rows and batches it was sent, so that an ideal pass over them can be timed."""

    def __init__(self, channel: Any) -> None:
        self.sent: dict[Any, Encoded] = {}
        self.batches: list[Sequence[Encoded]] = []
        self.channel = channel
        self.depth, self.budget, self.overhead = channel.depth, channel.budget, channel.overhead
        self.prepare = channel.prepare

    def __getattr__(self, name: str) -> Any:
        return getattr(self.channel, name)

    def forget(self) -> None:
        """Keep what is sent from now on only."""
        self.sent.clear()
        self.batches.clear()

    def submit(self, batch: Sequence[Encoded], **options: Any) -> Future[Any]:
        """Send a batch on."""
        self.sent.update((row.key, row) for row in batch)
        self.batches.append(batch)
        found: Future[Any] = self.channel.submit(batch, **options)
        return found


@dataclass
class Subject:
    """A checkpoint and labelled texts, short and long; `tokens` counts what the library's own module computes."""

    name: str
    checkpoint: Path
    short: list[tuple[str, int]]
    many: list[tuple[str, int]]
    long: list[tuple[str, int]]
    tokens: list[int] = field(default_factory=list)

    @cached_property
    def adapter(self) -> Watched:
        """The harness's way to the model."""
        from harness_transformers import transformers

        return Watched(transformers(path=self.checkpoint))

    @cached_property
    def module(self) -> Any:
        """The same weights in float32, for the library alone."""
        from transformers import AutoModelForSequenceClassification

        module = AutoModelForSequenceClassification.from_pretrained(self.checkpoint, dtype="float32")
        module = module.eval().to(self.adapter.device)
        module.register_forward_pre_hook(self._count, with_kwargs=True)
        return module

    @cached_property
    def tokenizer(self) -> Any:
        """The tokenizer for the library alone."""
        from transformers import AutoTokenizer

        return AutoTokenizer.from_pretrained(self.checkpoint)

    def _count(self, module: Any, arguments: tuple[Any, ...], named: dict[str, Any]) -> None:
        ids = named["input_ids"] if "input_ids" in named else arguments[0]
        self.tokens.append(int(ids.numel()))


def samples(rows: Sequence[tuple[str, int]], start: int, stop: int) -> list[Sample[str]]:
    """Some of the texts as samples."""
    return [Sample(str(at), *rows[at]) for at in range(start, min(stop, len(rows)))]


def subject() -> Subject:
    """MiniLM on film reviews where it is at hand, else the quickstart's model on its own test reviews."""
    if (SHARED / "models/minilm-sentiment").is_dir():
        texts = SHARED / "data/text"
        many = [*_rows(texts / "sst2/train.jsonl.gz"), *_rows(texts / "sst2/dev.jsonl.gz")]
        return Subject(
            "MiniLM-L6 (22.7M); SST-2 dev (short), SST-2 (5,000 reviews), IMDb dev (long)",
            SHARED / "models/minilm-sentiment",
            _rows(texts / "sst2/dev.jsonl.gz"),
            many,
            _rows(texts / "imdb/dev.jsonl.gz"),
        )
    embedded = ROOT / "suites/harness_suites/quickstart"
    rows = _rows(embedded / "data/test.jsonl")
    return Subject("the quickstart's model and reviews", embedded / "model", rows, rows, rows)


def _rows(path: Path) -> list[tuple[str, int]]:
    if not path.exists():
        return []
    content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    rows = [json.loads(line) for line in content.decode("utf-8").split("\n") if line]
    return [(row["text"], int(row["label"] in (1, "positive"))) for row in rows]
