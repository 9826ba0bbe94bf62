"""Models in memory: who wraps what, with which options, and the meaning of labels; a package of a test's own wraps."""

from __future__ import annotations

from importlib.metadata import EntryPoint
from typing import Any

import pytest

import harness.given.wrapping as given
from harness import MissingExtra, UserError
from harness.given.wrapping import meanings, own_labels, wrap, wrapped


class Estimator:
    """A library's class."""

    def predict_proba(self) -> None: ...

    def transform(self) -> None: ...


class Derived(Estimator):
    """A user's class."""


class Plain:
    def __call__(self, inputs: list[str]) -> list[list[float]]:
        return [[0.5, 0.5]] * len(inputs)


def of_estimator(model: Any, *, output: str | None = None, collate: Any = None, batch: int = 1) -> Any:
    return ("estimator", model, output, collate, batch)


def of_derived(model: Any, *, tokenizer: Any = None) -> Any:
    return ("derived", model, tokenizer)


def failing(model: Any) -> Any:
    raise ModuleNotFoundError("No module named 'joblib'", name="joblib")


@pytest.fixture(autouse=True)
def _points(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two classes that packages wrap, the second derived from the first."""
    monkeypatch.setattr(
        given, "installed", lambda group: [_point(Estimator, "of_estimator"), _point(Derived, "of_derived")]
    )


def _point(kind: type, function: str) -> EntryPoint:
    return EntryPoint(f"{kind.__module__}.{kind.__qualname__}", f"{__name__}:{function}", "harness.wrappers")


def test_the_nearest_class_that_takes_the_options_wraps() -> None:
    one, two = Estimator(), Derived()
    assert wrap(one) == ("estimator", one, None, None, 1)
    assert wrap(two, tokenizer=str) == ("derived", two, str)
    assert wrap(two, collate=list, batch=4) == ("estimator", two, None, list, 4)


def test_a_bound_predict_proba_is_its_estimator_that_answers_probabilities() -> None:
    one, other = Estimator(), Plain()
    assert wrap(one.predict_proba) == ("estimator", one, "probabilities", None, 1)
    assert wrapped(one.predict_proba, {}, "labels") == ("estimator", one, "labels", None, 1)
    assert wrap(one.transform) == one.transform
    assert wrap(other.__call__) == other.__call__


def test_the_output_is_given_to_what_has_a_place_for_it() -> None:
    one, two = Estimator(), Derived()
    assert wrapped(one, {}, "classes")[2] == "classes"
    assert wrapped(two, {}, "classes") == ("derived", two, None)


def test_a_callable_and_what_nobody_knows_stay_as_they_are() -> None:
    plain, unknown = Plain(), object()
    assert wrap(plain) is plain
    assert wrap(unknown) is unknown


@pytest.mark.parametrize(
    ("model", "options", "message"),
    [
        (Estimator(), {"colate": list}, "a Estimator in memory takes no option 'colate': .*; did you mean 'collate'"),
        (Plain(), {"collate": list}, "collate: expected none for a Plain, which is asked as it is: .*Estimator of "),
        (Estimator, {}, "the model is the class Estimator: expected an instance of it"),
    ],
)
def test_what_cannot_be_is_refused(model: Any, options: dict[str, Any], message: str) -> None:
    with pytest.raises(UserError, match=message):
        wrap(model, **options)


def test_a_reference_leaves_the_options_that_it_does_not_take() -> None:
    plain, two = Plain(), Derived()
    assert wrapped(plain, {"collate": list}, leave=True) is plain
    assert wrapped(two, {"nothing": 1, "tokenizer": str}, leave=True)[0] == "derived"


def test_a_library_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    from harness.suite.components import installed

    real = next(iter(installed("harness.models")))
    broken = EntryPoint(_point(Estimator, "failing").name, f"{__name__}:failing", "harness.wrappers")
    vars(broken)["dist"] = real.dist
    monkeypatch.setattr(given, "installed", lambda group: [broken])
    with pytest.raises(MissingExtra, match="to wrap a Estimator needs joblib: pip install"):
        wrap(Estimator())


def test_labels_are_places_or_the_models_own_names() -> None:
    assert meanings(["no", "yes"], []) == {0: "no", 1: "yes"}
    assert meanings(["no", "yes"], ["LABEL_0", "LABEL_1"]) == {0: "no", 1: "yes", "LABEL_0": "no", "LABEL_1": "yes"}
    assert meanings(["no", "yes"], ["1", "2"]) == {"1": "no", "2": "yes"}
    assert meanings(["no", "yes"], ["no", "yes"]) == {0: "no", 1: "yes"}
    assert meanings([], ["no", "yes"]) == {}


@pytest.mark.parametrize(("labels", "found"), [(["a", 1], ["a", "1"]), (None, []), (len, [])])
def test_the_models_own_labels_are_a_list_or_nothing(labels: Any, found: list[str]) -> None:
    model = Plain()
    vars(model)["labels"] = labels
    assert list(own_labels(model)) == found
