"""What libraries made, in memory: fitted estimators, modules, classifiers and pipelines against the library alone."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import harness
from harness import UserError, wrap

MODEL = Path(__file__).parents[2] / "suites/harness_suites/quickstart/model"
TEXTS = ["a good film", "a bad film", "good, very good", "awful", "very bad"] * 4
LABELS = [1, 0, 1, 0, 0] * 4
NAMES = ["negative", "positive"]


@pytest.fixture(autouse=True)
def _in_a_project(project: Any) -> None:
    """Runs go to a folder of the test's own."""


def accuracy(model: Any, truth: Any = LABELS, tasks: Any = ("classification",), **options: Any) -> harness.Run:
    return harness.evaluate(model, (TEXTS, truth), list(tasks), progress=False, **options)


def fitted(last: Any, labels: Any = LABELS) -> Any:
    text, pipeline = pytest.importorskip("sklearn.feature_extraction.text"), pytest.importorskip("sklearn.pipeline")
    return pipeline.make_pipeline(text.TfidfVectorizer(), last).fit(TEXTS, labels)


def logistic(**options: Any) -> Any:
    return pytest.importorskip("sklearn.linear_model").LogisticRegression(**options)


@pytest.mark.parametrize(
    ("classes", "labels", "names"),
    [((0, 1), None, ["0", "1"]), ((0, 1), NAMES, NAMES), ((1, 2), NAMES, NAMES), (("b", "a"), None, ["a", "b"])],
)
def test_a_classifier_answers_its_probabilities_under_its_own_names(
    classes: Any, labels: Any, names: list[str]
) -> None:
    truth = [classes[each] for each in LABELS]
    model = fitted(logistic(C=0.1), truth)
    run = accuracy(model, truth, labels=labels)
    assert list(run.info.labels) == names
    assert float(run["classification"].accuracy) == model.score(TEXTS, truth)
    rows = model.predict_proba(TEXTS)[np.arange(20), [list(model.classes_).index(each) for each in truth]]
    assert float(run["classification"].log_loss) == pytest.approx(-np.log(rows).mean(), abs=1e-9)


def test_a_regressor_answers_a_value_and_a_classifier_without_probabilities_is_told_what_to_do() -> None:
    linear, svm = pytest.importorskip("sklearn.linear_model"), pytest.importorskip("sklearn.svm")
    model = fitted(linear.Ridge())
    expected = np.abs(model.predict(TEXTS) - LABELS).mean()
    assert float(accuracy(model, tasks=["regression"])["regression"].mae) == pytest.approx(expected)
    with pytest.raises(UserError, match=r"LinearSVC has no predict_proba.*CalibratedClassifierCV.*output: classes"):
        accuracy(fitted(svm.LinearSVC()))
    assert float(accuracy(fitted(svm.LinearSVC()), output="classes")["classification"].accuracy) == 1
    with pytest.raises(UserError, match="a Pipeline that is not fitted"):
        wrap(pytest.importorskip("sklearn.base").clone(model))


def test_labels_that_are_independent_come_as_an_array() -> None:
    multiclass = pytest.importorskip("sklearn.multiclass")
    several = np.array([[label, 1 - label, text.startswith("very")] for text, label in zip(TEXTS, LABELS, strict=True)])
    model = fitted(multiclass.OneVsRestClassifier(logistic()), several.astype(int))
    run = accuracy(model, several.astype(int), tasks=["multilabel"], labels=["good", "bad", "very"])
    assert float(run["multilabel"].subset_accuracy) == (model.predict(TEXTS) == several).all(axis=1).mean()


@pytest.mark.filterwarnings("error")
def test_an_estimator_of_an_array_is_given_arrays_without_a_warning() -> None:
    rows = np.random.default_rng(0).normal(size=(20, 3))
    model = logistic().fit(rows, LABELS)
    run = harness.evaluate(model, (rows, LABELS), ["classification"], progress=False)
    assert float(run["classification"].accuracy) == model.score(rows, LABELS)


def test_two_estimators_that_look_alike_have_different_fingerprints() -> None:
    one, other = wrap(fitted(logistic())), wrap(fitted(logistic(), LABELS[::-1]))
    assert one.fingerprint == wrap(fitted(logistic())).fingerprint != other.fingerprint


def test_a_suite_runs_on_an_estimator_with_the_suites_output() -> None:
    model = fitted(pytest.importorskip("sklearn.svm").LinearSVC())
    suite = {"model": {"use": "given", "output": "classes", "labels": NAMES}, "tasks": ["classification"]}
    rows = [{"text": text, "label": NAMES[label]} for text, label in zip(TEXTS, LABELS, strict=True)]
    run = harness.run(suite, model=model, data=rows, progress=False)
    assert (float(run["classification"].accuracy), run.info.output) == (model.score(TEXTS, LABELS), "classes")
    with pytest.raises(UserError, match="collate belongs to a model in memory, but the suite loads its own"):
        harness.run(suite, data=rows, collate=list)


def words() -> Any:
    torch = pytest.importorskip("torch")
    torch.manual_seed(0)
    return torch.nn.Sequential(torch.nn.Linear(7, 5), torch.nn.Dropout(0.9), torch.nn.Linear(5, 2))


def counts(texts: list[str]) -> Any:
    torch = pytest.importorskip("torch")
    return torch.tensor([[float(sum(ord(each) % 7 == at for each in text)) for at in range(7)] for text in texts])


def test_a_module_is_asked_in_eval_mode_and_stays_as_it_is() -> None:
    torch, module = pytest.importorskip("torch"), words()
    run = accuracy(module, torch.tensor(LABELS), labels=NAMES, collate=counts)
    assert module.training
    assert all(each.requires_grad for each in module.parameters())
    with torch.no_grad():
        rows = copy.deepcopy(module).eval()(counts(TEXTS)).softmax(-1).numpy()
    assert float(run["classification"].log_loss) == pytest.approx(-np.log(rows[range(20), LABELS]).mean(), abs=1e-6)


def test_a_module_follows_what_is_trained_further() -> None:
    torch, module = pytest.importorskip("torch"), words()
    adapter = wrap(module, collate=counts)
    before = adapter(TEXTS[:2])
    with torch.no_grad():
        module[2].weight.mul_(3)
    assert not np.allclose(before, adapter(TEXTS[:2]))


def test_a_module_says_what_is_missing_and_one_that_predicts_is_an_adapter() -> None:
    with pytest.raises(UserError, match=r"a Sequential is a torch module, which takes tensors: give `collate=`"):
        accuracy(words(), labels=NAMES)
    with pytest.raises(UserError, match=r"collate: expected a function .*, but got 3"):
        wrap(words(), collate=3)
    module = words()
    vars(module)["predict"] = lambda texts: [[0.5, 0.5]] * len(texts)
    assert wrap(module) is module


def classifier() -> tuple[Any, Any]:
    library = pytest.importorskip("transformers")
    pytest.importorskip("torch")
    return library.AutoModelForSequenceClassification.from_pretrained(MODEL), library.AutoTokenizer.from_pretrained(
        MODEL
    )


def test_a_transformers_classifier_in_memory_answers_as_its_folder_does() -> None:
    module, tokenizer = classifier()
    module.train()
    run = accuracy(module, labels=NAMES, tokenizer=tokenizer, against=f"transformers:{MODEL}")
    scores = run.scores
    assert float(scores["new:classification/log_loss"]) == pytest.approx(
        float(scores["old:classification/log_loss"]), abs=1e-6
    )
    assert module.training


def test_a_pipeline_in_memory_answers_as_it_is_and_keeps_its_tokenizer() -> None:
    module, tokenizer = classifier()
    pipe = pytest.importorskip("transformers").pipeline("text-classification", model=module, tokenizer=tokenizer)
    pipe.tokenizer.model_max_length = 10**30
    long = "good " * 2000
    adapter = wrap(pipe, batch_size=2)
    found = adapter([*TEXTS[:3], long])
    alone = pipe(TEXTS[:3], top_k=None)
    named = [{each["label"]: each["score"] for each in row} for row in alone]
    assert found[:3] == pytest.approx(np.array([[row[name] for name in adapter.labels] for row in named]), abs=1e-6)
    assert pipe.tokenizer.model_max_length == 10**30


@pytest.mark.parametrize("what", ["tokenizer", "encoder", "task"])
def test_what_a_transformers_model_lacks_is_said(what: str) -> None:
    library, (module, tokenizer) = pytest.importorskip("transformers"), classifier()
    messages = {
        "tokenizer": "a BertForSequenceClassification needs its tokenizer: give `tokenizer=`, or `collate=`",
        "encoder": "a BertModel is no sequence classifier",
        "task": "a pipeline of feature-extraction classifies no texts",
    }
    given = {"tokenizer": module, "encoder": module.base_model}
    pipe = library.pipeline("feature-extraction", model=module.base_model, tokenizer=tokenizer)
    with pytest.raises(UserError, match=messages[what]):
        wrap(given.get(what, pipe), **({"tokenizer": tokenizer} if what == "encoder" else {}))


def test_any_module_of_the_library_goes_with_a_collate() -> None:
    module, tokenizer = classifier()
    run = accuracy(
        module, labels=NAMES, collate=lambda texts: dict(tokenizer(texts, padding=True, return_tensors="pt"))
    )
    assert float(run["classification"].log_loss) == pytest.approx(
        float(accuracy(module, labels=NAMES, tokenizer=tokenizer)["classification"].log_loss), abs=1e-5
    )
