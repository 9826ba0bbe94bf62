"""An encoder and its head as a plain callable: texts of about the same length are embedded together."""

from __future__ import annotations

import json
from collections.abc import Sequence
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
import torch
from sentence_transformers import SentenceTransformer

from harness import AnswerError, UserError, first_line
from harness.models import Output, answers_of, choose_device

TITLE = "model 'setfit'"

BATCHES_SORTED_TOGETHER = 8
"""Batches of texts taken at once: the encoder sorts so many by length."""

PLAIN, PICKLED = "model_head.skops", "model_head.pkl"
"""The head's file, as skops and as SetFit write it."""


class Classifier:
    """Calls an encoder and a head: `(texts) -> (n, columns)`. In one thread at a time."""

    def __init__(
        self,
        encoder: SentenceTransformer,
        head: Any,
        *,
        name: str,
        labels: Sequence[str],
        output: Output,
        normalise: bool,
        device: str,
        max_batch: int,
        fingerprint: str,
    ) -> None:
        self.name = name
        self.labels = list(labels)
        self.output = output
        self.device = device
        self.fingerprint = fingerprint
        self.limit = encoder.max_seq_length
        self.budget = BATCHES_SORTED_TOGETHER * max_batch
        self._encoder = encoder
        self._head = head
        self._normalise = normalise
        self._max_batch = max_batch

    def __call__(self, inputs: Sequence[Any]) -> Any:
        """The answers to the texts; raises AnswerError for what is none."""
        if other := [value for value in inputs if not isinstance(value, str)]:
            raise AnswerError(f"expected texts, but got {type(other[0]).__name__}")
        rows = self.embed(inputs)
        if self.output in {"value", "classes"}:
            return answers_of(self._head.predict(rows), len(inputs), self.output)
        answered = self._head.predict_proba(rows)
        if isinstance(answered, list):  # a head for each label
            answered = np.stack([each[:, -1] for each in answered], axis=1)
        return answers_of(answered, len(inputs), self.output)

    def embed(self, texts: Sequence[str]) -> Any:
        """The embeddings `(n, d)`."""
        return self._encoder.encode(
            [text.encode("utf-8", "replace").decode() for text in texts],
            batch_size=self._max_batch,
            normalize_embeddings=self._normalise,
            show_progress_bar=False,
        )


def load(
    path: Path,
    *,
    head: Path | None,
    labels: Sequence[str],
    output: Output,
    normalise: bool | None,
    device: str,
    max_batch: int,
    trusted: list[str],
    allow_pickle: bool,
) -> Classifier:
    """Read an encoder and its head; raises UserError for what is missing or not allowed."""
    where = choose_device(device, torch)
    file = _file(path, head, allow_pickle=allow_pickle)
    fitted = _head(file, trusted)
    try:
        encoder = SentenceTransformer(str(path), device=where, local_files_only=True)
    except Exception as error:  # whatever the library raises for a folder that is none
        raise UserError(f"{TITLE}: path: {path} cannot be read: {first_line(error)}", "path") from error
    own = [str(name) for name in getattr(fitted, "classes_", ())]
    if labels and own and len(labels) != len(own):
        counts = f"the head has {len(own)} classes, but there are {len(labels)} names"
        raise UserError(f"{TITLE}: labels: {counts}", "labels")
    return Classifier(
        encoder,
        fitted,
        name=path.resolve().name,
        labels=["value"] if output == "value" else labels or own,
        output=output,
        normalise=_normalises(path) if normalise is None else normalise,
        device=where,
        max_batch=max_batch,
        fingerprint=_fingerprint(path, file, output, normalise),
    )


def _file(path: Path, head: Path | None, *, allow_pickle: bool) -> Path:
    """The file of the head; a pickle only where that is allowed."""
    if not path.is_dir():
        raise UserError(f"{TITLE}: path: expected a folder of sentence-transformers, but {path} is none", "path")
    found = head or next((path / name for name in (PLAIN, PICKLED) if (path / name).is_file()), path / PLAIN)
    if not found.is_file():
        raise UserError(f"{TITLE}: head: expected a scikit-learn head, but there is no file {found}", "head")
    if found.suffix != ".skops" and not allow_pickle:
        raise UserError(
            f"{TITLE}: head: {found.name} is a pickle, which can run any code: `allow_pickle: true` says that you "
            f"trust it, or write it once as {PLAIN}: skops.io.dump(joblib.load({found.name!r}), {PLAIN!r})",
            "allow_pickle",
        )
    return found


def _head(file: Path, trusted: list[str]) -> Any:
    try:
        if file.suffix == ".skops":
            import skops.io

            return skops.io.load(file, trusted=trusted)
        import joblib

        return joblib.load(file)
    except Exception as error:  # whatever is in the file
        raise UserError(f"{TITLE}: head: {file.name} cannot be read: {first_line(error)}", "head") from error


def _normalises(path: Path) -> bool:
    try:
        return bool(json.loads((path / "config_setfit.json").read_text(encoding="utf-8"))["normalize_embeddings"])
    except (OSError, ValueError, TypeError, LookupError):
        return False


def _fingerprint(path: Path, head: Path, *settings: object) -> str:
    """A hash of every file of the encoder, and of the head."""
    whole = blake2b(head.read_bytes(), digest_size=16)
    for file in sorted(each for each in path.rglob("*") if each.suffix in {".json", ".safetensors", ".bin", ".txt"}):
        whole.update(str(file.relative_to(path)).encode() + b"\0" + file.read_bytes())
    whole.update(str(settings).encode())
    return whole.hexdigest()
