"""The auxiliary models of a suite (`models`): a sentence encoder answers `embed`, a masked model `fill`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal, TypeAlias

import torch

from harness import Filling, UserError
from harness.models import Encoded, choose_device
from harness_transformers.batched import TokenModel
from harness_transformers.computing import Tensors
from harness_transformers.files import json_beside
from harness_transformers.loading import HEADS, Way, fingerprint, limit_of, name_of, read
from harness_transformers.replicas import Replicas

AuxiliaryKind: TypeAlias = Literal["embed", "fill"]
Pooled: TypeAlias = Literal["mean", "cls"]

NO_WORD = re.compile(r"\[unused\d+\]")
"""Places in BERT's vocabulary that stand for nothing."""

WORD_PREFIXES = ("\u0120", "\u2581")
"""The beginnings of words in byte-level and in SentencePiece vocabularies; in others pieces begin with ##."""


class Auxiliary:
    """An adapter that answers questions of one kind, by the channel that is its attribute of this name."""

    def __init__(self, kind: AuxiliaryKind, channel: Any, reference: Callable[[], Auxiliary] | None = None) -> None:
        self._kind, self._channel, self._reference = kind, channel, reference
        setattr(self, kind, channel)
        self.name, self.device, self.fingerprint = channel.name, channel.device, channel.fingerprint
        self.labels: Sequence[str] = channel.labels

    def __repr__(self) -> str:
        return f"<{self.name}, which answers {self._kind} only>"

    @property
    def seconds(self) -> float:
        """Seconds the module has computed."""
        return float(self._channel.seconds)

    def reference(self) -> Auxiliary | None:
        """The same model in float32 and not compiled; None where it is that already."""
        return self._reference() if self._reference else None


@dataclass(frozen=True)
class Pooling:
    """The way from tokens' embeddings to a sentence's: their mean or the first one, of length 1 if `unit`."""

    by: Pooled = "mean"
    unit: bool = False
    limit: int | None = None

    def __call__(self, tokens: torch.Tensor, attended: torch.Tensor) -> torch.Tensor:
        """`(n, d)` of `(n, tokens, d)` and `(n, tokens)`."""
        if self.by == "cls":  # the first one that is no padding, which may stand on either side
            rows = tokens[torch.arange(len(tokens), device=tokens.device), attended.int().argmax(dim=1)]
        else:
            weights = attended.unsqueeze(-1).to(tokens.dtype)
            rows = (tokens * weights).sum(1) / weights.sum(1).clamp(min=1e-9)
        return torch.nn.functional.normalize(rows, dim=-1) if self.unit else rows


class SentenceEncoder(TokenModel):
    """Answers `embed`: `(n, d)` in float32."""

    labels: Sequence[str] = ()

    def __init__(self, module: Any, tokenizer: Any, *, pooling: Pooling, **how: Any) -> None:
        self._pooling = pooling
        super().__init__(module, tokenizer, **how)

    def answer(self, batch: Tensors) -> torch.Tensor:
        """`(n, d)`."""
        return self._pooling(self._module(**batch).last_hidden_state.float(), batch["attention_mask"])


class MaskedModel(TokenModel):
    """Answers `fill`: `(n, 2, top)`, the places of words in `labels` and their log probabilities, in float32."""

    def __init__(self, module: Any, tokenizer: Any, **how: Any) -> None:
        if tokenizer.mask_token is None:
            raise UserError(f"the tokenizer of {how['name']} has no mask: expected that of a masked language model")
        self.labels: Sequence[str] = words_of(tokenizer)
        self._mask = tokenizer.mask_token_id
        self._words = torch.tensor([at for at, word in enumerate(self.labels) if word], device=how["device"])
        super().__init__(module, tokenizer, **how)

    def prepare(self, inputs: Sequence[Any]) -> list[Encoded]:
        """As for any text; raises ValueError where the mask lies beyond the limit."""
        rows = super().prepare([text.replace(Filling.MASK, self._tokenizer.mask_token) for text in inputs])
        for text, row in zip(inputs, rows, strict=True):
            if row.cut and self._mask not in _ids(row):
                raise ValueError(f"the mask lies beyond the {self.limit} tokens that {self.name} takes of {text!r:.80}")
        return rows

    def answer(self, batch: Tensors, top: int = 1) -> torch.Tensor:
        """`(n, 2, top)`; of made-up input, which has no mask, the first token is taken for it."""
        at = (batch["input_ids"] == self._mask).int().argmax(dim=1)
        logits = self._module(**batch).logits
        known = logits[torch.arange(len(at), device=logits.device), at].float().log_softmax(dim=-1)[:, self._words]
        best = known.topk(min(top, len(self._words)), dim=-1)
        return torch.stack([self._words[best.indices].float(), best.values], dim=1)


def load(
    path: str,
    way: Way,
    kind: AuxiliaryKind,
    devices: Sequence[str],
    *,
    max_length: int | None,
    revision: str | None,
    allow_pickle: bool,
    budget: int | None,
) -> Auxiliary:
    """Load an encoder or a masked model, once per device; raises UserError for a folder that contains none."""
    given: dict[str, Any] = {"max_length": max_length, "revision": revision, "allow_pickle": allow_pickle}
    loaded = [_loaded(path, way, kind, choose_device(each, torch), budget=budget, **given) for each in devices]
    again = None if way.is_plain else partial(load, path, Way(), kind, devices[:1], budget=None, **given)
    return Auxiliary(kind, loaded[0] if len(loaded) == 1 else Replicas(loaded), again)


def _loaded(
    path: str, way: Way, kind: AuxiliaryKind, device: str, *, max_length: int | None, budget: int | None, **options: Any
) -> TokenModel:
    module, tokenizer = read(path, device=device, head=HEADS[kind], **options, **way.settings)
    pooling = pooling_of(path, options["revision"]) if kind == "embed" else Pooling()
    longest = min(filter(None, (limit_of(tokenizer, module.config), pooling.limit, max_length)))
    how: dict[str, Any] = {
        "name": name_of(path),
        "device": device,
        "limit": longest,
        "fingerprint": fingerprint(module, tokenizer, repr(way), kind, repr(pooling), longest),
        "budget": budget,
    }
    module = way.applied(module)
    if kind == "embed":
        return SentenceEncoder(module, tokenizer, pooling=pooling, **how)
    return MaskedModel(module, tokenizer, **how)


def pooling_of(path: str, revision: str | None = None) -> Pooling:
    """The pooling in the files of sentence-transformers beside a checkpoint; without any, the mean of the tokens.

    Raises UserError for a layer that is neither: the embeddings would be others than the encoder's.
    """
    layers = json_beside(path, "modules.json", revision) or []
    known = {str(each["type"]).rpartition(".")[2]: str(each["path"]) for each in layers}
    if unknown := sorted(known.keys() - {"Transformer", "Pooling", "Normalize"}):
        raise UserError(f"{path}: modules.json has {unknown[0]!r}: expected Transformer, Pooling and Normalize only")
    config = json_beside(path, f"{known['Pooling']}/config.json", revision) if "Pooling" in known else {}
    limit = (json_beside(path, "sentence_bert_config.json", revision) or {}).get("max_seq_length")
    return Pooling(_pooled(path, config or {}), "Normalize" in known, limit)


def _pooled(path: str, config: Mapping[str, Any]) -> Pooled:
    """The way tokens are pooled: versions before 6 write a yes or no for every way."""
    old = {"pooling_mode_cls_token": "cls", "pooling_mode_mean_tokens": "mean"}
    ways = [name for name, value in config.items() if name.startswith("pooling_mode_") and value is True]
    match [old.get(name, name) for name in ways] or [config.get("pooling_mode", "mean")]:
        case ["mean" | "cls" as way]:
            return way
        case several:
            raise UserError(f"{path}: its tokens are pooled by {' and '.join(several)}: expected mean or cls")


def words_of(tokenizer: Any) -> list[str]:
    """The word at each place of a vocabulary; an empty one for pieces, special tokens and what stands for nothing."""
    tokens = [str(each) for each in tokenizer.convert_ids_to_tokens(range(len(tokenizer)))]
    mark = next((each for each in WORD_PREFIXES if sum(token.startswith(each) for token in tokens) > 1), None)
    special = set(tokenizer.all_special_ids)
    return ["" if at in special else _word(token, at, mark, tokenizer) for at, token in enumerate(tokens)]


def _word(token: str, at: int, mark: str | None, tokenizer: Any) -> str:
    if mark is not None:
        return str(tokenizer.decode([at])).strip() if token.startswith(mark) else ""
    return "" if token.startswith("##") or NO_WORD.fullmatch(token) else token


def _ids(row: Encoded) -> Sequence[int]:
    payload: Any = row.payload
    found: Sequence[int] = payload["input_ids"]
    return found
