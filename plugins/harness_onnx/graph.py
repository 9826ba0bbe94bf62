"""A graph as a plain callable: inputs of about the same cost together, and the one output that has the answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime

from harness import AnswerError, UserError, first_line, listed, nearest
from harness.models import Output, answers_of, features_of, source_of
from harness_onnx.feeds import Feed, arrays, columns, strings, tokens

TITLE = "model 'onnx'"

BATCHES_SORTED_TOGETHER = 8
"""Batches of inputs taken at once: sorting so many by cost leaves little padding."""

USUAL = ("logits", "probabilities", "probability", "output_probability", "scores")
"""Names of outputs that have the answers."""

QUIET = 3
"""Log errors of ONNX Runtime only: what it says of a graph is no matter of a run."""


class Graph:
    """Calls a graph: `(inputs) -> (n, columns)`. In one thread at a time."""

    def __init__(
        self,
        session: onnxruntime.InferenceSession,
        feed: Feed,
        *,
        name: str,
        labels: Sequence[str],
        output: Output,
        answers: str,
        logits: bool,
        max_batch: int,
        fingerprint: str,
    ) -> None:
        self.name = name
        self.labels = list(labels)
        self.output = output
        self.fingerprint = fingerprint
        self.budget = BATCHES_SORTED_TOGETHER * max_batch
        self.limit, self.cut = feed.limit, feed.cut
        self._session = session
        self._feed = feed
        self._answers = answers
        self._logits = logits
        self._max_batch = max_batch

    def __call__(self, inputs: Sequence[Any]) -> Any:
        """The answers to the inputs; raises AnswerError for what the graph does not take."""
        prepared = self._feed.prepare(list(inputs))
        order = sorted(range(len(inputs)), key=lambda at: prepared.costs[at])
        batches = [order[at : at + self._max_batch] for at in range(0, len(order), self._max_batch)]
        answers = np.concatenate([self._asked(prepared.take(batch), len(batch)) for batch in batches])
        return answers[np.argsort(order)]

    def _asked(self, feed: Mapping[str, Any], rows: int) -> Any:
        try:
            [answered] = self._session.run([self._answers], dict(feed))
        except Exception as error:  # ONNX Runtime's own errors have no common class
            raise AnswerError(f"the graph does not take that: {first_line(error)}") from error
        return answers_of(self._in_order(answered), rows, self.output, logits=self._logits)

    def _in_order(self, answered: Any) -> Any:
        """Columns in the order of the labels, where a graph answers a number for each class by name."""
        if not isinstance(answered, list):
            return answered
        return np.array([[row[each] for each in sorted(row)] for row in answered])


def load(
    path: Path,
    *,
    labels: Sequence[str],
    output: Output,
    tokenizer: Path | None,
    features: str | None,
    answers: str | None,
    logits: bool | None,
    renamed: Mapping[str, str],
    max_length: int,
    max_batch: int,
    threads: int | None,
) -> Graph:
    """Read a graph and see what it takes and answers; raises UserError for what does not go together."""
    function = features_of(features, TITLE)
    session = _session(path, threads)
    wanted = _wanted(session, answers)
    feed = _feed(session, path, tokenizer, function, renamed, max_length)
    whole = blake2b(path.read_bytes(), digest_size=16)
    for part in (output, logits, wanted, max_length, renamed, feed.content, *source_of(function)):
        whole.update(str(part).encode("utf-8", "surrogatepass") + b"\0")
    return Graph(
        session,
        feed,
        name=path.stem if path.stem != "model" else path.resolve().parent.name,
        labels=labels or _own_labels(session, output),
        output=output,
        answers=wanted,
        logits=wanted == "logits" if logits is None else logits,
        max_batch=max_batch,
        fingerprint=whole.hexdigest(),
    )


def _session(path: Path, threads: int | None) -> onnxruntime.InferenceSession:
    if not path.is_file():
        raise UserError(f"{TITLE}: path: expected an ONNX file, but there is no file {path}", "path")
    options = onnxruntime.SessionOptions()
    options.log_severity_level = QUIET
    options.intra_op_num_threads = threads or 0
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # ONNX Runtime's own errors have no common class
        raise UserError(
            f"{TITLE}: path: {path} is no graph that can be computed: {first_line(error)}", "path"
        ) from error


def _feed(
    session: onnxruntime.InferenceSession,
    path: Path,
    tokenizer: Path | None,
    function: Callable[[list[Any]], Any] | None,
    renamed: Mapping[str, str],
    max_length: int,
) -> Feed:
    """How inputs become what the graph takes."""
    taken = session.get_inputs()
    names = [each.name for each in taken]
    if unknown := [name for name in renamed if name not in names]:
        raise UserError(
            f"{TITLE}: inputs: the graph has no input {unknown[0]!r}: it has {listed(names)}"
            f"{nearest(unknown[0], names)}",
            "inputs",
        )
    if function:
        return arrays(taken, function)
    beside = path.with_name("tokenizer.json")
    if tokenizer or (beside.is_file() and "input_ids" in names):
        return tokens(taken, tokenizer or beside, max_length)
    if len(taken) == 1 and taken[0].type == "tensor(string)" and not renamed:
        return strings(taken[0])
    if "input_ids" in names:
        raise UserError(
            f"{TITLE}: the graph takes tokens ({listed(names)}): name the `tokenizer`, a tokenizer.json or the folder "
            "that has it, or a function `features`",
            "tokenizer",
        )
    return columns(taken, renamed)


def _wanted(session: onnxruntime.InferenceSession, answers: str | None) -> str:
    """The name of the output to read."""
    names = [each.name for each in session.get_outputs()]
    if answers and answers not in names:
        raise UserError(
            f"{TITLE}: answers: the graph has no output {answers!r}: it has {listed(names)}{nearest(answers, names)}",
            "answers",
        )
    usual = [name for name in USUAL if name in names]
    if not answers and not usual and len(names) > 1:
        raise UserError(f"{TITLE}: the graph has the outputs {listed(names)}: name one in `answers`", "answers")
    return answers or (usual or names)[0]


def _own_labels(session: onnxruntime.InferenceSession, output: Output) -> list[str]:
    """A value is just that; the classes of a graph are in its metadata, if anywhere."""
    if output == "value":
        return ["value"]
    known = session.get_modelmeta().custom_metadata_map.get("classes", "")
    return [name.strip() for name in known.split(",") if name.strip()]
