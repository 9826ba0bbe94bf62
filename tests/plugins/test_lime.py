"""LIME for texts: the weights of the library, word by word, and what it makes of odd texts and parameters."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Any

import numpy as np
import pytest
from explained import Bag, Explain, run, values

from harness import Attribution, Sample, UserError
from harness.suite import components
from harness.suite.file import PartSpec

WORDS = ["a", "good", "film", "with", "bad", "end", "not", "the", "plot", "is", "fine", "slow", "and", "very", "it"]
TEXTS = [
    "good",
    "a good film",
    "not a good film, and the cast is bad",
    '"Good", she said (twice): it is bad, not good!',
    "  good \n",
    "好 电影 😀😀 good",
    "Good good GOOD good-ish",
    *(" ".join(Random(seed).choices(WORDS, k=4 * seed)) for seed in range(1, 14)),
]
"""Twenty texts, of one word to fifty-two."""

OPTIONS: list[dict[str, Any]] = [
    {},
    {"bow": False},
    {"bow": False, "mask_string": ""},
    {"num_features": 1},
    {"num_features": 3},
    {"num_features": 6, "bow": False},
    {"num_features": 7},
    {"num_features": 8, "kernel_width": 5.0},
    {"split_expression": r"\s+"},
    {"num_samples": 5},
]


class Value(Bag):
    """A regression: the score itself."""

    labels = ("score",)
    output = "value"

    def __call__(self, texts: Sequence[str]) -> Any:
        return np.array([[40 + 10 * self.score(text)] for text in texts])


def prepared(use: str = "lime", num_samples: int = 200, **parameters: Any) -> Explain:
    spec = PartSpec.model_validate({"use": use, "num_samples": num_samples, **parameters})
    return components.resolve("explainers", spec).session(Bag())


def one(text: str, explain: Explain | None = None, model: object = None) -> Attribution:
    return values(explain or prepared(), [Sample("x", text)], model)["x"]


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_weights_are_those_of_the_library_on_twenty_texts(options: dict[str, Any]) -> None:
    pytest.importorskip("lime")
    samples = [Sample(str(at), text) for at, text in enumerate(TEXTS)]
    ours, theirs = (values(prepared(use, **options), samples) for use in ("lime", "lime_library"))
    for sample in samples:
        one, other = ours[sample.id], theirs[sample.id]
        assert (one.units, one.label) == (other.units, other.label)
        assert one.weights == pytest.approx(other.weights, abs=1e-6, rel=0), sample.input
        assert any(one.weights)


def test_a_regression_is_explained_as_by_the_library_in_its_own_unit() -> None:
    pytest.importorskip("lime")
    text = "a good film with a bad end"
    ours, theirs = (one(text, prepared(use), Value()) for use in ("lime", "lime_library"))
    assert (ours.units, ours.label) == (theirs.units, 0)
    assert ours.weights == pytest.approx(theirs.weights, abs=1e-6, rel=0)
    assert ours.weights[1] == pytest.approx(20, rel=0.1)


def test_the_words_chosen_one_by_one_are_those_that_decide() -> None:
    found = one("the plot is good and the end is bad", prepared(num_features=2))
    assert {unit for unit, weight in zip(found.units, found.weights, strict=True) if weight} == {"good ", "bad"}


@pytest.mark.parametrize("text", ["", " ", "!!!", "\0", "😀 ... 😀", "\n\t"])
def test_a_text_without_a_word_has_no_weight(text: str) -> None:
    found = one(text)
    assert (found.units, found.weights) == ([text] * bool(text), [0.0] * bool(text))


@pytest.mark.parametrize("text", ["good", "good\0 \0bad\0", "g" * 5000, "\ud800 good \u202e bad"])
def test_a_text_with_a_word_has_some_weight(text: str) -> None:
    found = one(text, prepared(num_samples=20))
    assert "".join(found.units) == text
    assert len(found.units) == 1 or any(found.weights)


@pytest.mark.parametrize("options", [{}, {"num_features": 3}, {"num_features": 30}], ids=str)
def test_a_text_of_many_words_is_explained_from_few_samples(options: dict[str, Any]) -> None:
    text = " ".join(f"word{at}" for at in range(1_999)) + " good"
    found = one(text, prepared(num_samples=8, **options))
    assert len(found.units) == 2_000
    assert sum(weight != 0 for weight in found.weights) <= options.get("num_features", 2_000)
    assert np.isfinite(found.weights).all()


def test_an_answer_that_no_word_changes_gives_no_word_a_weight() -> None:
    found = one("a plot and a cast", prepared(num_features=2), lambda texts: np.full((len(texts), 2), 0.5))
    assert found.weights == pytest.approx([0] * 5, abs=1e-12)


def test_what_is_no_text_is_an_error_of_its_case() -> None:
    outcomes = run(prepared(), [Sample("x", 3), Sample("y", "good")])
    assert "TypeError" in (outcomes["x"].error or "")
    assert outcomes["y"].error is None


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"split_expression": "("}, r"split_expression.*'\(' is no regular expression"),
        ({"split_expression": ")|("}, "is no regular expression"),
        ({"split_expression": "(?i)and"}, "is no regular expression: global flags"),
        ({"split_expression": r"(\s)+"}, r"has a capturing group.*write \(\?:\.\.\.\)"),
        ({"num_samples": 1}, "num_samples.*greater than or equal to 2, but got 1"),
        ({"num_features": 0}, "num_features.*greater than 0, but got 0"),
        ({"kernel_width": 0}, "kernel_width.*greater than 0, but got 0"),
        ({"kernel_width": float("inf")}, "kernel_width.*finite number"),
    ],
)
def test_a_wrong_parameter_is_refused_before_the_first_sample(parameters: dict[str, Any], message: str) -> None:
    with pytest.raises(UserError, match=message):
        prepared(**parameters)
