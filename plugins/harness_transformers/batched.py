"""A module with its tokenizer as the engine wants them: inputs prepared, padded to their own batch, in its threads."""

from __future__ import annotations

import copy
import hashlib
import json
import platform
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from contextlib import nullcontext
from functools import partial
from typing import Any, cast

import numpy as np
import torch

from harness.models import Capacity, Encoded, calibrated
from harness_transformers.computing import Tensors, alone, computer
from harness_transformers.loading import quiet
from harness_transformers.texts import columns_of


class TokenModel(ABC):
    """A channel: `prepare` makes token ids of texts, `submit` answers batches of them.

    The tokenizer is used in the engine's thread only, the module in its computer's only.
    """

    def __init__(
        self,
        module: Any,
        tokenizer: Any,
        *,
        name: str,
        device: str,
        limit: int,
        fingerprint: str,
        budget: int | None = None,
    ) -> None:
        self.name = name
        self.device = device
        self.limit = limit
        self.fingerprint = fingerprint
        self._module = module
        self._tokenizer = tokenizer
        self._computer = computer(name, device, alone=changes_itself(module))
        self.width = self._computer.width
        self.depth = self.width + 1
        found = Capacity(budget, max(1, budget // 16)) if budget else calibrated(self._speed_key(), self._made_up)
        self.budget, self.overhead = found.budget, found.overhead

    @property
    def seconds(self) -> float:
        """Seconds the module has computed."""
        return self._computer.seconds

    def one_at_a_time(self) -> TokenModel:
        """The same module, which computes one batch at a time on all cores: how it would answer a single request."""
        single = copy.copy(self)
        single._computer = alone(self.name, self.device)  # noqa: SLF001  # its own
        single.depth = single.width = 1
        return single

    def tokenizer(self) -> Any:
        """A copy of the tokenizer: a fast one cannot be used by two threads."""
        return copy.deepcopy(self._tokenizer)

    @abstractmethod
    def answer(self, batch: Tensors) -> torch.Tensor:
        """The output of the module for a padded batch, one row each; options of the question are further arguments."""
        ...

    def prepare(self, inputs: Sequence[Any]) -> list[Encoded]:
        """Token ids cut at the limit, a pair's longer text first; they decide the answer, their number is the cost."""
        if not inputs:
            return []
        columns = columns_of(inputs)
        with nullcontext() if self._tokenizer.is_fast else quiet():  # a slow one warns at every pair it cuts
            encoded = self._tokenizer(*columns, truncation="longest_first", max_length=self.limit, padding=False)
            cuts = self._cuts(encoded, columns)
        names = [name for name in self._tokenizer.model_input_names if name in encoded]
        rows = [{name: encoded[name][at] for name in names} for at in range(len(inputs))]
        return [Encoded(row, len(row["input_ids"]), _key(row), cut) for row, cut in zip(rows, cuts, strict=True)]

    def submit(self, batch: Sequence[Encoded], **options: Any) -> Future[Any]:
        """The answers to a batch, one row each; it is padded here, while the one before computes."""
        return self._sent([cast("Mapping[str, list[int]]", row.payload) for row in batch], **options)

    def _sent(self, rows: Sequence[Mapping[str, list[int]]], **options: Any) -> Future[Any]:
        return self._computer.submit(partial(self.answer, **options), self._padded(rows))

    def _cuts(self, encoded: Any, columns: Sequence[Sequence[str]]) -> list[int]:
        """The number of tokens of each row beyond the limit.

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
        """Answer batches of made-up input, as many as are computed side by side, to see how long they take."""
        row = {"input_ids": [1] * min(tokens, self.limit), "attention_mask": [1] * min(tokens, self.limit)}
        for answers in [self._sent([row] * rows) for _ in range(self.width)]:
            answers.result()

    def _speed_key(self) -> str:
        """Whatever decides how fast the module computes."""
        config = {key: value for key, value in self._module.config.to_dict().items() if isinstance(value, int | str)}
        where = torch.cuda.get_device_name(self.device) if self.device.startswith("cuda") else platform.processor()
        attention = getattr(self._module.config, "_attn_implementation", None)
        how = [type(self._module).__name__, attention, type(self._computer).__name__, self.width]
        known = [config, how, str(self._module.dtype), self.device, where, torch.get_num_threads(), torch.__version__]
        return hashlib.blake2b(json.dumps(known, sort_keys=True).encode(), digest_size=16).hexdigest()

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


def changes_itself(module: Any) -> bool:
    """Whether a module may not be used by two threads: compiled ones, and positions that follow the longest input."""
    config = module.config.to_dict()
    rope = config.get("rope_scaling") or config.get("rope_parameters") or {}
    kind = rope.get("rope_type", rope.get("type")) if isinstance(rope, dict) else None
    return hasattr(module, "_orig_mod") or kind in {"dynamic", "longrope"}


def _key(row: Mapping[str, list[int]]) -> tuple[bytes, ...]:
    return tuple(np.asarray(ids, dtype=np.int32).tobytes() for name, ids in row.items() if name != "attention_mask")
