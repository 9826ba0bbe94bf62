"""What a configuration says of a model's answers: read without torch, so that `check` need not load the model."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from harness import UserError
from harness.models import Output

OUTPUT_OF_PROBLEM_TYPE: Mapping[str, Output] = {"regression": "value", "multi_label_classification": "labels"}
"""The output by a configuration's `problem_type`."""

LABELS_BY_DEFAULT = 2
"""The labels of a configuration that names none and does not say how many there are."""


def known(
    *, path: Path | str, task: str = "classify", output: Output | None = None, **others: Any
) -> tuple[Sequence[str], Output | None]:
    """The labels and output of a classifier by the `config.json` in its folder; none where there is no such file.

    A file that cannot be read is left to who loads the model: it says what is wrong with it.
    """
    if task == "zero-shot-classification":
        return others.get("candidate_labels") or (), "labels" if others.get("multi_label") else "probabilities"
    if task not in {"classify", "text-classification"}:
        return (), None
    try:
        found = json.loads((Path(path) / "config.json").read_text(encoding="utf-8"))
        config = _config(found)
        given = output_of(config, output)
        return labels_of(config, given), given
    except (OSError, ValueError, TypeError, LookupError, AttributeError, RecursionError, UserError):
        return (), output


def _config(found: Mapping[str, Any]) -> Any:
    """The part of a configuration that decides labels and output, as the library reads it."""
    names = {int(at): str(name) for at, name in (found.get("id2label") or {}).items()}
    count = len(names) or int(found.get("num_labels", LABELS_BY_DEFAULT))
    named = names or {at: f"LABEL_{at}" for at in range(count)}
    return SimpleNamespace(id2label=named, num_labels=count, problem_type=found.get("problem_type"))


def output_of(config: Any, wanted: str | None) -> Output:
    """The model's output: that of the suite, else that of its configuration.

    Raises UserError where the model has too many columns for a value, or too few for probabilities.
    """
    problem, columns = getattr(config, "problem_type", None), config.num_labels
    usual: Output = "value" if columns == 1 and not problem else "probabilities"
    output = cast("Output", wanted) if wanted else OUTPUT_OF_PROBLEM_TYPE.get(problem or "", usual)
    why = "the suite says" if wanted else f"its config has problem_type {problem!r}, which means"
    if output == "value" and columns != 1:
        raise UserError(
            f"{why} output: value, which is one number, but the model has {columns} labels "
            f"({', '.join(labels_of(config)[:4])}): set `output: probabilities` or `output: labels`"
        )
    if output == "probabilities" and columns == 1:
        raise UserError(
            f"{why} output: probabilities, but the model has one label only, whose softmax is always 1: "
            "set `output: value`, or `output: labels` for its sigmoid"
        )
    return output


def labels_of(config: Any, output: str = "") -> list[str]:
    """The names of the columns, in their order; a value is just that."""
    return ["value"] if output == "value" else [str(config.id2label[at]) for at in range(config.num_labels)]
