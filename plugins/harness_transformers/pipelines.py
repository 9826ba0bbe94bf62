"""`transformers.pipeline` as a model: a plain callable, its texts sorted by length and given in batches."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import torch
from transformers import pipeline

from harness import UserError
from harness.models import choose_device
from harness_transformers.config import labels_of, output_of
from harness_transformers.loading import fingerprint, limit_of, name_of, quiet, read
from harness_transformers.texts import texts_of

BATCHES_SORTED_TOGETHER = 8
"""Batches of rows taken at once: sorting so many by length leaves little padding."""

FUNCTION_OF_OUTPUT = {"probabilities": "softmax", "value": "none", "labels": "sigmoid"}
"""The `function_to_apply` of each output."""

LabelScores = Mapping[str, float]


class PipelineModel:
    """Calls a pipeline with many texts: `(inputs) -> (n, labels)` in float64, as its `output` says.

    The pipeline, tokenizer and all, is used in the engine's worker only. Its tokenizer cuts texts at the model's limit.
    """

    def __init__(
        self, pipe: Any, options: Mapping[str, Any], *, name: str, output: str, labels: list[str], batch_size: int
    ) -> None:
        self.name = name
        self.device = str(pipe.device)
        self.limit = int(pipe.tokenizer.model_max_length)
        self.output = output
        self.labels = labels
        self.budget = BATCHES_SORTED_TOGETHER * batch_size
        self.fingerprint = fingerprint(
            pipe.model, pipe.tokenizer, pipe.task, sorted(options.items(), key=str), output, labels
        )
        self._pipe = pipe
        self._options = options
        self._batch_size = 1 if pipe.tokenizer.pad_token_id is None else batch_size  # without one nothing is padded
        self._form: Callable[[tuple[str, ...]], Any] = _text if pipe.task.startswith("zero-shot") else _fields
        self._columns = labels if output != "value" else labels_of(pipe.model.config)

    def __call__(self, inputs: Sequence[Any]) -> Any:
        """The scores of the inputs, a column for each label."""
        texts = [texts_of(value) for value in inputs]
        order = sorted(range(len(texts)), key=lambda at: sum(map(len, texts[at])))
        answers = self._asked([self._form(texts[at]) for at in order])
        rows = np.empty((len(inputs), len(self.labels)))
        for at, answer in zip(order, answers, strict=True):
            rows[at] = [answer[label] for label in self._columns]
        return rows

    def cut(self, inputs: Sequence[Any]) -> list[int]:
        """The number of tokens of each input beyond the model's limit; for zero-shot beside its longest hypothesis."""
        rows = [texts_of(value) for value in inputs]
        beside = self._longest_hypothesis()
        texts = [(*row, beside) if beside else row for row in rows]
        return [max(0, len(self._pipe.tokenizer(*row, verbose=False)["input_ids"]) - self.limit) for row in texts]

    def _longest_hypothesis(self) -> str:
        template = self._options.get("hypothesis_template", "This example is {}.")  # the library's own
        return max((template.format(label) for label in self._options.get("candidate_labels", ())), key=len, default="")

    def _asked(self, texts: list[Any]) -> list[LabelScores]:
        """The pipeline's answers, each as scores by label, whatever order they come in."""
        self._pipe.call_count = 0  # from ten on, a pipeline on a GPU advises to call it with a data set
        answers = self._pipe(texts, batch_size=min(self._batch_size, len(texts)), **self._options)
        return [_by_label(answer) for answer in answers]


def load_text_classification(
    path: str, output: str | None, zero_shot: Mapping[str, Any], *, batch_size: int, **options: Any
) -> PipelineModel:
    """A classifier's pipeline; raises UserError as the model `transformers`, and for settings of the other task."""
    for name, value in zero_shot.items():
        if value:
            raise UserError(
                f"model 'pipeline': {name} belongs to zero-shot-classification, but task is text-classification", name
            )
    return of_classification(_pipe("text-classification", path, **options), path, output, batch_size)


def of_classification(pipe: Any, path: str, output: str | None, batch_size: int) -> PipelineModel:
    """The model of a classifier's pipeline; raises UserError where its labels do not differ."""
    given = output_of(pipe.model.config, output)
    labels = labels_of(pipe.model.config)
    if len(set(labels)) < len(labels):
        raise UserError(f"{path} has labels that do not differ ({', '.join(labels)}): use the model `transformers`")
    return PipelineModel(
        pipe,
        {"top_k": None, "truncation": True, "function_to_apply": FUNCTION_OF_OUTPUT[given]},
        name=name_of(path),
        output=given,
        labels=labels_of(pipe.model.config, given),
        batch_size=_rows(batch_size),
    )


def load_zero_shot(
    path: str, output: str | None, zero_shot: Mapping[str, Any], *, batch_size: int, **options: Any
) -> PipelineModel:
    """A zero-shot pipeline; raises UserError for candidates it cannot tell apart and for a model not made for NLI."""
    given = require_zero_shot(zero_shot, output)
    pipe = _pipe("zero-shot-classification", path, **options)
    return of_zero_shot(pipe, path, given, zero_shot, batch_size)


def require_zero_shot(zero_shot: Mapping[str, Any], output: str | None) -> str:
    """The output of such candidates; raises UserError for those it cannot tell apart, and for another output."""
    called = {name: value for name, value in zero_shot.items() if value is not None}
    labels, given = called.get("candidate_labels", []), "labels" if called["multi_label"] else "probabilities"
    if output not in {None, given}:
        raise UserError(
            f"model 'pipeline': zero-shot-classification with multi_label: {str(called['multi_label']).lower()} "
            f"answers {given}, but output is {output}",
            "output",
        )
    _check_candidates(labels, fewest=1 if called["multi_label"] else 2)
    if "hypothesis_template" in called:
        _check_template(called["hypothesis_template"], labels[0])
    return given


def of_zero_shot(pipe: Any, path: str, output: str, zero_shot: Mapping[str, Any], batch_size: int) -> PipelineModel:
    """The model of a zero-shot pipeline; raises UserError for one that was not made for NLI."""
    check_entailment(path, pipe.model.config)
    called = {name: value for name, value in zero_shot.items() if value is not None}
    labels = called["candidate_labels"]
    return PipelineModel(pipe, called, name=name_of(path), output=output, labels=labels, batch_size=_rows(batch_size))


def _pipe(task: Any, path: str, *, device: str, revision: str | None, allow_pickle: bool) -> Any:
    """The pipeline as the library makes it, in the dtype of the file; a limit is added if its tokenizer has none."""
    where = choose_device(device, torch)
    module, tokenizer = read(path, device=where, dtype="auto", revision=revision, allow_pickle=allow_pickle)
    if task == "zero-shot-classification":
        check_entailment(path, module.config)
    with quiet():
        pipe = pipeline(task, model=module, tokenizer=tokenizer, device=where, trust_remote_code=False)
    pipe.tokenizer.model_max_length = limit_of(tokenizer, module.config)
    return pipe


def _check_candidates(candidates: Sequence[str], *, fewest: int) -> None:
    if len(set(candidates)) < len(candidates):
        raise UserError(f"candidate_labels must differ, but got {', '.join(candidates)}", "candidate_labels")
    if len(candidates) < fewest:
        raise UserError(
            f"model 'pipeline': zero-shot-classification needs `candidate_labels: [..]`, two or more of them "
            f"(one with `multi_label: true`), but got {', '.join(candidates) or 'none'}",
            "candidate_labels",
        )


def _check_template(template: str, label: str) -> None:
    try:
        filled = template.format(label)
    except (ValueError, IndexError, KeyError):
        filled = template
    if filled == template:
        raise UserError(
            f"hypothesis_template: expected a sentence with {{}} for the label, like 'This text is about {{}}.', "
            f"but got {template!r}",
            "hypothesis_template",
        )


def check_entailment(path: str, config: Any) -> None:
    """Raise UserError for a model that was not made for natural language inference."""
    labels = [str(label) for label in config.label2id or ()]
    if not any(label.lower().startswith("entail") for label in labels):
        raise UserError(
            f"{path} is not made for zero-shot-classification: expected a model trained on NLI, one of whose labels "
            f"begins with 'entail', but its label2id has {', '.join(labels) or 'none'}"
        )


def _rows(batch_size: int) -> int:
    if batch_size < 1:
        raise UserError(f"model 'pipeline': batch_size: expected at least 1 row, but got {batch_size}", "batch_size")
    return batch_size


def _fields(texts: tuple[str, ...]) -> Any:
    """A text as it is, a pair under the names the pipeline gives the two."""
    return texts[0] if len(texts) == 1 else {"text": texts[0], "text_pair": texts[1]}


def _text(texts: tuple[str, ...]) -> str:
    """One text; an empty one, which the zero-shot pipeline refuses, as a space."""
    if len(texts) > 1:
        raise ValueError(f"zero-shot-classification takes one text, but got a pair: {texts!r}")
    return texts[0] or " "


def _by_label(answer: Any) -> LabelScores:
    if isinstance(answer, Mapping):
        return dict(zip(answer["labels"], answer["scores"], strict=True))
    return {str(entry["label"]): entry["score"] for entry in answer}
