"""A transformers classifier or pipeline in memory as a model; what it is made of stays as it is."""

from __future__ import annotations

import copy
from itertools import chain
from typing import Any

from harness import Positive, UserError
from harness_transformers.classifier import SequenceClassifier
from harness_transformers.config import output_of
from harness_transformers.loading import fingerprint, limit_of
from harness_transformers.pipelines import PipelineModel, of_classification, of_zero_shot, require_zero_shot

CLASSIFIER = "ForSequenceClassification"
"""The ending of the library's classes that classify texts."""


def classifier_in_memory(
    model: Any,
    *,
    tokenizer: Any = None,
    output: str | None = None,
    max_length: int | None = None,
    budget: Positive | None = None,
) -> SequenceClassifier:
    """A sequence classifier in memory with its tokenizer, on its own device and in its dtype.

    `output` is what its `problem_type` says, unless given. Raises UserError for a model that is no sequence classifier,
    and where the tokenizer is missing.
    """
    kind = type(model).__name__
    if not any(CLASSIFIER in each.__name__ for each in type(model).__mro__):
        raise UserError(
            f"a {kind} is no sequence classifier: expected a ...{CLASSIFIER} with `tokenizer=`; of any other model "
            "that answers logits (n, classes) give `collate=`, a function (inputs: list) -> tensors"
        )
    if not callable(tokenizer):
        raise UserError(
            f"a {kind} needs its tokenizer: give `tokenizer=`, or `collate=`, a function (inputs: list) -> a dict of "
            "tensors"
        )
    given, longest = output_of(model.config, output), limit_of(tokenizer, model.config)
    return SequenceClassifier(
        asked_of(model),
        copy.deepcopy(tokenizer),
        name=_name(model),
        device=str(model.device),
        limit=min(longest, max_length or longest),
        output=given,
        fingerprint=fingerprint(model, tokenizer, str(model.dtype), given),
        budget=budget,
    )


def pipeline_in_memory(
    model: Any,
    *,
    output: str | None = None,
    candidate_labels: list[str] | None = None,
    hypothesis_template: str | None = None,
    multi_label: bool = False,
    batch_size: int = 32,
) -> PipelineModel:
    """A pipeline in memory, of text-classification or zero-shot-classification, called with many texts at once.

    The latter needs `candidate_labels`. Raises UserError for a pipeline of another task.
    """
    pipe = copy.copy(model)
    if pipe.task in {"text-classification", "sentiment-analysis"}:
        return of_classification(_limited(pipe), _name(pipe.model), output, batch_size)
    if pipe.task != "zero-shot-classification":
        raise UserError(
            f"a pipeline of {pipe.task} classifies no texts: expected one of text-classification or "
            "zero-shot-classification"
        )
    settings = {
        "candidate_labels": candidate_labels,
        "hypothesis_template": hypothesis_template,
        "multi_label": multi_label,
    }
    return of_zero_shot(_limited(pipe), _name(pipe.model), require_zero_shot(settings, output), settings, batch_size)


def _limited(pipe: Any) -> Any:
    """The pipeline with a tokenizer of its own, which cuts texts where the model ends."""
    pipe.tokenizer = copy.deepcopy(pipe.tokenizer)
    pipe.tokenizer.model_max_length = limit_of(pipe.tokenizer, pipe.model.config)
    return pipe


def asked_of(module: Any) -> Any:
    """The module in eval mode: itself where it is in it, else one with the same weights, so that it stays as it is."""
    if not any(each.training for each in module.modules()):
        return module
    weights = {id(each): each for each in chain(module.parameters(), module.buffers())}
    return copy.deepcopy(module, weights).eval()


def _name(module: Any) -> str:
    """The folder or hub id that it came from, else its class."""
    return str(module.config.name_or_path).rstrip("/").rpartition("/")[2] or type(module).__name__
