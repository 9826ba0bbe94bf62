"""The model `torch`: any `nn.Module` of the user's, with a function of theirs that makes tensors of inputs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from harness_torch.module import TorchModule


def torch(
    *,
    module: str,
    collate: str,
    weights: Path | None = None,
    labels: list[str] | None = None,
    output: Literal["probabilities", "classes", "value", "labels"] | None = None,
    device: str = "auto",
    dtype: Literal["float32", "float64", "bfloat16", "float16"] = "float32",
    max_batch: int = 64,
    allow_pickle: bool = False,
) -> TorchModule:
    """Any `nn.Module` that answers logits `(n, classes)`: `module` and `collate` are `importable_module:object`.

    `module` names an instance, or a class or function that gives one without arguments. `collate` names a
    function `(inputs: list) -> tensor`, or a tuple or dict of tensors, which become the module's arguments; they
    are moved to the device, and those of floating point to the `dtype` of the module. Answers are the logits or
    have them as `.logits`; their softmax is taken, for `output: labels` their sigmoid, for `output: value` the
    one column as it is. With `output: classes` a module answers the index of a class `(n,)`, or rows of one 1 and
    else 0. Labels come from the suite or the module's own `labels`.

    Modules are looked up in the suite's folder, in the working directory and among what is installed.
    `weights` are a safetensors file; `allow_pickle` also takes what `torch.save` wrote of a state dict. At most
    `max_batch` inputs are given at once, those of about the same length together.
    """
    from harness_torch.module import load

    return load(
        module,
        collate,
        weights=weights,
        labels=labels,
        output=output,
        device=device,
        dtype=dtype,
        max_batch=max_batch,
        allow_pickle=allow_pickle,
    )
