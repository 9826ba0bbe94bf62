"""The explainer `shap`: SHAP's partition explainer for texts, unmodified, many samples at a time."""

from __future__ import annotations

from collections.abc import Callable

from harness import Attribution, BlockingLibrary, UserError
from harness.models import Connection


@BlockingLibrary.on(str)
def shap(
    *, masker: str = "tokenizer", max_evals: int = 500, model: Connection
) -> Callable[[], Callable[..., Attribution]]:
    """Owen values of the predicted class, over SHAP's tree of tokens (Lundberg & Lee 2017; `shap` in Python).

    A unit weighs what it adds to the class's probability, averaged over which others are masked; together
    the weights are the probability less that of the masked text. `masker` is `tokenizer`, the units then being
    the model's own tokens (words, if it has no tokenizer), or a regular expression of what separates units.
    `max_evals` bounds the masked texts asked a sample: beyond some 25 units, neighbours then share a weight.
    """
    if max_evals < 2:
        raise UserError(f"explainer 'shap': expected max_evals of 2 or more, but got {max_evals}")
    from harness_shap.partition import procedure, splitter

    split = splitter(model, masker)
    return lambda: procedure(split, max_evals)
