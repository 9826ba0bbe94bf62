"""The model `setfit`: a sentence encoder and a head on its embeddings, as SetFit saves them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

from pydantic import Field

from harness import model
from harness.models import Output

if TYPE_CHECKING:
    from harness_setfit.classifier import Classifier

Count: TypeAlias = Annotated[int, Field(ge=1)]


def _known(*, path: Path, output: Output = "probabilities", **_: Any) -> tuple[Sequence[str], Output | None]:
    """The labels that SetFit wrote beside the encoder; none where it wrote none."""
    try:
        labels = json.loads((path / "config_setfit.json").read_text(encoding="utf-8"))["labels"]
        return [str(label) for label in labels or ()], output
    except (OSError, ValueError, TypeError, LookupError):
        return (), output


@model(known=_known)
def setfit(
    *,
    path: Path,
    head: Path | None = None,
    labels: Sequence[str] | None = None,
    output: Output = "probabilities",
    normalise: bool | None = None,
    device: str = "auto",
    max_batch: Count = 64,
    trusted: Sequence[str] = (),
    allow_pickle: bool = False,
) -> Classifier:
    """A folder of sentence-transformers with a scikit-learn head on its embeddings (SetFit, Tunstall et al. 2022).

    The `head` is a file of skops, by default `model_head.skops` in the folder. SetFit itself writes `model_head.pkl`,
    a pickle, which can run any code: `allow_pickle` says that you trust it. Labels are those of the suite, else of
    `config_setfit.json`, else the head's classes. `normalise` brings embeddings to length 1, as that file says by
    default. `trusted` are types of the head that skops does not take for safe by itself.
    """
    from harness_setfit.classifier import load

    return load(
        path,
        head=head,
        labels=labels or _known(path=path)[0],
        output=output,
        normalise=normalise,
        device=device,
        max_batch=max_batch,
        trusted=list(trusted),
        allow_pickle=allow_pickle,
    )
