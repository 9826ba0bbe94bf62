"""A transformers classifier as the engine wants it: prepared inputs, padded to their own batch, one thread."""

from __future__ import annotations

import copy
import hashlib
import json
import platform
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial
from typing import Any, cast

import numpy as np
import torch

from harness import Capacity, Prepared, calibrated
from harness_transformers.computing import Tensors, computer, parted
from harness_transformers.loading import (
    choose_device,
    fingerprint,
    labels_of,
    limit_of,
    name_of,
    output_of,
    quiet,
    read,
)
from harness_transformers.texts import columns_of

ANSWERS: dict[str, Callable[[torch.Tensor], torch.Tensor]] = {
    "probabilities": lambda logits: logits.softmax(dim=-1),
    "value": lambda logits: logits,
    "labels": torch.sigmoid,
}
"""From logits to each output."""


class SequenceClassifier:
    """Answers `predict` with what its `output` makes of the logits, `(n, labels)` in float32.

    The tokenizer is used in the engine's thread only, the module in its computer's only.
    """

    depth = 2

    def __init__(
        self,
        module: Any,
        tokenizer: Any,
        *,
        name: str,
        device: str,
        limit: int,
        output: str,
        fingerprint: str,
        budget: int | None = None,
        reference: Callable[[], SequenceClassifier] | None = None,
    ) -> None:
        self.name = name
        self.device = device
        self.limit = limit
        self.output = output
        self.fingerprint = fingerprint
        self.labels: list[str] = labels_of(module.config, output)
        self._module = module
        self._tokenizer = tokenizer
        self._computer = computer(name, device, alone=_changes_itself(module))
        self._reference = reference
        found = Capacity(budget, max(1, budget // 16)) if budget else calibrated(self._speed_key(), self._made_up)
        self.budget, self.overhead = found.budget, found.overhead

    @property
    def seconds(self) -> float:
        """Seconds the module has computed."""
        return self._computer.seconds

    def tokenizer(self) -> Any:
        """A copy of the tokenizer: a fast one cannot be used by two threads."""
        return copy.deepcopy(self._tokenizer)

    def reference(self) -> SequenceClassifier | None:
        """The same model in float32 and not compiled; None where it is that already."""
        return self._reference() if self._reference else None

    def prepare(self, inputs: Sequence[Any]) -> list[Prepared]:
        """Token ids cut at the limit, a pair's longer text first; they decide the answer, their number is the cost."""
        if not inputs:
            return []
        columns = columns_of(inputs)
        with nullcontext() if self._tokenizer.is_fast else quiet():  # a slow one warns at every pair it cuts
            encoded = self._tokenizer(*columns, truncation="longest_first", max_length=self.limit, padding=False)
            cuts = self._cuts(encoded, columns)
        names = [name for name in self._tokenizer.model_input_names if name in encoded]
        rows = [{name: encoded[name][at] for name in names} for at in range(len(inputs))]
        return [Prepared(row, len(row["input_ids"]), _key(row), cut) for row, cut in zip(rows, cuts, strict=True)]

    def submit(self, batch: Sequence[Prepared]) -> Future[Any]:
        """The answers to a batch, `(n, labels)`; it is padded here, while the one before computes."""
        return self._sent([cast("Mapping[str, list[int]]", row.payload) for row in batch])

    def _sent(self, rows: Sequence[Mapping[str, list[int]]]) -> Future[Any]:
        cuts = parted([len(row["input_ids"]) for row in rows], self._computer.parts)
        return self._computer.submit(self._answer, [self._padded(rows[cut]) for cut in cuts])

    def _cuts(self, encoded: Any, columns: Sequence[Sequence[str]]) -> list[int]:
        """How many tokens of each row lie beyond the limit.

        A fast tokenizer has them in windows; those of a pair overlap, so pairs that may be cut are counted whole.
        """
        if encoded.encodings and len(columns) == 1:
            special = self._tokenizer.num_special_tokens_to_add(pair=False)
            return [sum(len(window) - special for window in each.overflowing) for each in encoded.encodings]
        cuts = [0] * len(encoded["input_ids"])
        full = [at for at, ids in enumerate(encoded["input_ids"]) if len(ids) >= self.limit]
        if full:
            whole = self._tokenizer(*([column[at] for at in full] for column in columns), verbose=False)
            for at, ids in zip(full, whole["input_ids"], strict=True):
                cuts[at] = len(ids) - len(encoded["input_ids"][at])
        return cuts

    def _made_up(self, rows: int, tokens: int) -> None:
        """Answer a batch of made-up input, to see how long it takes."""
        row = {"input_ids": [1] * min(tokens, self.limit), "attention_mask": [1] * min(tokens, self.limit)}
        self._sent([row] * rows).result()

    def _speed_key(self) -> str:
        """Whatever decides how fast the module computes."""
        config = {key: value for key, value in self._module.config.to_dict().items() if isinstance(value, int | str)}
        where = torch.cuda.get_device_name(self.device) if self.device.startswith("cuda") else platform.processor()
        attention = getattr(self._module.config, "_attn_implementation", None)
        how = [type(self._module).__name__, attention, self._computer.parts]
        known = [config, how, str(self._module.dtype), self.device, where, torch.get_num_threads(), torch.__version__]
        return hashlib.blake2b(json.dumps(known, sort_keys=True).encode(), digest_size=16).hexdigest()

    def _answer(self, batch: Tensors) -> torch.Tensor:
        return ANSWERS[self.output](self._module(**batch).logits.float())

    def _padded(self, rows: Sequence[Mapping[str, list[int]]]) -> dict[str, torch.Tensor]:
        """Rows padded to their longest."""
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
            padded[name] = torch.from_numpy(array)
        return padded


@dataclass(frozen=True)
class Way:
    """How a module computes: its numbers, whether it is compiled, and who computes attention."""

    dtype: str = "float32"
    compile: bool = False
    attention: str | None = None

    @property
    def is_plain(self) -> bool:
        """Whether this is what the others are compared with."""
        return self == Way()


def load(
    path: str,
    way: Way,
    *,
    device: str,
    max_length: int | None,
    output: str | None,
    revision: str | None,
    allow_pickle: bool,
    budget: int | None = None,
) -> SequenceClassifier:
    """Load a classifier; raises UserError for a folder that holds none, or one that cannot give this output."""
    where = choose_device(device)
    attention: dict[str, Any] = {"attn_implementation": way.attention} if way.attention else {}
    options: dict[str, Any] = {"revision": revision, "allow_pickle": allow_pickle}
    module, tokenizer = read(path, device=where, dtype=getattr(torch, way.dtype), **options, **attention)
    given = output_of(module.config, output)
    longest = limit_of(tokenizer, module.config)
    known = fingerprint(module, tokenizer, way.dtype, given, *([] if way.is_plain else [repr(way)]))
    again = partial(load, path, Way(), device=where, max_length=max_length, output=output, **options)
    return SequenceClassifier(
        torch.compile(module, dynamic=True) if way.compile else module,
        tokenizer,
        name=name_of(path),
        device=where,
        limit=min(longest, max_length or longest),
        output=given,
        fingerprint=known,
        budget=budget,
        reference=None if way.is_plain else again,
    )


def _changes_itself(module: Any) -> bool:
    """Whether a module may not be used by two threads: compiled ones, and positions that follow the longest input."""
    config = module.config.to_dict()
    rope = config.get("rope_scaling") or config.get("rope_parameters") or {}
    kind = rope.get("rope_type", rope.get("type")) if isinstance(rope, dict) else None
    return hasattr(module, "_orig_mod") or kind in {"dynamic", "longrope"}


def _key(row: Mapping[str, list[int]]) -> tuple[bytes, ...]:
    return tuple(np.asarray(ids, dtype=np.int32).tobytes() for name, ids in row.items() if name != "attention_mask")
