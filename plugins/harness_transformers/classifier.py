"""A transformers classifier: what its output makes of its logits."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import torch

from harness.models import choose_device
from harness_transformers.batched import TokenModel
from harness_transformers.computing import Tensors
from harness_transformers.config import labels_of, output_of
from harness_transformers.loading import Way, fingerprint, limit_of, name_of, read

ANSWERS: dict[str, Callable[[torch.Tensor], torch.Tensor]] = {
    "probabilities": lambda logits: logits.softmax(dim=-1),
    "value": lambda logits: logits,
    "labels": torch.sigmoid,
}
"""The function from logits to each output."""


class SequenceClassifier(TokenModel):
    """Answers `predict` with what its `output` makes of the logits, `(n, labels)` in float32."""

    def __init__(
        self,
        module: Any,
        tokenizer: Any,
        *,
        output: str,
        reference: Callable[[], SequenceClassifier] | None = None,
        **how: Any,
    ) -> None:
        self.output = output
        self.labels: list[str] = labels_of(module.config, output)
        self._reference = reference
        super().__init__(module, tokenizer, **how)

    def reference(self) -> SequenceClassifier | None:
        """The same model in float32 and not compiled; None where it is that already."""
        return self._reference() if self._reference else None

    def answer(self, batch: Tensors) -> torch.Tensor:
        """`(n, labels)`."""
        return ANSWERS[self.output](self._module(**batch).logits.float())


def load(
    path: str,
    way: Way,
    *,
    device: str,
    max_length: int | None,
    output: str | None,
    revision: str | None,
    allow_pickle: bool,
    budget: int | None = None,
) -> SequenceClassifier:
    """Load a classifier; raises UserError for a folder that contains none, or one that cannot give this output."""
    where = choose_device(device, torch)
    options: dict[str, Any] = {"revision": revision, "allow_pickle": allow_pickle}
    module, tokenizer = read(path, device=where, **options, **way.settings)
    given = output_of(module.config, output)
    longest = limit_of(tokenizer, module.config)
    known = fingerprint(module, tokenizer, way.dtype, given, *([] if way.is_plain else [repr(way)]))
    again = partial(load, path, Way(), device=where, max_length=max_length, output=output, **options)
    return SequenceClassifier(
        way.applied(module),
        tokenizer,
        name=name_of(path),
        device=where,
        limit=min(longest, max_length or longest),
        output=given,
        fingerprint=known,
        budget=budget,
        reference=None if way.is_plain else again,
    )
