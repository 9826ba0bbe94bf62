"""A causal language model from a folder or the hub, as a classifier."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import torch

from harness.models import choose_device
from harness_transformers.causal import CausalClassifier
from harness_transformers.loading import HEADS, Way, limit_of, name_of
from harness_transformers.prompts import Prompt
from harness_transformers.shared import Shared, digest_of, shared


class Loaded(CausalClassifier):
    """One that can be loaded again, in float32."""

    again: Callable[[], CausalClassifier] | None = None
    shared: Shared | None = None

    def reference(self) -> CausalClassifier | None:
        """The same model in float32 and not compiled; None where it is that already."""
        return self.again() if self.again else None


def load(
    path: str,
    way: Way,
    prompt: Prompt,
    scoring: Mapping[str, Any],
    *,
    device: str,
    max_length: int | None,
    revision: str | None,
    allow_pickle: bool,
    budget: int | None = None,
) -> CausalClassifier:
    """Load a model; raises UserError for a folder that contains none, and a prompt that it cannot be asked."""
    where = choose_device(device, torch)
    options: dict[str, Any] = {"revision": revision, "allow_pickle": allow_pickle}
    whole = shared(path, way, HEADS["generate"], device=where, **options)
    longest = limit_of(whole.original, whole.module.config)
    settings = [prompt, sorted(scoring.items()), *([] if way.is_plain else [repr(way)]), max_length]
    model = Loaded(
        whole.module,
        whole.tokenizer,
        prompt,
        **scoring,
        name=name_of(path),
        device=where,
        limit=min(longest, max_length or longest),
        fingerprint=digest_of(whole.fingerprint, *map(repr, settings)),
        budget=budget,
    )
    model.shared = whole
    if not way.is_plain:
        model.again = partial(load, path, Way(), prompt, scoring, device=where, max_length=max_length, **options)
    return model
