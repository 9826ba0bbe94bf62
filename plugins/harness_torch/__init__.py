"""The models `torch`, `torch_export`, `torchscript`: a module, or a file of one, with a function for its tensors."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from harness_torch.module import TorchModule

Answers: TypeAlias = Literal["probabilities", "classes", "value", "labels"]
Floats: TypeAlias = Literal["float32", "float64", "bfloat16", "float16"]


def torch(
    *,
    module: str,
    collate: str,
    weights: Path | None = None,
    labels: list[str] | None = None,
    output: Answers | None = None,
    device: str = "auto",
    dtype: Floats = "float32",
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


def torch_export(
    *,
    path: Path,
    collate: str,
    labels: list[str] | None = None,
    output: Answers | None = None,
    device: str = "auto",
    dtype: Floats = "float32",
    max_batch: int = 64,
    allow_pickle: bool = False,
) -> TorchModule:
    """A program that `torch.export.save` wrote (`.pt2`); answers, `collate` and the rest are as with `torch`.

    It takes batches of any size where it was exported with a dynamic first dimension; else `max_batch` is the one size
    that it takes, 1. PyTorch reads such files with pickle, which can run any code: `allow_pickle` says that you trust
    this one.
    """
    from harness_torch.exported import program

    return program(path, collate, labels, output, device, dtype, max_batch, allow_pickle=allow_pickle)


def torchscript(
    *,
    path: Path,
    collate: str,
    labels: list[str] | None = None,
    output: Answers | None = None,
    device: str = "auto",
    dtype: Floats = "float32",
    max_batch: int = 64,
    allow_code: bool = False,
) -> TorchModule:
    """A module that `torch.jit.save` wrote; answers, `collate` and the rest are as with `torch`.

    Such a file is a program, which may read and write files: `allow_code` says that you trust this one.
    """
    from harness_torch.exported import script

    return script(path, collate, labels, output, device, dtype, max_batch, allow_code=allow_code)
