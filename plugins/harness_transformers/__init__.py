"""The model `transformers`: a sequence classifier from a local folder or the hub, kept full by the engine."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from harness_transformers.classifier import SequenceClassifier


def transformers(
    *,
    path: Path | str,
    device: str = "auto",
    dtype: Literal["float32", "bfloat16", "float16"] = "float32",
    max_length: int | None = None,
    revision: str | None = None,
    allow_pickle: bool = False,
) -> SequenceClassifier:
    """A Hugging Face sequence classifier: a local folder or a hub id.

    `device` is auto (cuda, else mps, else cpu) or any of torch's names. Texts are cut at the model's own
    limit, or at `max_length` tokens if that is less. Weights are safetensors; `allow_pickle` also takes
    older files. Code from the hub is never run.
    """
    from harness_transformers.classifier import load

    return load(
        str(path),
        device=device,
        dtype=dtype,
        max_length=max_length,
        revision=revision,
        allow_pickle=allow_pickle,
    )
