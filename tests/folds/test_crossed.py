"""Every sample is answered by the model fitted without it: by a model that remembers what it was fitted on."""

from __future__ import annotations

from typing import Any

import pytest

import harness
from harness import UserError

TEXTS = [f"text {at}" for at in range(40)]
LABELS = ["no", "yes"] * 20
TASKS: list[Any] = ["classification"]


class Rote:
    """Knows what it was fitted on by heart, and answers "no" to all else."""

    labels = ("no", "yes")

    def __init__(self) -> None:
        self.known: dict[str, str] = {}

    def fit(self, inputs: list[str], labels: list[str]) -> Rote:
        found = Rote()
        found.known = dict(zip(inputs, labels, strict=True))
        return found

    def __call__(self, inputs: list[str]) -> list[list[float]]:
        return [[0.1, 0.9] if self.known.get(text) == "yes" else [0.9, 0.1] for text in inputs]


def crossed(model: Any, how: Any, tasks: Any = TASKS, **options: Any) -> harness.Run:
    options = {"data": (TEXTS, LABELS), **options}
    return harness.evaluate(model, options.pop("data"), tasks, cross_validation=how, progress=False, **options)


def _answers(run: harness.Run) -> set[str]:
    return {record.payload["predicted"] for record in run.records("classification") if record.payload}


def test_nothing_is_answered_by_a_model_that_was_fitted_on_it(tmp_path: Any) -> None:
    run = crossed(Rote(), 5, out=tmp_path / "run")
    assert float(run["classification"].accuracy) == 0.5
    assert _answers(run) == {"no"}


def test_the_model_itself_is_not_fitted_and_may_fit_itself(tmp_path: Any) -> None:
    class Itself(Rote):
        def fit(self, inputs: list[str], labels: list[str]) -> None:  # type: ignore[override]
            self.known = dict(zip(inputs, labels, strict=True))

    model = Itself()
    assert float(crossed(model, 2, out=tmp_path / "run")["classification"].accuracy) == 0.5
    assert model.known == {}


def test_a_perturbed_input_is_asked_of_its_samples_fold(tmp_path: Any) -> None:
    tasks = [{"use": "stress", "perturbations": ["change_case"], "severities": [3]}]
    run = crossed(Rote(), 4, tasks, out=tmp_path / "run")
    assert float(run["stress"].clean_accuracy) == 0.5
    asked = {name: counters.asked for name, counters in run.info.engine.items()}
    assert asked.keys() == {"", "fold 1", "fold 2", "fold 3", "fold 4"}
    assert asked.pop("") == 0
    assert min(asked.values()) > 10


def test_of_several_repeats_a_sample_counts_once_in_the_interval(tmp_path: Any) -> None:
    class Chance(Rote):
        def __call__(self, inputs: list[str]) -> list[list[float]]:
            return [[0.1, 0.9] if len(text) % 2 else [0.9, 0.1] for text in inputs]

    once, thrice = (crossed(Chance(), how, out=tmp_path / name)["classification"].accuracy
                    for how, name in ((2, "a"), ({"folds": 2, "repeats": 3}, "b")))  # fmt: skip
    assert (once.n, thrice.n) == (40, 120)
    assert float(once) == float(thrice)
    assert _width(thrice) == pytest.approx(_width(once), rel=0.15)


def _width(score: harness.Score) -> float:
    assert score.low is not None
    assert score.high is not None
    return score.high - score.low


def test_groups_are_left_out_together(tmp_path: Any) -> None:
    rows = [{"text": f"{at // 4} says {at}", "label": LABELS[at], "who": f"u{at // 4}"} for at in range(40)]

    class Listed(Rote):
        def fit(self, inputs: list[str], labels: list[str]) -> Rote:
            found = Listed()
            found.known = {text.split()[0]: "yes" for text in inputs}
            return found

        def __call__(self, inputs: list[str]) -> list[list[float]]:
            return [[0.1, 0.9] if text.split()[0] in self.known else [0.9, 0.1] for text in inputs]

    run = crossed(Listed(), 5, data=rows, columns={"group": "who"}, out=tmp_path / "run")
    assert _answers(run) == {"no"}


def broken(*_: Any) -> None:
    raise ValueError("singular matrix")


class Other(Rote):
    def fit(self, inputs: list[str], labels: list[str]) -> Rote:
        found = Rote()
        found.labels = ("maybe",)  # type: ignore[assignment]
        return found


class Broken(Rote):
    fit = broken  # type: ignore[assignment]


@pytest.mark.parametrize(
    ("model", "how", "message"),
    [
        (lambda inputs: [[0.5, 0.5]] * len(inputs), 5, "has no `fit\\(inputs, labels\\)`: expected a scikit-learn"),
        (Broken(), 5, "fold 1 could not be fitted on 32 samples: ValueError: singular matrix"),
        (Other(), 5, "the suite names 2 labels|fold 1 has the labels"),
        (Rote(), 41, "41 folds need as many samples: there are 40"),
        (Rote(), 1, "cross_validation.folds: expected"),
        (Rote(), {"fold": 5}, "unknown key 'fold': expected one of folds, repeats, stratified"),
    ],
)
def test_what_cannot_be_cross_validated_says_why(model: Any, how: Any, message: str, tmp_path: Any) -> None:
    with pytest.raises(UserError, match=message):
        crossed(model, how, labels=["no", "yes"], out=tmp_path / "run")


ROTE = """
class Rote:
    labels = ["negative", "positive"]

    def fit(self, inputs, labels):
        return self

    def __call__(self, texts):
        return [[1.0, 0.0] for _ in texts]


model = Rote()
"""

TWO = """model: {use: python, object: "rote:model"}
cross_validation: 2
data: [{use: files, path: a.csv}, {use: files, path: b.csv}]
tasks: [classification]
"""


def test_several_sets_are_refused(project: Any) -> None:
    project.write("rote.py", ROTE)
    for name in ("a", "b"):
        rows = [f"t {at},{('negative', 'positive')[at % 2]}" for at in range(8)]
        project.write(f"{name}.csv", "\n".join(["text,label", *rows, ""]))
    project.write("two.yaml", TWO)
    called = project.harness("run", "two.yaml", "--out", "run")
    assert called.code == 2
    assert "two.yaml:2: cross_validation splits one set of data, but the suite has a, b" in called.err
    project.write("one.yaml", TWO.replace(", {use: files, path: b.csv}", ""))
    assert project.harness("run", "one.yaml", "--out", "run").code == 0


def test_variants_are_crossed_on_the_same_folds_and_repeats_of_them_refused(project: Any) -> None:
    project.write("rote.py", ROTE + "\nclass Other(Rote):\n    pass\n\nother = Other()\n")
    rows = [f"t {at},{('negative', 'positive')[at % 2]}" for at in range(8)]
    project.write("a.csv", "\n".join(["text,label", *rows, ""]))
    suite = TWO.replace(", {use: files, path: b.csv}", "") + "variants: {one: , two: {object: 'rote:other'}}\n"
    project.write("some.yaml", suite)
    assert project.harness("run", "some.yaml", "--out", "run").code == 0
    ids = [{row["id"] for row in harness.Run(project.folder / "run" / name).samples} for name in ("one", "two")]
    assert ids[0] == ids[1]
    project.write("more.yaml", suite.replace("cross_validation: 2", "cross_validation: {folds: 2, repeats: 2}"))
    called = project.harness("run", "more.yaml", "--out", "again")
    assert (called.code, "expected 1 repeat with variants, but got 2" in called.err) == (2, True)
