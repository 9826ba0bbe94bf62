"""The explainer `lime`: LIME for texts, the library's own explainer unmodified, many samples at a time."""

from __future__ import annotations

from collections.abc import Callable

from harness import Attribution, BlockingLibrary, UserError


@BlockingLibrary.on(str)
def lime(
    *,
    num_samples: int = 1000,
    num_features: int | None = None,
    kernel_width: float = 25,
    split_expression: str = r"\W+",
    bow: bool = True,
    mask_string: str | None = None,
) -> Callable[[], Callable[..., Attribution]]:
    r"""A linear model of the predicted class around the text (Ribeiro et al. 2016, "Why Should I Trust You?").

    A word weighs what its presence adds to the class's probability (to the number predicted, in regression)
    among `num_samples` texts in which random words are missing, near ones counting more (`kernel_width`, on a
    cosine distance of 0..100). The library asks 5000; here it is 1000, for each is a question to the model and
    nothing costs a suite more. `num_features` keeps only so many words, the others weighing 0; all by default where
    the library keeps 10, since weights of 0 rank no word (6 or fewer are chosen one by one, which is slow).

    With `bow` a word has one weight wherever it stands, shared equally among its places; without, each place
    has its own and a missing word leaves `mask_string` (LIME's UNKWORDZ). A unit is a word with what follows it
    up to the next; `split_expression` is a regular expression of what separates words (`(?:...)` groups only).
    Raises UserError for a malformed one and for numbers out of range.
    """
    for name, value in {"num_samples": num_samples, "num_features": num_features}.items():
        if value is not None and value < (least := {"num_samples": 2}.get(name, 1)):
            raise UserError(f"explainer 'lime': expected {name} of {least} or more, but got {value}")
    if not 0 < kernel_width < float("inf"):
        raise UserError(f"explainer 'lime': expected a kernel_width above 0, but got {kernel_width}")
    from harness_lime.text import LimeSettings, check_expression, procedure

    check_expression(split_expression)
    settings = LimeSettings(num_samples, num_features, kernel_width, split_expression, bow, mask_string)
    return lambda: procedure(settings)
