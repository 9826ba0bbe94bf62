"""What adapters of local files add: `python -m benchmarks.adapters [ROUNDS] [NAME ...]`.

The same texts or rows through the library itself, in the batches that the adapter makes (sorted by cost, as many rows),
through the adapter, and through the engine, in turn in one process: the ratio of the times, its median over the rounds,
and the upper end of the median's 95 % interval (bootstrap).
"""

from __future__ import annotations

import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from benchmarks.subjects import SHARED, subject
from harness import AskOnce, Case, Engine, Sample
from harness.suite import components
from harness.tasks.classification import classified

Made: TypeAlias = tuple[Any, Sequence[Any], Callable[[Sequence[Any]], Any]]
"""An adapter, the inputs, and the library alone on some of them."""

LABELS = ["negative", "positive"]
RESAMPLES = 2000


def onnx(folder: Path) -> Made:
    """MiniLM as a graph."""
    import onnxruntime
    import tokenizers
    import torch

    on = subject()
    given = on.tokenizer(["a film", "another good film"], return_tensors="pt", padding=True)
    names = ["input_ids", "attention_mask"]

    class Logits(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.whole = on.module

        def forward(self, input_ids: Any, attention_mask: Any) -> Any:
            return self.whole(input_ids=input_ids, attention_mask=attention_mask).logits

    with warnings.catch_warnings(action="ignore"):
        torch.onnx.export(
            Logits(), tuple(given[name] for name in names), str(folder / "model.onnx"), input_names=names,
            output_names=["logits"], dynamic_axes={name: {0: "rows", 1: "tokens"} for name in names}, dynamo=False,
        )  # fmt: skip
    (folder / "tokenizer.json").write_bytes((on.checkpoint / "tokenizer.json").read_bytes())
    session = onnxruntime.InferenceSession(str(folder / "model.onnx"), providers=["CPUExecutionProvider"])
    reader = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))
    reader.enable_truncation(512)
    reader.no_padding()

    def alone(texts: Sequence[str]) -> None:
        read = reader.encode_batch(list(texts))
        order = sorted(range(len(read)), key=lambda at: len(read[at]))
        for batch in _cut(order, 64):
            width = max(len(read[at]) for at in batch)
            ids, mask = np.zeros((len(batch), width), np.int64), np.zeros((len(batch), width), np.int64)
            for row, at in enumerate(batch):
                ids[row, : len(read[at])], mask[row, : len(read[at])] = read[at].ids, 1
            session.run(["logits"], {"input_ids": ids, "attention_mask": mask})

    texts = [text for text, _ in on.short[:400]]
    return components.load("models", "onnx")(path=folder / "model.onnx", labels=LABELS), texts, alone


def keras(folder: Path) -> Made:
    """Two LSTM layers on words."""
    import json

    import harness_keras.network
    from harness_keras.words import Words

    texts = [text for text, _ in subject().short]
    words = sorted({word for text in texts for word in text.lower().split()})
    (folder / "words.json").write_text(json.dumps({word: at for at, word in enumerate(words, 2)}))
    library: Any = vars(harness_keras.network)["keras"]
    layers = [
        library.Input((40,)), library.layers.Embedding(len(words) + 2, 64),
        library.layers.LSTM(64, return_sequences=True), library.layers.LSTM(64),
        library.layers.Dense(2, activation="softmax"),
    ]  # fmt: skip
    network = library.Sequential(layers)
    network.save(folder / "m.keras")
    adapter = components.load("models", "keras")(
        path=folder / "m.keras", word_index=folder / "words.json", oov=1, labels=LABELS
    )
    numbers = Words.read(
        folder / "words.json", index_from=0, oov=1, num_words=None, lower=True,
        filters='!"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\t\n', padding="pre", truncating="pre",
    )  # fmt: skip
    import torch

    def alone(some: Sequence[str]) -> None:
        with torch.inference_mode():
            for batch in _cut(some, 256):
                network(numbers.rows(batch, 40), training=False).numpy()

    return adapter, texts, alone


def _table(rows: int = 20_000) -> tuple[Any, Any, list[dict[str, float]]]:
    import pandas as pd

    numbers = np.random.default_rng(0).random((rows, 12))
    table = pd.DataFrame(numbers, columns=[f"c{at}" for at in range(12)])
    return table, (numbers[:, 0] + numbers[:, 1] > 1).astype(int), table.to_dict("records")


def lightgbm(folder: Path) -> Made:
    """200 trees on twelve columns."""
    import lightgbm as library
    import pandas as pd

    table, truth, rows = _table()
    fitted = library.LGBMClassifier(n_estimators=200, verbose=-1).fit(table, truth)
    fitted.booster_.save_model(folder / "t.txt")
    booster = library.Booster(model_file=folder / "t.txt")
    adapter = components.load("models", "lightgbm")(path=folder / "t.txt", labels=LABELS)
    return adapter, rows, lambda some: [booster.predict(pd.DataFrame(batch)) for batch in _cut(some, 4096)]


def xgboost(folder: Path) -> Made:
    """200 trees on twelve columns."""
    import pandas as pd
    import xgboost as library

    table, truth, rows = _table()
    library.XGBClassifier(n_estimators=200).fit(table, truth).save_model(folder / "t.json")
    booster = library.Booster(model_file=str(folder / "t.json"))
    adapter = components.load("models", "xgboost")(path=folder / "t.json", labels=LABELS)

    def alone(some: Sequence[Any]) -> None:
        for batch in _cut(some, 4096):
            booster.predict(library.DMatrix(pd.DataFrame(batch)))

    return adapter, rows, alone


def torchscript(folder: Path) -> Made:
    """MiniLM as a TorchScript trace."""
    import torch

    on = subject()

    class Logits(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.whole = on.module

        def forward(self, ids: Any, mask: Any) -> Any:
            return self.whole(input_ids=ids, attention_mask=mask).logits

    given = on.tokenizer(["a film", "another good film"], return_tensors="pt", padding=True)
    with warnings.catch_warnings(action="ignore"):
        traced = torch.jit.trace(Logits(), (given["input_ids"], given["attention_mask"]))
        torch.jit.save(traced, folder / "m.pt")
        module = torch.jit.load(folder / "m.pt")
    (folder / "collate_reviews.py").write_text(COLLATE.format(path=str(on.checkpoint)))
    sys.path.append(str(folder))
    adapter = components.load("models", "torchscript")(
        path=folder / "m.pt", collate="collate_reviews:collate", labels=LABELS, device="cpu", allow_code=True
    )
    collate = import_module("collate_reviews").collate

    def alone(texts: Sequence[str]) -> None:
        ordered = sorted(texts, key=lambda text: len(text.split()))
        with torch.inference_mode():
            for batch in _cut(ordered, 64):
                module(*collate(batch)).float().softmax(dim=-1).numpy()

    return adapter, [text for text, _ in on.short[:400]], alone


COLLATE = """
from transformers import AutoTokenizer
tokenizer = AutoTokenizer.from_pretrained({path!r})
def collate(texts):
    given = tokenizer(list(texts), return_tensors="pt", padding=True, truncation=True, max_length=512)
    return given["input_ids"], given["attention_mask"]
"""


def _cut(items: Sequence[Any], size: int) -> list[Any]:
    return [items[at : at + size] for at in range(0, len(items), size)]


def _engine(adapter: Any, inputs: Sequence[Any]) -> None:
    session = AskOnce(lambda answers: classified(answers, adapter.labels))
    cases = [Case("bench", "", Sample(str(at), value), session) for at, value in enumerate(inputs)]
    for outcome in Engine({"": adapter}).run(cases):
        assert outcome.error is None, outcome.error


def _direct(adapter: Any, inputs: Sequence[Any]) -> None:
    """The adapter without an engine, as many inputs at once as it takes."""
    for batch in _cut(inputs, adapter.budget):
        adapter(batch)


def main(rounds: int, names: Sequence[str]) -> None:
    """Print a row for each."""
    makers = {each.__name__: each for each in (onnx, torchscript, keras, lightgbm, xgboost)}
    for name in names or makers:
        with tempfile.TemporaryDirectory() as folder:
            adapter, inputs, alone = makers[name](Path(folder))
            sides = {
                "alone": lambda: alone(inputs),  # noqa: B023  # called within the round
                "adapter": lambda: _direct(adapter, inputs),  # noqa: B023
                "engine": lambda: _engine(adapter, inputs),  # noqa: B023
            }
            seconds: dict[str, list[float]] = {side: [] for side in sides}
            for at in range(rounds + 1):
                for side in [*sides][at % 3 :] + [*sides][: at % 3]:
                    start = time.perf_counter()
                    sides[side]()
                    if at:  # the first round warms up
                        seconds[side].append(time.perf_counter() - start)
        times = ", ".join(f"{side} {np.median(each):.2f} s" for side, each in seconds.items())
        ratios = ", ".join(f"{side} {_ratio(seconds[side], seconds['alone'])}" for side in ("adapter", "engine"))
        print(f"{name}: {len(inputs)} inputs, {times}; {ratios}", flush=True)


def _ratio(seconds: Sequence[float], alone: Sequence[float]) -> str:
    """The median of the rounds' ratios, and the upper end of its interval."""
    ratios = np.array(seconds) / np.array(alone)
    drawn = np.random.default_rng(0).choice(ratios, (RESAMPLES, len(ratios)))
    return f"{np.median(ratios):.3f} (at most {np.quantile(np.median(drawn, axis=1), 0.975):.3f})"


if __name__ == "__main__":
    assert SHARED.is_dir(), "it measures on the shared models and data"
    main(int(sys.argv[1]) if sys.argv[1:] else 10, sys.argv[2:])
