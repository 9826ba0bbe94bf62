"""Models that answer a value or label sets: their answers' checks, their tasks, their truth."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from by_hand import context, scored

from harness import AnswerError, Sample, Suite, UserError, predict
from harness.data.samples import read_samples
from harness.kinds.outputs import OUTPUTS
from harness.scores.metrics import ClassPredictions, LabelPredictions
from harness.suite.file import DataSpec
from harness.tasks.classification import classification
from harness.tasks.measuring import measures, metric_functions, named
from harness.tasks.multilabel import multilabel
from harness.tasks.regression import regression
from harness.tasks.task import Context
from harness.types import Answers


def answered(rows: list[Any], output: str, labels: list[str]) -> Any:
    session = predict(["x"] * len(rows))
    next(session)
    with pytest.raises(StopIteration) as stop:
        session.send(Answers(rows, "toy", labels, output))
    return stop.value.value.array.tolist()


def test_a_value_may_come_bare_or_as_a_row_of_one() -> None:
    assert answered([3, -2.5], "value", ["value"]) == [[3.0], [-2.5]]
    assert answered([[3], [-2.5]], "value", ["value"]) == [[3.0], [-2.5]]


def test_label_probabilities_need_no_sum() -> None:
    assert answered([[0.9, 0.8], [0, 0]], "labels", ["a", "b"]) == [[0.9, 0.8], [0, 0]]


@pytest.mark.parametrize(
    ("rows", "output", "labels", "message"),
    [
        ([float("inf")], "value", ["value"], "expected one finite number"),
        ([float("nan")], "value", ["value"], "expected one finite number"),
        ([[1, 2]], "value", ["value"], "answered 2 value"),
        ([[1, 2]], "value", [], r"expected one finite number \(say `output: probabilities`"),
        ([[1.4, 0]], "labels", ["a", "b"], r"expected the probability of each label, in 0..1 \(if these are logits"),
        ([[-3, 0]], "labels", ["a", "b"], "expected the probability of each label"),
        ([[0.9, 0.8]], "probabilities", ["a", "b"], r"together 1 \(if these are logits, give their softmax\)"),
    ],
)
def test_what_an_output_cannot_be_is_an_error(rows: list[Any], output: str, labels: list[str], message: str) -> None:
    with pytest.raises(AnswerError, match=message):
        answered(rows, output, labels)


def test_regression_measures_errors_of_values() -> None:
    def length(texts: list[str]) -> list[float]:
        return [float(len(text)) for text in texts]

    samples = [Sample(text, text, truth=float(truth)) for text, truth in {"a": 1, "bb": 3, "ccc": 2}.items()]
    found = scored(regression(Context(), metrics=named("mae", "spearman")), samples, length, ["value"], "value")
    assert {name: score.n for name, score in found.items()} == {"mae": 3, "spearman": 3}
    assert found["mae"].value == pytest.approx(2 / 3)
    assert found["spearman"].value == pytest.approx(0.5)


def test_multilabel_counts_labels_from_one_half_on() -> None:
    def tags(texts: list[str]) -> list[list[float]]:
        return [[0.5 if "a" in text else 0.49, 0.9 if "b" in text else 0.0] for text in texts]

    samples = [Sample("1", "ab", truth=(0, 1)), Sample("2", "a", truth=(1,)), Sample("3", "", truth=())]
    found = scored(multilabel(Context(), metrics=named("hamming_loss")), samples, tags, ["x", "y"], "labels")
    assert found["subset_accuracy"].value == 2 / 3
    assert found["hamming_loss"].value == pytest.approx(2 / 6)
    assert (found["recall[class=y]"].value, found["precision[class=x]"].value) == (1 / 2, 1 / 2)


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


def read(output: str, known: list[str], column: Any, *values: Any, **spec: Any) -> list[Any]:
    columns = column if isinstance(column, list) else [column]
    rows = [{"text": str(at), "id": at, **dict(zip(columns, each, strict=True))} for at, each in enumerate(values)]
    made = DataSpec.model_validate({"use": "x", "columns": {"label": column, "id": "id"}, **spec})
    samples = read_samples(rows, made, known, 0, output).samples
    return [sample.truth for sample in sorted(samples, key=lambda sample: sample.id)]


def test_the_truth_of_a_value_is_a_number() -> None:
    assert read("value", ["value"], "y", [3], ["-2.5"], [1e3]) == [3.0, -2.5, 1000.0]


def test_the_truth_of_label_sets_is_a_list_or_a_column_each() -> None:
    labels = ["toxic", "insult", "threat"]
    assert read("labels", labels, "tags", [["Insult", "toxic"]], [[]], [["threat"]]) == [(0, 1), (), (2,)]
    assert read("labels", labels, ["insult", "toxic", "threat"], [1, 0, 0], ["0", "1", 0], [True, 1.0, 1]) == [
        (1,), (0,), (0, 1, 2)
    ]  # fmt: skip
    assert read("labels", labels, "tags", [[1]], labels={1: "threat"}) == [(2,)]


@pytest.mark.parametrize(
    ("output", "column", "value", "message"),
    [
        ("value", "y", ["high"], "row 1 of the data has 'high' in column 'y': expected a finite number"),
        ("value", "y", [None], "expected a finite number"),
        ("value", "y", [True], "expected a finite number"),
        ("value", "y", ["nan"], "expected a finite number"),
        ("value", ["y", "z"], [1, 2], r"the label stands in 2 columns \(y, z\), but the model answers value"),
        ("probabilities", ["y", "z"], [1, 0], r"several label columns are for models with `output: labels`"),
        ("labels", "y", ["a, b"], r"expected a list of the labels that hold; .*`columns: \{label: \[a, b\]\}`"),
        ("labels", "y", [["c"]], r"the model lacks the label 'c' of the data"),
        ("labels", ["a"], [1], r"no column of the data is the model's label 'b': the labels stand in a; expected a"),
        ("labels", ["a", "b"], [1, 2], "row 1 of the data has 2 in column 'b': expected 0 or 1"),
    ],
)
def test_a_truth_that_cannot_be_is_refused(output: str, column: Any, value: list[Any], message: str) -> None:
    with pytest.raises(UserError, match=message):
        read(output, ["value"] if output == "value" else ["a", "b"], column, value)


def test_an_output_of_the_suite_reaches_the_whole_run(project: Any) -> None:
    project.write("toy.py", "def length(texts):\n    return [len(text) / 10 for text in texts]\n")
    project.write("dev.jsonl", "".join(f'{{"text": "{"x" * at}", "y": {at / 10 + at / 5000}}}\n' for at in range(1, 9)))
    project.write(
        "reg.yaml",
        'model: {use: python, object: "toy:length", output: value}\n'
        "data: {use: files, path: dev.jsonl, columns: {label: y}}\n"
        "tasks:\n  - {use: regression, gates: {mae: {max: 0.01}}}\n"
        "  - {use: stress, perturbations: [{use: whitespace, severity: 5}], gates: {worst_mae: {max: 1}}}\n"
        "  - {use: explain, explainers: [leave_one_out]}\n",
    )
    called = project.harness("run", "reg.yaml", "--out", "out", "--json")
    assert (called.code, called.json["verdict"]) == (0, "pass")
    assert called.json["scores"]["regression/mae"]["value"] == pytest.approx(0.0009)
    assert project.read("out/run.json")["output"] == "value"


@pytest.mark.parametrize(
    ("output", "task", "message"),
    [
        (
            "value",
            "classification",
            "measures models that answer classes or probabilities, but this one answers value: use 'regr",
        ),
        (
            "labels",
            "{use: attack, attacks: [deepwordbug]}",
            "this one answers labels: say another `output` in `model`, or lea",
        ),
        ("probabilities", "regression", "that answer value, but this one answers probabilities: use 'classification'"),
    ],
)
def test_a_task_for_another_output_is_refused_first(project: Any, output: str, task: str, message: str) -> None:
    project.write("dev.jsonl", '{"text": "a", "label": 1}\n')
    project.write(
        "wrong.yaml",
        f'model: {{use: python, object: "toy:predict", output: {output}, labels: [a, b]}}\n'
        f"data: files:dev.jsonl\ntasks:\n  - {task}\n",
    )
    called = project.harness("run", "wrong.yaml", "--out", "out")
    assert called.code == 2
    assert f"wrong.yaml:4: task {message}"[:14] in called.err
    assert message in called.err
    assert not (project.folder / "out").exists()


def test_the_suite_knows_four_outputs() -> None:
    with pytest.raises(ValueError, match="'probabilities', 'classes', 'value' or 'labels'"):
        Suite.model_validate({"model": {"use": "x", "output": "logits"}, "tasks": ["classification"]})


def test_perfect_scores_of_few_samples_are_not_certain() -> None:
    def sure(texts: list[str]) -> list[list[float]]:
        return [[float(text == "b"), float(text != "b")] for text in texts]

    samples = [Sample("1", "a", 1), Sample("2", "b", 0), Sample("3", "c", 1)]
    found = scored(classification(Context(), metrics=named("f1", "mcc")), samples, sure)
    assert found["f1"].value == found["mcc"].value == 1
    assert found["f1"].low == found["accuracy"].low
    assert found["accuracy"].low is not None
    assert found["accuracy"].low < 0.6


def test_errors_that_never_vary_have_no_interval() -> None:
    def right(texts: list[str]) -> list[float]:
        return [1.0 for _ in texts]

    samples = [Sample(str(at), "a", truth=1.0) for at in range(5)]
    found = scored(regression(Context(), metrics=named("mae")), samples, right, ["value"], "value")
    assert (found["mae"].value, found["mae"].low) == (0, None)


@pytest.mark.parametrize(
    "answers", [[1, 0], ["yes", "no"], [[0.0, 1.0], [1.0, 0.0]], np.array([1, 0]), np.array(["yes", "no"]), [[1], [0]]]
)
def test_a_class_is_its_index_its_name_or_a_row_that_is_one_there(answers: Any) -> None:
    rows = OUTPUTS["classes"].rows(list(answers), ["no", "yes"])
    assert rows.tolist() == [[0, 1], [1, 0]]
    assert OUTPUTS["classes"].holds(rows)


@pytest.mark.parametrize(
    ("answers", "message"),
    [(["maybe"], "'maybe' is none of the labels, no, yes"), ([2], "indices of the 2 classes"), ([0.5], "indices of")],
)
def test_what_is_no_class_is_refused(answers: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        OUTPUTS["classes"].rows(answers, ["no", "yes"])


CLASSES = """\
model: {use: python, object: "deciding:predict", output: classes, labels: [negative, positive]}
data: {use: files, path: dev.jsonl}
tasks:
  - {use: classification, metrics: [f1, ece, log_loss], gates: {accuracy: {min: 0.5}}}
  - {use: stress, perturbations: [{use: delete_letters, severity: 5}]}
  - {use: explain, explainers: [leave_one_out]}
"""


def test_a_model_that_only_decides_has_no_scores_of_probabilities_and_that_is_said_once(project: Any) -> None:
    project.write(
        "deciding.py", 'def predict(texts): return [int("good" in text or "great" in text) for text in texts]\n'
    )
    project.write("classes.yaml", CLASSES)
    called = project.harness("run", "classes.yaml", "--out", "out")
    assert called.code == 0, called.err
    scores = project.read("out/scores.json")
    assert scores["classification/accuracy"]["value"] > 0.5
    assert scores["classification/ece"]["value"] is None
    assert called.out.count("it needs probabilities, and this model answers classes") == 1
    assert "classification/ece, classification/log_loss: it needs probabilities" in called.out


def test_probabilities_that_are_all_zero_or_one_are_noticed(project: Any) -> None:
    project.write(
        "hard.py", 'GOOD = {"good", "great"}\n'
        'def predict(texts): return [[0, 1] if GOOD & set(text.split()) else [1, 0] for text in texts]\n'
        'predict.labels = ["negative", "positive"]\n'
    )  # fmt: skip
    called = project.harness("run", "quick.yaml", "--model", "python:hard:predict")
    assert called.code == 0, called.err
    assert "classification/ece: every answer is 0 or 1: a model that only decides has `output: classes`" in called.out
