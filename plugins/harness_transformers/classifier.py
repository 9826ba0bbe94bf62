"""A transformers classifier as the engine wants it: prepared inputs, padded to their own batch, one thread."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import numpy as np
import torch
from transformers import AutoModelForSequenceClassification, AutoTokenizer
from transformers.utils import logging

from harness import Prepared, UserError, Worker

CPU_BUDGET = 2048
"""Padded tokens in a batch on a CPU: larger ones were no faster for MiniLM on two cores (benchmarks/)."""

CPU_OVERHEAD = 64
"""What a call of the module costs besides its tokens, in tokens: a small part of the CPU's budget."""

GPU_BUDGET = 65536
"""Padded tokens in a batch on a GPU; out of memory halves it."""

GPU_OVERHEAD = 8192
"""The same on a GPU, where short batches leave most of the device idle."""


class SequenceClassifier:
    """Answers `predict` with the softmax of the logits, `(n, classes)` in float32.

    The tokenizer is used in the engine's thread only, the module in the worker's only.
    """

    depth = 2

    def __init__(self, module: Any, tokenizer: Any, *, name: str, device: str, limit: int, fingerprint: str) -> None:
        self.name = name
        self.device = device
        self.limit = limit
        self.fingerprint = fingerprint
        self.labels: list[str] = _labels(module.config)
        self.budget = CPU_BUDGET if device == "cpu" else GPU_BUDGET
        self.overhead = CPU_OVERHEAD if device == "cpu" else GPU_OVERHEAD
        self._module = module
        self._tokenizer = tokenizer
        self._worker = Worker(name)

    @property
    def seconds(self) -> float:
        """Seconds the module has computed."""
        return self._worker.seconds

    def tokenizer(self) -> Any:
        """A copy of the tokenizer: a fast one cannot be used by two threads."""
        import copy

        return copy.deepcopy(self._tokenizer)

    def prepare(self, inputs: Sequence[Any]) -> list[Prepared]:
        """Token ids cut at the limit; they decide the answer, and their number is the cost."""
        texts = [_text(value) for value in inputs]
        if not texts:
            return []
        encoded = self._tokenizer(texts, truncation=True, max_length=self.limit, padding=False)
        names = [name for name in self._tokenizer.model_input_names if name in encoded]
        rows = ({name: encoded[name][at] for name in names} for at in range(len(texts)))
        return [Prepared(row, len(row["input_ids"]), _key(row)) for row in rows]

    def submit(self, batch: Sequence[Prepared]) -> Future[Any]:
        """The probabilities of a batch, `(n, classes)`."""
        return self._worker.submit(self._forward, [row.payload for row in batch])

    def _forward(self, rows: Sequence[Mapping[str, list[int]]]) -> Any:
        try:
            with torch.inference_mode():
                logits = self._module(**self._padded(rows)).logits
                return logits.float().softmax(dim=-1).cpu().numpy()
        except torch.OutOfMemoryError as error:
            raise MemoryError(str(error)) from None

    def _padded(self, rows: Sequence[Mapping[str, list[int]]]) -> dict[str, torch.Tensor]:
        """Rows padded to their longest, on the model's device."""
        longest = max(len(row["input_ids"]) for row in rows)
        left = self._tokenizer.padding_side == "left"
        fills = {
            "input_ids": self._tokenizer.pad_token_id or 0,
            "token_type_ids": self._tokenizer.pad_token_type_id,
        }
        padded = {}
        for name in rows[0]:
            array = np.full((len(rows), longest), fills.get(name, 0), dtype=np.int64)
            for at, row in enumerate(rows):
                ids = row[name]
                array[at, longest - len(ids) if left else 0 : longest if left else len(ids)] = ids
            padded[name] = torch.from_numpy(array).to(self.device)
        return padded


def load(
    path: str, *, device: str, dtype: str, max_length: int | None, revision: str | None, allow_pickle: bool
) -> SequenceClassifier:
    """Load a classifier; raises UserError for a folder that holds none, or one without a trained head."""
    where = choose_device(device)
    options: dict[str, Any] = {"revision": revision} if revision else {}
    try:
        with _quiet():
            tokenizer = AutoTokenizer.from_pretrained(path, **options)
            module, info = AutoModelForSequenceClassification.from_pretrained(
                path,
                dtype=getattr(torch, dtype),
                output_loading_info=True,
                use_safetensors=None if allow_pickle else True,
                **options,
            )
    except (OSError, ValueError, KeyError) as error:
        raise UserError(_cannot_load(path, error)) from error
    if info["missing_keys"]:
        raise UserError(
            f"{path} is no trained classifier: it lacks the weights {', '.join(sorted(info['missing_keys'])[:4])}"
        )
    module = module.eval().requires_grad_(False).to(where)
    return SequenceClassifier(
        module,
        tokenizer,
        name=Path(path).name if Path(path).exists() else path,
        device=where,
        limit=min(limit_of(tokenizer, module.config), max_length or limit_of(tokenizer, module.config)),
        fingerprint=fingerprint(module, tokenizer, dtype),
    )


def choose_device(device: str) -> str:
    """The device of that name, checked; `auto` is the first of cuda, mps and cpu that is there."""
    if device == "auto":
        return "cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu"
    try:
        torch.empty(1, device=device)
    except (RuntimeError, AssertionError) as error:
        raise UserError(f"device {device!r} is not to be had here: {str(error).splitlines()[0]}") from None
    return device


def limit_of(tokenizer: Any, config: Any) -> int:
    """How many tokens the model can take: the smaller of what the tokenizer and the positions allow."""
    positions = int(getattr(config, "max_position_embeddings", 0) or 0)
    if positions and getattr(config, "model_type", "") in (
        "roberta",
        "xlm-roberta",
        "camembert",
        "longformer",
    ):
        positions -= config.pad_token_id + 1  # their first positions are the padding's
    longest = int(tokenizer.model_max_length)
    return min(longest, positions or longest)


def fingerprint(module: Any, tokenizer: Any, dtype: str) -> str:
    """A hash of the weights as loaded, the configuration, the tokenizer and the dtype."""
    whole = hashlib.blake2b(digest_size=16)
    config = {key: value for key, value in module.config.to_dict().items() if key != "_name_or_path"}
    whole.update(
        json.dumps(
            [dtype, config, type(tokenizer).__name__, tokenizer.get_vocab()], sort_keys=True, default=str
        ).encode()
    )
    backend = getattr(tokenizer, "backend_tokenizer", None)
    whole.update(backend.to_str().encode() if backend else b"")
    for name, weight in sorted(module.state_dict().items()):
        whole.update(name.encode())
        whole.update(weight.detach().cpu().contiguous().view(torch.uint8).numpy().tobytes())
    return whole.hexdigest()


def _labels(config: Any) -> list[str]:
    return [str(config.id2label[at]) for at in range(config.num_labels)]


def _text(value: Any) -> Any:
    """A text, or the two of a pair."""
    if isinstance(value, str):
        return value
    raise TypeError(f"expected a text, but got {value!r}")


def _key(row: Mapping[str, list[int]]) -> tuple[bytes, ...]:
    return tuple(np.asarray(ids, dtype=np.int32).tobytes() for name, ids in row.items() if name != "attention_mask")


def _cannot_load(path: str, error: Exception) -> str:
    if Path(path).exists():
        return f"{path} could not be loaded as a sequence classifier: {error}"
    return f"{path} is neither a folder here nor a model that could be had from the hub: {str(error).splitlines()[0]}"


class _quiet:  # noqa: N801  # used like a function
    """Silences transformers' advice and bars while a model loads, and gives them back."""

    def __enter__(self) -> None:
        self._level, self._bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
        logging.set_verbosity_error()
        logging.disable_progress_bar()

    def __exit__(self, *error: object) -> None:
        logging.set_verbosity(self._level)
        if self._bars:
            logging.enable_progress_bar()
