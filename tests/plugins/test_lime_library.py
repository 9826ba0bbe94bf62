"""The library LIME through the engine: the weights it finds itself, whatever is explained beside it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from typing import Any

import numpy as np
import pytest
from explained import SEED, Bag, Explain, run, values
from harness_lime import lime_library

from harness import Attribution, Sample, UserError
from harness.engine.cases import CaseRandom
from harness.sources.context import Context
from harness.suite.file import PartSpec

if find_spec("lime") is None:
    pytest.skip("needs the extra lime", allow_module_level=True)


SAMPLES = [
    Sample("short", "a good film"),
    Sample("turn", "not a good film, and the cast is bad"),
    Sample("long", "a good film with a bad end " * 8),
    Sample("quote", '"Good", she said (twice): it is bad, not good!'),
]


class Value(Bag):
    """A regression: the score itself."""

    labels = ("score",)
    output = "value"

    def __call__(self, texts: Sequence[str]) -> Any:
        return np.array([[40 + 10 * self.score(text)] for text in texts])


def prepared(num_samples: int = 200, **parameters: Any) -> Explain:
    return lime_library.prepare(num_samples=num_samples, **parameters)


def one(text: str, explain: Explain | None = None, model: object = None) -> Attribution:
    return values(explain or prepared(), [Sample("x", text)], model)["x"]


def alone(sample: Sample[str], model: Bag, label: int, num_samples: int = 200, **options: Any) -> dict[int, float]:
    """What LIME called by hand says of each place in the text, its random state seeded as a session's is."""
    from lime.lime_text import LimeTextExplainer

    rng = CaseRandom(SEED, "explain", "", sample.id)
    rng.getrandbits(32)  # the first number seeds the libraries' own generators
    count = options.pop("num_features", None)
    explainer = LimeTextExplainer(
        random_state=rng.getrandbits(32), feature_selection="auto" if count else "none", **options
    )
    found = explainer.explain_instance(
        sample.input, model, labels=(label,), num_features=count or 10, num_samples=num_samples
    )
    indexed = found.domain_mapper.indexed_string
    places: dict[int, float] = {}
    for word, weight in found.as_map()[label]:
        starts = np.atleast_1d(indexed.string_position(word)).ravel()
        places |= {int(start): weight / len(starts) for start in starts}
    return places


def placed(found: Attribution) -> dict[int, float]:
    """The weights that are not 0, by where their units begin."""
    starts = np.cumsum([0, *map(len, found.units[:-1])])
    return {int(start): weight for start, weight in zip(starts, found.weights, strict=True) if weight}


OPTIONS: list[dict[str, Any]] = [
    {},
    {"bow": False},
    {"bow": False, "mask_string": ""},
    {"num_features": 3},
    {"num_features": 8, "kernel_width": 5},
    {"split_expression": r"\s+"},
]


@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.id)
def test_weights_are_limes_own(sample: Sample[str], options: dict[str, Any]) -> None:
    found = values(prepared(**options), [sample])[sample.id]
    assert found.label == int(Bag()([sample.input])[0].argmax())
    assert placed(found) == pytest.approx(alone(sample, Bag(), found.label, **options), abs=1e-9, rel=0)


def test_a_word_at_several_places_shares_its_weight_among_them() -> None:
    found = one("good bad good, good")
    assert found.units == ["good ", "bad ", "good, ", "good"]
    assert found.weights[0] == found.weights[2] == found.weights[3] > 0 > found.weights[1]
    [whole] = {weight for at, weight in alone(Sample("x", "good bad good, good"), Bag(), 1).items() if at != 5}
    assert sum(found.weights) - found.weights[1] == pytest.approx(3 * whole)


def test_without_bow_each_place_has_a_weight_of_its_own() -> None:
    found = one("good not good", prepared(bow=False))
    assert found.weights[0] > 0 > found.weights[1]
    assert found.weights[0] != found.weights[2]


def test_only_so_many_words_have_a_weight_if_asked_for() -> None:
    found = one(SAMPLES[1].input, prepared(num_features=2))
    assert sum(weight != 0 for weight in found.weights) == 2
    assert sum(weight != 0 for weight in one(SAMPLES[1].input).weights) == len(found.units) == 9


def test_a_regression_is_explained_in_its_own_unit() -> None:
    sample = Sample("x", "a good film with a bad end")
    found = values(prepared(), [sample], Value())["x"]
    assert found.label == 0
    assert placed(found) == pytest.approx(alone(sample, Value(), 0), abs=1e-9, rel=0)
    assert found.weights[1] == pytest.approx(20, rel=0.1)


@pytest.mark.parametrize("text", ["", " ", "!!!", "\0", "😀 ... 😀", "\n\t"])
def test_a_text_without_a_word_has_no_weight(text: str) -> None:
    found = one(text)
    assert (found.units, found.weights) == ([text] * bool(text), [0.0] * bool(text))


@pytest.mark.parametrize("text", ["good", "  good \n", "good\0 \0bad\0", "g" * 5000, "好 电影 😀😀 good"])
def test_a_text_with_a_word_has_some_weight(text: str) -> None:
    found = one(text, prepared(20))
    assert len(found.units) == 1 or any(found.weights)


def test_ten_thousand_words_are_explained() -> None:
    text = " ".join(f"word{at}" for at in range(9_999)) + " good"
    found = one(text, prepared(8))
    assert "".join(found.units) == text
    assert len(found.units) == 10_000


def test_what_is_no_text_is_an_error_of_its_case() -> None:
    outcomes = run(prepared(), [Sample("x", 3), SAMPLES[0]])
    assert "explains texts, but got 3" in (outcomes["x"].error or "")
    assert outcomes["short"].error is None


def test_nothing_is_printed_or_warned(capsys: pytest.CaptureFixture[str], recwarn: pytest.WarningsRecorder) -> None:
    values(prepared(2, num_features=3), SAMPLES)
    assert capsys.readouterr() == ("", "")
    assert [str(each.message) for each in recwarn] == []


def test_importing_is_silent_and_waits_until_lime_is_used() -> None:
    code = "import sys, harness_lime; print('lime' in sys.modules); import harness_lime.text"
    found = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True)
    assert (found.stdout, found.stderr) == ("False\n", "")


def test_a_suite_names_the_number_of_samples_in_short() -> None:
    parts = [PartSpec.model_validate({"use": "lime_library", "=": "30"})]
    [(name, component)] = Context().components("explainers", parts).items()
    assert name == "lime_library:30"
    assert one("good film", component.session(Bag())) == one("good film", prepared(30))


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"split_expression": "("}, r"split_expression '\(' is no regular expression"),
        ({"split_expression": ")|("}, "is no regular expression"),
        ({"split_expression": "(?i)and"}, "is no regular expression: global flags"),
        ({"split_expression": r"(\s)+"}, r"has a capturing group.*write \(\?:\.\.\.\)"),
        ({"num_samples": 1}, "num_samples of 2 or more, but got 1"),
        ({"num_features": 0}, "num_features of 1 or more, but got 0"),
        ({"kernel_width": 0}, "kernel_width above 0, but got 0"),
    ],
)
def test_a_wrong_parameter_is_refused_before_the_first_sample(parameters: dict[str, Any], message: str) -> None:
    with pytest.raises(UserError, match=message):
        lime_library.prepare(**parameters)
