"""A network as a plain callable: inputs become the arrays it takes, its last layer says what its numbers are."""

from __future__ import annotations

import json
import os
import sys
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np

from harness import AnswerError, UserError, first_line, listed, locate, nearest
from harness.models import Output, answers_of, features_of, source_of
from harness_keras.words import Words

if "keras" not in sys.modules:
    os.environ.setdefault("KERAS_BACKEND", "torch")

import keras

TITLE = "model 'keras'"
INDEXING = frozenset({"TextVectorization", "StringLookup"})
"""Layers that need TensorFlow: they take strings, which no other backend has."""

SQUASHED = frozenset({"softmax", "sigmoid", "hard_sigmoid", "log_softmax"})
"""Activations after which numbers are no logits."""


class Network:
    """Calls a network: `(inputs) -> (n, columns)`. In one thread at a time."""

    def __init__(
        self,
        network: Any,
        *,
        name: str,
        labels: Sequence[str],
        output: Output,
        fingerprint: str | None,
        logits: bool,
        words: Words | None = None,
        maxlen: int | None = None,
        divide: float = 1.0,
        features: Callable[[list[Any]], Any] | None = None,
        answers: str | None = None,
        max_batch: int = 256,
    ) -> None:
        self.name = name
        self.labels = list(labels)
        self.output = output
        self.fingerprint = fingerprint
        self.budget = max_batch
        self._network = network
        self._shapes = [tuple(each.shape) for each in network.inputs]
        self._logits = logits
        self._words = words
        self._length = _length(self._shapes, maxlen) if words else 0
        self._divide = divide
        self._features = features
        self._place = _place(network, answers)

    def __call__(self, inputs: Sequence[Any]) -> Any:
        """The answers to the inputs; raises AnswerError for what the network does not take."""
        given = self._given(list(inputs))
        try:
            answered = self._asked(given)
        except (ValueError, TypeError, RuntimeError, IndexError) as error:
            raise AnswerError(f"the network does not take that: {first_line(error)}") from error
        one = answered[self._place] if isinstance(answered, (list, tuple)) else answered
        found = one.detach().cpu().numpy() if hasattr(one, "detach") else np.asarray(keras.ops.convert_to_numpy(one))
        flat = found.reshape(len(found), -1) if found.ndim > 2 and found[0].size == found.shape[-1] else found
        return answers_of(flat, len(inputs), self.output, logits=self._logits)

    def _asked(self, given: Any) -> Any:
        if keras.backend.backend() != "torch":
            return self._network.predict_on_batch(given)
        import torch

        with torch.inference_mode() if not torch.is_inference_mode_enabled() else nullcontext():
            return self._network(given, training=False)

    def _given(self, inputs: list[Any]) -> Any:
        if self._features:
            return _arrays(self._features(inputs), len(inputs))
        if self._words:
            return self._words.rows(inputs, self._length)
        if isinstance(inputs[0], Mapping):
            return self._columns(inputs)
        if isinstance(inputs[0], str):
            raise AnswerError("expected numbers, but got a text: name its `word_index`, or a function `features`")
        return self._shaped(np.stack([np.asarray(value, np.float32) for value in inputs])) / np.float32(self._divide)

    def _columns(self, rows: Sequence[Mapping[str, Any]]) -> Any:
        names = [each.name for each in self._network.inputs]
        try:
            if len(names) > 1:
                return {name: _numbers([[row[name]] for row in rows], self._divide) for name in names}
            return _numbers([list(row.values()) for row in rows], self._divide)
        except KeyError as error:
            near = nearest(error.args[0], list(rows[0]))
            raise AnswerError(f"the network's input {error} is none of the columns ({listed(rows[0])}){near}") from None
        except (TypeError, ValueError):
            raise AnswerError("expected numbers in all columns: name a function `features` that makes them") from None

    def _shaped(self, images: Any) -> Any:
        """Images as the network takes them: flat, or with an axis for the one channel that they have."""
        if len(self._shapes[0]) == 2 and images.ndim > 2:
            return images.reshape(len(images), -1)
        return images[..., np.newaxis] if len(self._shapes[0]) == images.ndim + 1 else images


def _numbers(rows: Sequence[Sequence[Any]], divide: float) -> Any:
    cells = [[np.nan if cell is None else float(cell) for cell in row] for row in rows]
    return np.array(cells, np.float32) / np.float32(divide)


def _arrays(made: Any, rows: int) -> Any:
    each = made if isinstance(made, Mapping) else {"": made}
    if wrong := [f"{name} {np.shape(array)}".strip() for name, array in each.items() if len(array) != rows]:
        raise AnswerError(f"features: expected arrays with a row for each of {rows} inputs, but got {listed(wrong)}")
    return {name: np.asarray(array) for name, array in made.items()} if isinstance(made, Mapping) else np.asarray(made)


def load(
    path: Path,
    *,
    words: Words | None,
    maxlen: int | None,
    labels: Sequence[str] | None,
    output: Output,
    divide: float,
    features: str | None,
    answers: str | None,
    logits: bool | None,
    custom_objects: Mapping[str, str],
    max_batch: int,
) -> Network:
    """Read a network; raises UserError for a file that is none, has code, or needs TensorFlow."""
    function = features_of(features, TITLE)
    config = _config(path)
    _require_plain(path, config)
    own = {name: locate(each, title=TITLE, key="custom_objects") for name, each in custom_objects.items()}
    network = _read(path, own)
    whole = blake2b(path.read_bytes(), digest_size=16)
    code = [text for each in (function, *own.values()) for text in source_of(each)]
    for part in (output, logits, answers, divide, maxlen, words.fingerprint if words else "", *code):
        whole.update(str(part).encode("utf-8", "surrogatepass") + b"\0")
    return Network(
        network,
        name=path.stem,
        labels=labels or (["value"] if output == "value" else []),
        output=output,
        fingerprint=whole.hexdigest(),
        logits=_are_logits(network, answers) if logits is None else logits,
        words=words,
        maxlen=maxlen,
        divide=divide,
        features=function,
        answers=answers,
        max_batch=max_batch,
    )


def in_memory(model: Any, *, output: Output | None = None) -> Network:
    """A network in memory, on inputs that are the arrays it takes, or rows of numbers."""
    given = output or "probabilities"
    return Network(
        model,
        name=model.name,
        labels=["value"] if given == "value" else [],
        output=given,
        fingerprint=None,
        logits=_are_logits(model, None),
    )


def _config(path: Path) -> Any:
    try:
        with zipfile.ZipFile(path) as file:
            return json.loads(file.read("config.json"))
    except (OSError, zipfile.BadZipFile, KeyError, ValueError, RecursionError) as error:
        raise UserError(
            f"{TITLE}: path: {path} is no file of Keras 3 ({error}): write one with `model.save('model.keras')`", "path"
        ) from None


def _require_plain(path: Path, config: Any) -> None:
    """Raise UserError for layers that are code, or that only TensorFlow computes."""
    layers = set(_classes(config))
    if "Lambda" in layers:
        raise UserError(
            f"{TITLE}: path: {path} has a Lambda layer, which is code: make it a layer of your own, registered with "
            "`keras.saving.register_keras_serializable`, and name it in `custom_objects`",
            "path",
        )
    if found := sorted(layers & INDEXING):
        raise UserError(
            f"{TITLE}: path: {path} has a layer {found[0]}, which needs TensorFlow: save the network from the layer "
            "after it on, write its words as JSON, `json.dump({word: at for at, word in "
            "enumerate(layer.get_vocabulary())}, file)`, and name that file in `word_index`, with `oov: 1`",
            "path",
        )


def _classes(config: Any) -> Iterator[str]:
    """The classes that a configuration names, wherever."""
    waiting = [config]
    while waiting:
        each = waiting.pop()
        if isinstance(each, dict):
            yield str(each.get("class_name", ""))
            waiting += each.values()
        elif isinstance(each, list):
            waiting += each


def _read(path: Path, custom_objects: Mapping[str, Any]) -> Any:
    try:
        found = keras.saving.load_model(path, custom_objects=dict(custom_objects), compile=False, safe_mode=True)
    except Exception as error:  # whatever a layer raises
        raise UserError(f"{TITLE}: path: {path} cannot be read: {first_line(error)}", "path") from error
    if not getattr(found, "inputs", None):
        raise UserError(f"{TITLE}: path: the network in {path} has no inputs yet: build it before saving", "path")
    return found


def _length(shapes: Sequence[tuple[int | None, ...]], maxlen: int | None) -> int:
    """The length that texts are padded to: the network's own, if it has one."""
    own = shapes[0][1] if len(shapes[0]) == 2 else None
    if own is None and maxlen is None:
        raise UserError(
            f"{TITLE}: maxlen: the network takes texts of any length: say to how many words they are padded and cut, "
            "as in training",
            "maxlen",
        )
    if own is not None and maxlen not in {None, own}:
        raise UserError(f"{TITLE}: maxlen: the network takes {own} words, but maxlen is {maxlen}", "maxlen")
    return int(own or maxlen or 0)


def _place(network: Any, answers: str | None) -> int:
    """The place of the output to read."""
    names = _outputs(network)
    if answers is None and len(names) == 1:
        return 0
    if answers not in names:
        what = f"it has no output {answers!r}" if answers else "it has several outputs"
        near = nearest(answers, names) if answers else ""
        raise UserError(f"{TITLE}: answers: {what}: expected one of {listed(names)}{near}", "answers")
    return names.index(answers)


def _outputs(network: Any) -> list[str]:
    """The layers whose outputs are the network's."""
    return list(getattr(network, "output_names", None) or [network.layers[-1].name])


def _are_logits(network: Any, answers: str | None) -> bool:
    """Whether the numbers of the output are neither probabilities nor shares."""
    layer = network.get_layer(_outputs(network)[_place(network, answers)])
    activation = getattr(layer, "activation", None)
    name = getattr(activation, "__name__", "") or type(layer).__name__.lower()
    return name not in SQUASHED
