"""A torch module as a plain callable: inputs sorted by cost, collated, computed in inference mode, made answers."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from harness import AnswerError, UserError, kind_of, listed, locate
from harness.models import choose_device, code_of
from harness_torch.weights import read_into

TITLE = "model 'torch'"

BATCHES_SORTED_TOGETHER = 8
"""Batches of inputs taken at once: sorting so many by cost leaves little padding."""

FLOAT32_TOLERANCE = 1e-6
"""The largest distance of a sum of float32 probabilities from 1: rows this close to it, all in 0..1, are no logits."""


class TorchModule:
    """Calls a module: `(inputs) -> (n, classes)` in float32, `(n,)` where it answers classes by their indices.

    It takes BATCHES_SORTED_TOGETHER batches at once and gives the module `max_batch` inputs of about the same cost by
    their kind, since `collate` pads what it puts together. In one thread at a time.
    """

    def __init__(
        self,
        module: nn.Module,
        collate: Callable[[list[Any]], Any],
        *,
        name: str,
        labels: list[str] | None,
        output: str,
        device: str,
        dtype: torch.dtype,
        max_batch: int,
    ) -> None:
        self.name = name
        self.labels = labels
        self.output = output
        self.device = device
        self.budget = BATCHES_SORTED_TOGETHER * max_batch
        self.fingerprint = fingerprint(module, collate, name.partition(":")[0], dtype, output)
        self._module = module
        self._collate = collate
        self._dtype = dtype
        self._max_batch = max_batch

    def __call__(self, inputs: Sequence[Any]) -> Any:
        """The answers to the inputs; raises AnswerError for logits of a wrong shape."""
        order = sorted(range(len(inputs)), key=lambda at: _cost(inputs[at]))
        batches = [order[at : at + self._max_batch] for at in range(0, len(order), self._max_batch)]
        answers = np.concatenate([self._asked([inputs[at] for at in batch]) for batch in batches])
        return answers[np.argsort(order)]

    def _asked(self, inputs: list[Any]) -> Any:
        """The answers to one batch."""
        with torch.inference_mode():
            args, kwargs = self._arguments(self._collate(inputs))
            logits = _logits(self._module(*args, **kwargs), len(inputs), self.output)
            return self._answers(logits.float()).cpu().numpy()

    def _arguments(self, collated: Any) -> tuple[list[Any], dict[str, Any]]:
        if isinstance(collated, torch.Tensor):
            return [self._moved(collated)], {}
        if isinstance(collated, Mapping):
            return [], {str(name): self._moved(value) for name, value in collated.items()}
        if isinstance(collated, (tuple, list)):
            return [self._moved(value) for value in collated], {}
        raise TypeError(f"collate: expected a tensor, or a tuple or dict of tensors, but got {_kind(collated)}")

    def _moved(self, value: Any) -> Any:
        if not isinstance(value, torch.Tensor):
            return value
        return value.to(self.device, self._dtype if value.is_floating_point() else None)

    def _answers(self, logits: torch.Tensor) -> torch.Tensor:
        if self.output in {"value", "classes"}:
            return logits
        if self.output == "labels":
            return logits.sigmoid()
        if _are_probabilities(logits):
            raise AnswerError(
                f"module {self.name}: expected logits, but got {logits[0].tolist()}, which are probabilities already: "
                "leave out the softmax, or give their logarithm"
            )
        return logits.softmax(dim=-1)


def load(
    module: str,
    collate: str,
    *,
    weights: Path | None,
    labels: list[str] | None,
    output: str | None,
    device: str,
    dtype: str,
    max_batch: int,
    allow_pickle: bool,
) -> TorchModule:
    """Find the module and its collate function and load the weights; raises UserError for what is missing."""
    where = choose_device(device, torch)
    require_rows(max_batch, TITLE)
    found = _module(module)
    function = collate_of(collate, TITLE)
    if weights is not None:
        read_into(found, weights, allow_pickle=allow_pickle)
    given = output or "probabilities"
    return TorchModule(
        found.eval().requires_grad_(False).to(where, getattr(torch, dtype)),
        function,
        name=module,
        labels=own_labels(found, labels, given),
        output=given,
        device=where,
        dtype=getattr(torch, dtype),
        max_batch=max_batch,
    )


def require_rows(max_batch: int, title: str) -> None:
    """Raise UserError for batches of no row."""
    if max_batch < 1:
        raise UserError(f"{title}: max_batch: expected at least 1 row, but got {max_batch}", "max_batch")


def collate_of(name: str, title: str) -> Callable[[list[Any]], Any]:
    """The user's function that makes tensors of inputs; raises UserError for what is none."""
    function = locate(name, title=title, key="collate")
    if not callable(function):
        raise UserError(
            f"{title}: collate: {name} is {_kind(function)}: expected a function (inputs) -> tensors", "collate"
        )
    return function  # type: ignore[no-any-return]


def fingerprint(module: nn.Module, collate: object, origin: str, *settings: object) -> str:
    """A hash of the weights as loaded, and of the code of `collate`, of the user's own classes and of `origin`.

    `origin` is the name of the module that the module was found in. Code is that of files, with what they import from
    beside them.
    """
    whole = hashlib.blake2b(digest_size=16)
    own = {type(each) for each in module.modules() if not type(each).__module__.startswith("torch.")}
    code = {text for each in (collate, origin, *own) for text in code_of(each)}
    for part in (*settings, _name(collate), *sorted(map(_name, own)), *sorted(code)):
        whole.update(str(part).encode("utf-8", "surrogatepass") + b"\0")
    for name, value in sorted(module.state_dict().items()):
        whole.update(name.encode())
        whole.update(_bytes(value) if isinstance(value, torch.Tensor) else repr(value).encode())
    return whole.hexdigest()


def _module(spec: str) -> nn.Module:
    """The module that is named, or that what is named makes."""
    found = locate(spec, title=TITLE, key="module")
    if not isinstance(found, nn.Module) and callable(found):
        try:
            found = found()
        except Exception as error:  # whatever a stranger's function raises
            raise UserError(
                f"model 'torch': module: {spec}() failed: {type(error).__name__}: {error}: expected a class or a "
                "function that gives a module without arguments",
                "module",
            ) from error
    if not isinstance(found, nn.Module):
        raise UserError(f"model 'torch': module: {spec} gave {_kind(found)}: expected an nn.Module", "module")
    return found


def own_labels(module: nn.Module, labels: list[str] | None, output: str) -> list[str] | None:
    """The suite's labels, else the module's own; raises UserError where both are there and differ in number."""
    own = getattr(module, "labels", None)
    if own is None:
        return labels or (["value"] if output == "value" else None)
    if labels and len(labels) != len(own):
        raise UserError(
            f"model 'torch': the suite names {len(labels)} labels ({listed(labels)}), but the module has "
            f"{len(own)} ({listed(own)})",
            "labels",
        )
    return labels or [str(label) for label in own]


def _logits(answered: Any, rows: int, output: str) -> torch.Tensor:
    """The logits of a module's answer, `(n, classes)`, or the classes it answers; raises AnswerError for another."""
    logits = answered.get("logits") if isinstance(answered, Mapping) else getattr(answered, "logits", answered)
    columns = "1" if output == "value" else "classes"
    if not isinstance(logits, torch.Tensor):
        raise AnswerError(f"expected logits, a tensor ({rows}, {columns}), but the module answered {_kind(answered)}")
    if output == "classes" and logits.ndim == 1 and len(logits) == rows:
        return logits
    if output == "value" and logits.ndim == 1:
        logits = logits[:, None]
    if logits.ndim != 2 or len(logits) != rows or not logits.shape[1]:
        raise AnswerError(f"expected logits ({rows}, {columns}), but the module answered {tuple(logits.shape)}")
    if output == "probabilities" and logits.shape[1] == 1:
        raise AnswerError(
            f"expected logits ({rows}, 2 or more), but the module answered {tuple(logits.shape)}, and the "
            "softmax of one is always 1: set `output: value`, or `output: labels` for its sigmoid"
        )
    return logits


def _cost(value: object) -> int:
    """The cost of an input beside others by its kind; 1 for what is of no kind, which the module may refuse."""
    try:
        return kind_of(value).cost(value)
    except TypeError:
        return 1


def _are_probabilities(rows: torch.Tensor) -> bool:
    return bool(len(rows)) and bool(rows.min() >= 0) and bool(((rows.sum(dim=-1) - 1).abs() <= FLOAT32_TOLERANCE).all())


def _name(thing: object) -> str:
    """The name of a class or function, or of an object's class."""
    return str(getattr(thing, "__qualname__", type(thing).__qualname__))


def _bytes(tensor: torch.Tensor) -> bytes:
    return tensor.detach().cpu().contiguous().reshape(-1).view(torch.uint8).numpy().tobytes()


def _kind(thing: object) -> str:
    return f"the class {thing.__qualname__}" if isinstance(thing, type) else f"an object of type {type(thing).__name__}"
