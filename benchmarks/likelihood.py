"""Label likelihood behind a shared prompt: `causal_lm` beside lm-evaluation-harness, on the same model and samples.

`python -m benchmarks.likelihood FOLDER [ROUNDS]`, where `lm_eval` is installed beside (it is no requirement), and
FOLDER is what `benchmarks.small_lm` wrote. Eight shown reviews stand before each input, more than 200 tokens. A request
is a label of an input. The sides take turns; what a round takes is all of it, tokens too, from texts to numbers.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from harness_transformers import causal_lm

from benchmarks.small_lm import LABELS, SST2, TEMPLATE
from harness import Engine, Sample, read_rows
from harness.engine.cases import Case
from harness.sessions.predict import predict

SAMPLES = 160
SIZES = (1, 16)


def _here(model: Any, texts: list[str]) -> np.ndarray[Any, Any]:
    """Probabilities by the engine, which makes the batches."""

    def session(sample: Any, _: Any) -> Any:
        [row] = yield from predict([sample.input])
        return row.array

    cases = [Case("a", "", Sample(str(at), text), session) for at, text in enumerate(texts)]
    found = {outcome.case.sample.id: outcome.value for outcome in Engine({"": model}).run(cases)}
    return np.array([found[str(at)] for at in range(len(texts))])


def _there(peer: Any, prompts: list[str]) -> np.ndarray[Any, Any]:
    """Log-likelihoods by lm-evaluation-harness, two requests an input."""
    from lm_eval.api.instance import Instance

    requests = [
        Instance("loglikelihood", {}, (prompt, word), at)
        for at, prompt in enumerate(prompts)
        for word in LABELS.values()
    ]
    found = peer.loglikelihood(requests, disable_tqdm=True)
    return np.array([log for log, _ in found]).reshape(-1, len(LABELS))


def main(folder: str, rounds: int = 5) -> None:
    """Print the medians, their ratio and the largest difference of log-probabilities."""
    from lm_eval.models.huggingface import HFLM

    texts = [row["text"] for row in read_rows("files", path=SST2 / "dev.jsonl.gz")][:SAMPLES]
    given: dict[str, Any] = {"train": SST2 / "train.jsonl.gz", "shots": {"n": 8, "seed": 1}}
    model = causal_lm(path=folder, template=TEMPLATE, labels=LABELS, device="cpu", **given)
    prompts = [model.prompt(text) for text in texts]
    peers = {size: HFLM(pretrained=folder, device="cpu", batch_size=size, dtype="float32") for size in SIZES}
    seconds: dict[Any, list[float]] = {"here": [], **{size: [] for size in SIZES}}
    for _ in range(rounds):
        for side, times in seconds.items():
            begun = time.perf_counter()
            _here(model, texts) if side == "here" else _there(peers[side], prompts)
            times.append(time.perf_counter() - begun)
    requests, own = SAMPLES * len(LABELS), model.log_likelihoods(texts)
    off = {size: float(abs(own - _there(peer, prompts)).max()) for size, peer in peers.items()}
    print(json.dumps({
        "head tokens": len(model._head),
        "ms a request": {str(side): 1e3 * median(times) / requests for side, times in seconds.items()},
        "ratio": {size: median(b / a for a, b in zip(seconds["here"], seconds[size], strict=True)) for size in SIZES},
        "largest difference": off, "rounds": {str(side): times for side, times in seconds.items()},
    }, indent=1))  # fmt: skip


if __name__ == "__main__":
    main(str(Path(sys.argv[1])), *map(int, sys.argv[2:]))
