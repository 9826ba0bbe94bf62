"""A causal language model as a classifier: how probable it finds each label's words after the prompt.

The prompt's constant beginning (shown samples, template) is computed once and its keys and values are kept; a batch
computes what follows it, then the labels' further tokens from there. A module whose answers differ that way, as one
with a state of another kind may, is asked about whole prompts instead: which, is tried when it is loaded.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from functools import partial
from inspect import signature
from typing import Any, cast

import numpy as np
import torch
from transformers import DynamicCache

from harness import UserError
from harness.models import Encoded
from harness_transformers.batched import TokenModel
from harness_transformers.computing import Tensors
from harness_transformers.label_tokens import Row, Tokens, packed
from harness_transformers.prompts import Prompt

SAME = {torch.float32: 1e-3}
"""The largest difference of log-probabilities at which a module may continue from what it kept, by dtype."""

SAME_ROUNDED = 0.1
"""That of coarser dtypes."""


class CausalClassifier(TokenModel):
    """Answers `predict` with the softmax of the labels' scores `(n, labels)`, or with the greedy choice `(n,)`.

    A score is the label's log-likelihood over its divisor (`normalise`), less its offset (`calibrate`, `uncond`).
    """

    def __init__(
        self,
        module: Any,
        tokenizer: Any,
        prompt: Prompt,
        *,
        normalise: str = "sum",
        calibrate: Sequence[str] = (),
        greedy: bool = False,
        **how: Any,
    ) -> None:
        self.output = "classes" if greedy else "probabilities"
        self.labels = list(prompt.words)
        self._module, self._normalise, self._greedy = module, normalise, greedy
        self._tokens = Tokens(tokenizer, prompt, how["limit"])
        self._tokens.require(distinct=greedy or normalise == "sum")
        self._offsets = torch.zeros(len(self.labels))
        self._place = how["device"]
        self._accepted = signature(getattr(module, "_orig_mod", module).forward).parameters
        self._head: list[int] = []
        self._kept: list[tuple[torch.Tensor, torch.Tensor]] = []
        with torch.inference_mode():
            self._require_causal(how["name"])
            self._keep()
            self._calibrate(calibrate)
        super().__init__(module, tokenizer, **how)

    def prompt(self, value: Any) -> str:
        """The whole prompt about an input, up to where the word of a label would stand."""
        return self._tokens.prompt.filled(self._tokens.prompt.fields(value))

    def prepare(self, inputs: Sequence[Any]) -> list[Encoded]:
        """Tokens of the prompts and the labels; where they are more than the model reads, the input's field is cut."""
        return [self._encoded(row, cut) for row, cut in self._tokens.rows(inputs)]

    def submit(self, batch: Sequence[Encoded], **options: Any) -> Future[Any]:
        """The answers to a batch, one row each."""
        return self._sent([cast("Any", row.payload) for row in batch], **options)

    def answer(self, batch: Tensors, *, kept: bool = False, continued: bool = False) -> torch.Tensor:
        """`(n, labels)` of probabilities, or `(n,)` of the places of the labels that greedy generation spells."""
        logs = self._continued(batch, kept=kept) if continued else self._whole(batch)
        return _greedy(logs, batch) if self._greedy else self._scores(logs, batch["count"]).softmax(-1)

    def log_likelihoods(self, inputs: Sequence[Any]) -> Any:
        """The natural logarithms of the labels' probabilities after each prompt `(n, labels)`: nothing normalised."""
        batch, how = self._batch([row for row, _ in self._tokens.rows(inputs)])
        with torch.inference_mode():
            on = {name: tensor.to(self._place) for name, tensor in batch.items()}
            logs = self._continued(on, kept=how["kept"]) if how["continued"] else self._whole(on)
        return logs.sum(-1).cpu().numpy()

    def _encoded(self, row: Row, cut: int) -> Encoded:
        own = len(row.context) - (len(self._head) if self._begins(row) else 0)
        cost = own + sum(len(label) - 1 for label in row.labels)
        key = tuple(np.asarray(ids, np.int32).tobytes() for ids in (row.context, *row.labels))
        return Encoded(row, cost, key, cut)

    def _sent(self, rows: Sequence[Any], **_: Any) -> Future[Any]:
        batch, how = self._batch(rows)
        return self._computer.submit(partial(self.answer, **how), batch)

    def _batch(self, rows: Sequence[Row]) -> tuple[dict[str, torch.Tensor], dict[str, Any]]:
        """Tensors of some rows, without the kept head where all of them begin with it."""
        kept = bool(self._head) and all(map(self._begins, rows))
        return packed(rows, len(self._head) if kept else 0), {"kept": kept, "continued": self._continues}

    def _begins(self, row: Row) -> bool:
        size = len(self._head)
        return len(row.context) > size and row.context[:size] == self._head

    def _scores(self, logs: torch.Tensor, count: torch.Tensor) -> torch.Tensor:
        """The scores `(n, labels)` of the labels' log-probabilities `(n, labels, tokens)`, `count` tokens each."""
        sums = logs.sum(-1)
        if self._normalise == "tokens":
            sums = sums / count
        elif self._normalise == "bytes":
            sums = sums / sums.new_tensor([len(word.strip().encode()) for word in self._tokens.prompt.words.values()])
        return sums - self._offsets.to(sums)

    def _continued(self, batch: Tensors, *, kept: bool) -> torch.Tensor:
        """Log-probabilities of the labels' tokens `(n, labels, tokens)`, 0 behind their ends: prompts once."""
        labels, further = batch["labels"], batch["further"]
        n, size, longest = labels.shape
        past = DynamicCache()
        for layer, (keys, values) in enumerate(self._kept if kept else ()):
            past.update(keys.expand(n, -1, -1, -1), values.expand(n, -1, -1, -1), layer)
        head = batch["mask"].new_ones((n, len(self._head) if kept else 0))
        mask = torch.cat([head, batch["mask"]], 1)
        logits = self._logits(batch["ids"], mask, 1, past)
        logs = labels.new_zeros(labels.shape, dtype=torch.float32)
        logs[:, :, 0] = logits[:, -1].gather(1, labels[:, :, 0]) - logits[:, -1].logsumexp(-1, keepdim=True)
        if not len(further):
            return logs
        at, again = further // size, DynamicCache()
        for layer, (keys, values) in enumerate(_layers(past)):
            again.update(keys[at], values[at], layer)
        tokens = labels.reshape(n * size, longest)[further]
        inside = _inside(batch["count"], longest).reshape(n * size, longest)[further]
        logits = self._logits(tokens[:, :-1], torch.cat([mask[at], inside[:, 1:]], 1), longest - 1, again)
        logs.view(n * size, longest)[further, 1:] = _of(logits, tokens[:, 1:]) * inside[:, 1:]
        return logs

    def _whole(self, batch: Tensors) -> torch.Tensor:
        """The same, of each prompt with each label as a text of its own."""
        labels = batch["labels"]
        n, size, longest = labels.shape
        tokens, inside = labels.reshape(n * size, longest), _inside(batch["count"], longest).reshape(n * size, longest)
        ids = torch.cat([batch["ids"].repeat_interleave(size, 0), tokens[:, :-1]], 1)
        mask = torch.cat([batch["mask"].repeat_interleave(size, 0), inside[:, 1:]], 1)
        logits = self._logits(ids, mask, longest)
        return (_of(logits, tokens) * inside).reshape(labels.shape)

    def _logits(self, ids: torch.Tensor, mask: torch.Tensor, last: int, past: Any = None) -> torch.Tensor:
        """The logits `(n, last, vocabulary)` in float32 behind the last tokens; `past` goes before them and grows."""
        how: dict[str, Any] = {"use_cache": past is not None}
        if past is not None:
            how["past_key_values"] = past
        if "logits_to_keep" in self._accepted:
            how["logits_to_keep"] = last
        if "position_ids" in self._accepted:
            how["position_ids"] = (mask.cumsum(-1) - 1).clamp(min=0)[:, -ids.shape[1] :]
        return cast("torch.Tensor", self._module(input_ids=ids, attention_mask=mask, **how).logits[:, -last:].float())

    def _require_causal(self, name: str) -> None:
        """Raise UserError for a module that sees the tokens behind one."""
        ids = torch.tensor([[1, 2, 3], [1, 5, 4]], device=self._place) % self._module.config.vocab_size
        logits = self._module(input_ids=ids, attention_mask=torch.ones_like(ids)).logits[:, 0].float()
        if not torch.allclose(logits[0], logits[1], atol=1e-2, rtol=1e-2):
            raise UserError(
                f"{name} is no causal language model: its answer at a token depends on those behind it; "
                "a masked language model is loaded by `transformers` with `task: fill`"
            )

    def _keep(self) -> None:
        """Compute the head's keys and values, and continue from there only where that gives the same answers."""
        self._continues = True
        rows = [row for row, _ in self._tokens.probes()]
        whole = self._logs_here(rows, whole=True)
        try:
            self._head = self._tokens.head()
            if self._head:
                past = DynamicCache()
                ids = torch.tensor([self._head], device=self._place)
                self._logits(ids, torch.ones_like(ids), 1, past)
                self._kept = _layers(past)
            same = torch.allclose(self._logs_here(rows), whole, rtol=0, atol=SAME.get(self._module.dtype, SAME_ROUNDED))
        except (AttributeError, TypeError, ValueError, IndexError, RuntimeError):  # a state of another kind
            same = False
        if not same:
            self._continues, self._head, self._kept = False, [], []

    def _logs_here(self, rows: Sequence[Row], *, whole: bool = False) -> torch.Tensor:
        batch, how = (packed(rows, 0), {}) if whole else self._batch(rows)
        on = {name: tensor.to(self._place) for name, tensor in batch.items()}
        return self._whole(on) if not how.get("continued") else self._continued(on, kept=how["kept"])

    def _calibrate(self, content_free: Sequence[str]) -> None:
        """The labels' offsets: what they score after the premise alone, and without content."""
        if self._normalise == "uncond":
            self._offsets = self._logs_here([self._tokens.premise()], whole=True).sum(-1)[0].cpu()
        if content_free:
            rows = [self._tokens.blank(text) for text in content_free]
            count = packed(rows, 0)["count"].to(self._place)
            chances = self._scores(self._logs_here(rows), count).softmax(-1)
            self._offsets = self._offsets + chances.mean(0).log().cpu()

    def _made_up(self, rows: int, tokens: int) -> None:
        room = max(1, min(tokens, self.limit - len(self._head) - self._tokens.longest))
        row = Row([*self._head, *[1] * room], self._tokens.premise().labels)
        for answers in [self._sent([row] * rows) for _ in range(self.width)]:
            answers.result()

    def _speed_key(self) -> str:
        size = len(self._head).bit_length()  # prompts of like length are as fast
        return f"{super()._speed_key()} head {size} labels {len(self.labels)}"


def _layers(past: Any) -> list[tuple[torch.Tensor, torch.Tensor]]:
    """The keys and values of each layer `(n, heads, tokens, size)`."""
    return [(layer.keys, layer.values) for layer in past.layers]


def _inside(count: torch.Tensor, longest: int) -> torch.Tensor:
    """1 where a label has a token `(n, labels, longest)`."""
    return (torch.arange(longest, device=count.device) < count[..., None]).long()


def _of(logits: torch.Tensor, tokens: torch.Tensor) -> torch.Tensor:
    """The log-probability of each token `(n, tokens)` by the logits before it `(n, tokens, vocabulary)`."""
    return logits.gather(2, tokens[..., None])[..., 0] - logits.logsumexp(-1)


def _greedy(logs: torch.Tensor, batch: Tensors) -> torch.Tensor:
    """The label that greedy generation spells, each token the most probable of those that some label goes on with."""
    tokens, count = batch["labels"], batch["count"]
    alive = torch.ones_like(count, dtype=torch.bool)
    for at in range(tokens.shape[2]):
        going = alive & (count > at)
        best = logs[:, :, at].masked_fill(~going, -torch.inf).argmax(1, keepdim=True)
        same = (tokens[:, :, at] == tokens[:, :, at].gather(1, best)) & going
        alive = torch.where(going.any(1, keepdim=True), same, alive)
    return alive.long().argmax(1)
