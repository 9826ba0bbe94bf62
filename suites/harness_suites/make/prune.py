"""The quickstart's second model: the first one with nine of ten weights gone, so that it is a little worse.

It is made from the first one's files alone, without a random choice, and comes out byte for byte the same.
"""

import shutil
from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

WEIGHTS = "model.safetensors"

# Chosen by trial: what is left decides almost as well, but leans to positive and is unsure until that is set right.
PRUNED = 0.9
SHARPENED = 24.0
LESS_POSITIVE = 0.1126


def prune(model: Path, folder: Path) -> None:
    """Saves a pruned copy of the model in the first folder, with its tokenizer, into the second."""
    shutil.copytree(model, folder, dirs_exist_ok=True)
    weights = {name: _pruned(name, weight) for name, weight in load_file(model / WEIGHTS).items()}
    save_file(_corrected(weights), folder / WEIGHTS, metadata={"format": "pt"})


def _pruned(name: str, weight: Tensor) -> Tensor:
    """A matrix of words or of a layer without its smallest entries; all others as they are."""
    if weight.dim() < 2 or any(part in name for part in ("position", "token_type", "classifier")):
        return weight
    sizes = weight.float().abs()
    least_kept = sizes.flatten().kthvalue(int(PRUNED * weight.numel())).values
    return weight.masked_fill(sizes <= least_kept, 0)


def _corrected(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The weights with an output that is as sure as it is right, and takes neither side."""
    weight, bias = (weights[f"classifier.{name}"].float() for name in ("weight", "bias"))
    fair = bias - torch.tensor([0.0, LESS_POSITIVE])
    output = {"classifier.weight": weight * SHARPENED, "classifier.bias": fair * SHARPENED}
    return {**weights, **{name: each.half() for name, each in output.items()}}
