"""Weights of a module from a file, all of them or none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from torch import nn

from harness import UserError

WEIGHTS_NAMED = 4
"""Names of weights in an error, of what may be hundreds."""


def read_into(module: nn.Module, path: Path, *, allow_pickle: bool) -> None:
    """Load the weights of a file into a module.

    Raises UserError when there is no such file, when it is not what its name says, when weights are missing, too
    many or of another shape, and for any file but safetensors unless `allow_pickle`.
    """
    if not path.is_file():
        raise UserError(f"model 'torch': weights: there is no file {path}", "weights")
    try:
        missing, unexpected = _loaded(module, path, allow_pickle=allow_pickle)
    except RuntimeError as error:  # shapes that differ, which torch lists
        raise UserError(f"model 'torch': weights: {path} does not fit the module: {error}", "weights") from error
    if missing or unexpected:
        raise UserError(
            f"model 'torch': weights: {path} does not fit the module: missing from the file: {_some(missing)}; "
            f"unknown to the module: {_some(unexpected)}",
            "weights",
        )


def _loaded(module: nn.Module, path: Path, *, allow_pickle: bool) -> tuple[list[str], list[str]]:
    """Load the weights; the names missing from the file, and those unknown to the module."""
    if path.suffix == ".safetensors":
        return _load_safetensors(module, path)
    if not allow_pickle:
        raise UserError(
            f"model 'torch': weights: {path} is not a safetensors file: write one with "
            "`safetensors.torch.save_model(module, 'weights.safetensors')`, or set `allow_pickle: true`",
            "weights",
        )
    result = module.load_state_dict(_unpickled(path), strict=False)
    return list(result.missing_keys), list(result.unexpected_keys)


def _load_safetensors(module: nn.Module, path: Path) -> tuple[list[str], list[str]]:
    from safetensors import SafetensorError
    from safetensors.torch import load_model

    try:
        missing, unexpected = load_model(module, str(path), strict=False)  # which knows of weights that are shared
    except (SafetensorError, OSError) as error:
        raise UserError(f"model 'torch': weights: {path} is no safetensors file: {error}", "weights") from error
    return list(missing), list(unexpected)


def _unpickled(path: Path) -> dict[str, Any]:
    try:
        state = torch.load(path, weights_only=True, map_location="cpu")
    except Exception as error:  # whatever comes of a file that is not what its name says
        raise UserError(
            f"model 'torch': weights: {path} could not be read as weights alone ({type(error).__name__}): "
            "expected a state dict, written with `torch.save(module.state_dict(), path)`",
            "weights",
        ) from error
    if not isinstance(state, dict):
        raise UserError(
            f"model 'torch': weights: {path} contains a {type(state).__name__}: expected a state dict", "weights"
        )
    return state


def _some(names: list[str]) -> str:
    more = f" and {len(names) - WEIGHTS_NAMED} more" if len(names) > WEIGHTS_NAMED else ""
    return (", ".join(sorted(names)[:WEIGHTS_NAMED]) or "none") + more
