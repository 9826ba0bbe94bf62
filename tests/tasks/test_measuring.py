"""Which metrics a task can measure: their first parameter says it."""

from __future__ import annotations

from typing import Any

import pytest
from by_hand import context

from harness import UserError
from harness.scores.metrics import ClassPredictions, LabelPredictions
from harness.sources.context import Context
from harness.tasks.classification import classification
from harness.tasks.measuring import measures, metric_functions, named
from harness.tasks.multilabel import multilabel
from harness.tasks.regression import regression


@pytest.mark.parametrize(("task", "metric"), [(classification, "mae"), (regression, "ece"), (multilabel, "mcc")])
def test_a_metric_of_something_else_is_refused(task: Any, metric: str) -> None:
    with pytest.raises(UserError, match=rf"metric '{metric}' measures \w+, but this task has \w+"):
        task(Context(), metrics=named(metric))


def unresolved(rows: Unheard, *, k: int = 2) -> float:  # type: ignore[name-defined]  # noqa: F821
    """Imported for type checkers only."""
    return k


def half_resolved(rows: ClassPredictions | Unheard) -> float:  # type: ignore[name-defined]  # noqa: F821
    return 0.0


def untyped(rows, *, k: int = 2) -> float:  # type: ignore[no-untyped-def]  # noqa: ANN001
    return k


def of_anything(rows: Any) -> float:
    return 0.0


def of_numbers(rows: list[float] | ClassPredictions) -> float:
    return 0.0


def of_nothing(*, rows: ClassPredictions) -> float:
    return 0.0


@pytest.mark.parametrize("metric", [unresolved, half_resolved, untyped, of_anything, of_numbers, of_nothing])
def test_a_metric_that_does_not_say_what_it_measures_is_refused(metric: Any) -> None:
    message = (
        "metric 'mine': expected the type of its first parameter to be ClassPredictions, "
        "ValuePredictions, LabelPredictions or a union "
        r"of them, but got `\(.*\).*`: name the one it measures, and import it outside of `if TYPE_CHECKING`"
    )
    with pytest.raises(UserError, match=message):
        metric_functions(context(mine=metric), named("mine"), ClassPredictions)


def test_the_line_of_a_metric_that_does_not_say_what_it_measures_is_named(project: Any) -> None:
    project.install("metrics", "lazy", "lazily:lazy", "def lazy(rows): return 0.5")
    project.write("suite.yaml", "tasks:\n  - use: classification\n    metrics:\n      - f1\n      - lazy\n")
    checked = project.harness("check", "suite.yaml", "--file-only")
    assert checked.code == 2
    assert "suite.yaml:5: metric 'lazy': expected the type of its first parameter" in checked.err


def test_a_metric_measures_the_types_of_its_first_parameter() -> None:
    def both(counted: ClassPredictions | LabelPredictions, *, k: int = 2) -> float:
        return k

    assert measures("both", both) == (ClassPredictions, LabelPredictions)
    assert metric_functions(context(both=both), named("both"), ClassPredictions)["both"](None) == 2
