"""The model `onnx`: any graph that ONNX Runtime computes, on texts, rows, images or the user's own features."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

from pydantic import Field

from harness import model
from harness.models import Output

if TYPE_CHECKING:
    from harness_onnx.graph import Graph

Count: TypeAlias = Annotated[int, Field(ge=1)]


def _known(*, path: Path, output: Output = "probabilities", **_: Any) -> tuple[Sequence[str], Output | None]:
    """The labels in a `config.json` beside the graph, as exporters leave it; none where there is none."""
    try:
        names = json.loads(path.with_name("config.json").read_text(encoding="utf-8"))["id2label"]
        return [str(names[str(at)]) for at in range(len(names))], output
    except (OSError, ValueError, TypeError, LookupError):
        return (), output


@model(known=_known)
def onnx(
    *,
    path: Path,
    labels: Sequence[str] | None = None,
    output: Output = "probabilities",
    tokenizer: Path | None = None,
    features: str | None = None,
    answers: str | None = None,
    logits: bool | None = None,
    inputs: Mapping[str, str] | None = None,
    max_length: Count = 512,
    max_batch: Count = 64,
    threads: Count | None = None,
) -> Graph:
    """An ONNX graph, computed by ONNX Runtime on the processor.

    Texts are read by a `tokenizer`, a `tokenizer.json` of Hugging Face or a folder that has one (by default the graph's
    own), at most `max_length` tokens of each; or as strings, where the graph takes them. Rows are given column by
    column to the graph's inputs of these names (`inputs: {input: column}` where they differ), or all numbers together
    to its only input. `features` names a function of yours, `module:function`, from a list of inputs to an array, or to
    arrays by the graph's inputs.

    `answers` names the output to read, where the graph has several of which none is called logits or probabilities.
    An output called logits gets a softmax, with `logits: true` any. Labels come from the suite, a `config.json` beside
    the graph, or the graph's own classes. `threads` are ONNX Runtime's for one batch of up to `max_batch` inputs.
    """
    from harness_onnx.graph import load

    return load(
        path,
        labels=labels or _known(path=path)[0],
        output=output,
        tokenizer=tokenizer,
        features=features,
        answers=answers,
        logits=logits,
        renamed=inputs or {},
        max_length=max_length,
        max_batch=max_batch,
        threads=threads,
    )
