"""A torch module in memory as a model: it keeps its device, its dtype and its own mode."""

from __future__ import annotations

import copy
from collections.abc import Callable
from itertools import chain
from typing import Any

import torch
from torch import nn

from harness import UserError
from harness_torch.module import TorchModule, own_labels


def in_memory(
    model: nn.Module,
    *,
    collate: Callable[[list[Any]], Any] | None = None,
    output: str | None = None,
    device: str | None = None,
    max_batch: int = 64,
) -> Any:
    """A module in memory, which answers logits `(n, classes)` to what `collate` makes of inputs, as the model `torch`.

    It is asked in eval mode on its own device, unless another is given; the module itself stays as it is. One that has
    a method `predict` and no `collate` is an adapter of its own. Raises UserError where `collate` is missing.
    """
    if collate is None and callable(getattr(model, "predict", None)):
        return model
    kind = type(model).__name__
    if collate is None:
        raise UserError(
            f"a {kind} is a torch module, which takes tensors: give `collate=`, a function (inputs: list) -> a tensor, "
            "or a tuple or dict of tensors, which become its arguments; its answers are logits (n, classes). Of one "
            "that takes the inputs as they are, give a function: lambda inputs: module(inputs).detach()"
        )
    if not callable(collate):
        raise UserError(f"collate: expected a function (inputs: list) -> tensors, but got {collate!r}")
    if max_batch < 1:
        raise UserError(f"max_batch: expected at least 1 row, but got {max_batch}")
    own, given = next(chain(model.parameters(), model.buffers()), torch.zeros(())), output or "probabilities"
    asked = asked_of(model)
    return TorchModule(
        asked if device is None else copy.deepcopy(asked).to(device),
        collate,
        name=kind,
        labels=own_labels(model, None, given),
        output=given,
        device=device or str(own.device),
        dtype=own.dtype if own.is_floating_point() else torch.get_default_dtype(),
        max_batch=max_batch,
    )


def asked_of(module: nn.Module) -> nn.Module:
    """The module in eval mode: the same where it is, else another one with the same weights, so that it stays as it is.

    Raises UserError for one in training mode that cannot be copied.
    """
    if not any(each.training for each in module.modules()):
        return module
    weights: dict[int, Any] = {id(each): each for each in chain(module.parameters(), module.buffers())}
    try:
        return copy.deepcopy(module, weights).eval()
    except Exception as error:  # whatever a stranger's module contains
        raise UserError(
            f"the {type(module).__name__} is in training mode: call `.eval()` before it is given "
            f"(it could not be copied: {type(error).__name__}: {error})"
        ) from error
