"""The explainer `lime_library`: LIME for texts by the authors' library, unmodified, many samples at a time."""

from __future__ import annotations

from collections.abc import Callable

from harness import Attribution, BlockingLibrary, UserError


@BlockingLibrary.on(str)
def lime_library(
    *,
    num_samples: int = 1000,
    num_features: int | None = None,
    kernel_width: float = 25,
    split_expression: str = r"\W+",
    bow: bool = True,
    mask_string: str | None = None,
) -> Callable[[], Callable[..., Attribution]]:
    """What `lime` computes, by the library lime (Ribeiro et al. 2016, "Why Should I Trust You?"): the same weights.

    The parameters are those of `lime`. Raises UserError for a malformed `split_expression` and for numbers out of
    range.
    """
    for name, value in {"num_samples": num_samples, "num_features": num_features}.items():
        if value is not None and value < (least := {"num_samples": 2}.get(name, 1)):
            raise UserError(f"explainer 'lime_library': expected {name} of {least} or more, but got {value}")
    if not 0 < kernel_width < float("inf"):
        raise UserError(f"explainer 'lime_library': expected a kernel_width above 0, but got {kernel_width}")
    from harness_lime.text import LimeSettings, check_expression, procedure

    check_expression(split_expression)
    settings = LimeSettings(num_samples, num_features, kernel_width, split_expression, bow, mask_string)
    return lambda: procedure(settings)
