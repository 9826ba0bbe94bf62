"""A trained model and its tokenizer from a folder or the hub, and what can be known of both before a question."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from logging import INFO
from pathlib import Path
from typing import Any

import torch
from transformers import (
    AutoModel,
    AutoModelForCausalLM,
    AutoModelForMaskedLM,
    AutoModelForSequenceClassification,
    AutoTokenizer,
)
from transformers.utils import logging

from harness import UserError
from harness_transformers.files import require_safetensors

PADDED_POSITIONS = ("roberta", "xlm-roberta", "camembert", "longformer")
"""Model types whose first positions are the padding's."""

NO_LENGTH_LIMIT = 2**31 - 1
"""The limit of a model without one: transformers says 1e30, a number that fast tokenizers cannot take."""


@dataclass(frozen=True)
class Head:
    """The head of a checkpoint for a task: its class, its name in messages, and weights that may be missing."""

    auto: Any
    words: str
    spare: str | None = None


HEADS = {
    "classify": Head(AutoModelForSequenceClassification, "classifier"),
    "embed": Head(AutoModel, "encoder", "pooler."),
    "fill": Head(AutoModelForMaskedLM, "masked language model"),
    "generate": Head(AutoModelForCausalLM, "causal language model"),
}
"""The head by task; the pooler of an encoder is for classifiers."""


@dataclass(frozen=True)
class Way:
    """The way a module computes: its dtype, whether it is compiled, and the implementation of attention."""

    dtype: str = "float32"
    compile: bool = False
    attention: str | None = None

    @property
    def is_plain(self) -> bool:
        """Whether this is what the others are compared with."""
        return self == Way()

    @property
    def settings(self) -> dict[str, Any]:
        """The options that load it."""
        how = {"attn_implementation": self.attention} if self.attention else {}
        return {"dtype": getattr(torch, self.dtype), **how}

    def applied(self, module: Any) -> Any:
        """The module, compiled if it is to be."""
        return torch.compile(module, dynamic=True) if self.compile else module


def read(
    path: str, *, device: str, revision: str | None, allow_pickle: bool, head: Head = HEADS["classify"], **settings: Any
) -> tuple[Any, Any]:
    """Module, in eval mode on its device, and tokenizer; `settings` are the library's, like `dtype`.

    Raises UserError for a folder that contains none, or one whose head was not trained.
    """
    if _is_path(path) and not Path(path).exists():  # the hub would be asked for it, again and again
        raise UserError(
            f"{path}: there is no such folder: expected that of a checkpoint, or the id of a model on the hub"
        )
    options: dict[str, Any] = {"revision": revision} if revision else {}
    with quiet():
        if not allow_pickle:
            require_safetensors(path, revision)
        module = _module(path, head, use_safetensors=None if allow_pickle else True, **settings, **options)
        tokenizer = _tokenizer(path, **options)
    return module.eval().requires_grad_(False).to(device), tokenizer


def name_of(path: str) -> str:
    """The model's name in messages: that of its folder, or its hub id."""
    return Path(path).name if Path(path).exists() else path


def devices_of(device: str) -> list[str]:
    """The devices a setting names: one, several with commas between, or all GPUs."""
    if device == "all":
        return [f"cuda:{at}" for at in range(torch.cuda.device_count())] or ["auto"]
    return [each.strip() for each in device.split(",")]


def limit_of(tokenizer: Any, config: Any) -> int:
    """The most tokens that the model reads: the smaller limit of tokenizer and positions."""
    positions = int(getattr(config, "max_position_embeddings", 0) or 0)
    if positions and getattr(config, "model_type", "") in PADDED_POSITIONS:
        positions -= config.pad_token_id + 1
    longest = int(tokenizer.model_max_length)
    return min(longest, positions or longest, NO_LENGTH_LIMIT)


def fingerprint(module: Any, tokenizer: Any, *settings: object) -> str:
    """A hash of the weights as loaded, the configuration, the tokenizer and the adapter's own settings."""
    whole = hashlib.blake2b(digest_size=16)
    config = {key: value for key, value in module.config.to_dict().items() if key != "_name_or_path"}
    known = [settings, config, type(tokenizer).__name__, tokenizer.get_vocab()]
    whole.update(json.dumps(known, sort_keys=True, default=str).encode())
    backend = getattr(tokenizer, "backend_tokenizer", None)
    whole.update(backend.to_str().encode() if backend else b"")
    for name, weight in sorted(module.state_dict().items()):
        whole.update(name.encode())
        whole.update(weight.detach().cpu().contiguous().reshape(-1).view(torch.uint8).numpy().tobytes())
    return whole.hexdigest()


def _is_path(name: str) -> bool:
    """Whether it can be nothing else; `a/b` may be an id on the hub."""
    return name.startswith((".", "/", "~")) or "\\" in name or name.count("/") > 1


def _module(path: str, head: Head, **options: Any) -> Any:
    try:
        module, info = head.auto.from_pretrained(path, output_loading_info=True, trust_remote_code=False, **options)
    except Exception as error:  # whatever comes of files that are not what their names say
        raise UserError(_cannot_load(path, head, error)) from error
    if missing := [name for name in sorted(info["missing_keys"]) if not (head.spare and head.spare in name)]:
        raise UserError(f"{path} is no trained {head.words}: without the weights {', '.join(missing[:4])}")
    return module


def _tokenizer(path: str, **options: Any) -> Any:
    expected = "expected its files, like tokenizer.json, beside the model's"
    try:
        tokenizer = AutoTokenizer.from_pretrained(path, trust_remote_code=False, **options)
    except Exception as error:  # as above
        why = str(error) or type(error).__name__
        raise UserError(f"the tokenizer of {path} could not be loaded: {why}: {expected}") from error
    if len(tokenizer) <= len(set(tokenizer.all_special_tokens)):  # transformers 5 makes one of nothing
        raise UserError(f"{path} has no tokenizer: {expected}")
    return tokenizer


def _cannot_load(path: str, head: Head, error: Exception) -> str:
    why = str(error) or type(error).__name__
    if Path(path).exists():
        hint = " (do the weights have the shapes that config.json says?)" if isinstance(error, RuntimeError) else ""
        return f"{path} could not be loaded as a {head.words}: {why}{hint}"
    return f"{path} is neither a folder here nor a model that the hub gave: {why.splitlines()[0]}"


class quiet:  # noqa: N801  # used like a function
    """Silences transformers' bars for a while, and its advice unless it was asked for, and gives them back."""

    def __enter__(self) -> None:
        self._level, self._bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
        if self._level > INFO:
            logging.set_verbosity_error()
        logging.disable_progress_bar()

    def __exit__(self, *error: object) -> None:
        logging.set_verbosity(self._level)
        if self._bars:
            logging.enable_progress_bar()
