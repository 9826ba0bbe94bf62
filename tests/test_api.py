"""The harness from Python: what goes in, what comes out, and mistakes."""

from __future__ import annotations

import gc
import inspect
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pytest

import harness
from harness import Run, Score, UserError
from harness.given.rows import given_data
from harness.runs.info import scores_json
from harness.scores.score import share

if TYPE_CHECKING:
    from conftest import Project

TEXTS, LABELS = ["a good film", "a bad film", "good, very good", "awful"], [1, 0, 1, 0]


def predict(texts: list[str]) -> list[list[float]]:
    return [[0.1, 0.9] if "good" in text else [0.8, 0.2] for text in texts]


@pytest.fixture(autouse=True)
def _in_a_project(project: Project) -> None:
    """Runs go to a folder of the test's own."""


def evaluated(**options: Any) -> Run:
    given: dict[str, Any] = {"labels": ["negative", "positive"], "progress": False, **options}
    return harness.evaluate(predict, (TEXTS, LABELS), given.pop("tasks", ["classification"]), **given)


def test_a_model_in_memory_is_evaluated() -> None:
    run = evaluated(tasks=[{"use": "classification", "gates": {"accuracy": {"min": 0.4}}}])
    assert (run.verdict, run["classification"].accuracy.value) == ("pass", 1.0)
    assert run.folder.parent == Path("runs")
    assert (run.folder / "report.html").exists()


def test_a_failed_gate_is_a_verdict_not_an_error() -> None:
    run = evaluated(tasks=[{"use": "classification", "gates": {"accuracy": {"max": 0.001}}}], out="mine")
    assert (run.verdict, run.folder) == ("fail", Path("mine"))


@pytest.mark.parametrize(
    "data",
    [
        (TEXTS, LABELS),
        (np.array(TEXTS), np.array(LABELS)),
        [{"text": text, "label": label} for text, label in zip(TEXTS, LABELS, strict=True)],
        pa.table({"text": TEXTS, "label": LABELS}),
        ({"text": text, "label": label} for text, label in zip(TEXTS, LABELS, strict=True)),
    ],
    ids=["pair", "arrays", "rows", "arrow", "generator"],
)
def test_data_may_come_in_many_forms(data: Any) -> None:
    run = harness.evaluate(predict, data, ["classification"], labels=["negative", "positive"], progress=False)
    assert (run["classification"].accuracy.value, run["classification"].accuracy.n) == (1.0, 4)


def test_data_frames_and_data_sets_are_rows() -> None:
    pandas, datasets = pytest.importorskip("pandas"), pytest.importorskip("datasets")
    columns = {"text": TEXTS, "label": LABELS}
    rows = given_data(pa.table(columns)).rows
    assert rows == given_data(pandas.DataFrame(columns)).rows == given_data(datasets.Dataset.from_dict(columns)).rows


def test_two_rows_in_a_tuple_are_rows() -> None:
    rows = ({"text": "a good film", "label": 1}, {"text": "awful", "label": 0})
    assert given_data(rows).rows == list(rows)
    assert given_data((iter(["a good film", "awful"]), (1, 0))).rows == list(rows)


def by_first_number(rows: list[dict[str, Any]]) -> list[list[float]]:
    return [[0.2, 0.8] if next(iter(row.values())) > 0 else [0.7, 0.3] for row in rows]


@pytest.mark.parametrize("shape", ["array", "frame", "mappings"])
def test_a_table_and_its_labels_are_rows(shape: str, tmp_path: Path) -> None:
    numbers = np.array([[1.5, 2], [-1, 3], [2, 0], [-2, 1]] * 5)
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(numbers, columns=["a", "b"])
    inputs = {"array": numbers, "frame": frame, "mappings": frame.to_dict("records")}[shape]
    labels = np.array([1, 0, 1, 0] * 5)
    run = harness.evaluate(
        by_first_number, (inputs, labels), ["classification", {"use": "explain", "explainers": ["leave_one_out"]}],
        labels=["no", "yes"], out=tmp_path / "run", progress=False,
    )  # fmt: skip
    assert (float(run["classification"].accuracy), run.kind.name) == (1.0, "row")
    assert run.info.tasks["explain"].errors == 0


def test_labels_by_name_need_no_index() -> None:
    names = ["positive" if label else "negative" for label in LABELS]
    run = harness.evaluate(predict, (TEXTS, names), ["classification"], labels=["negative", "positive"], progress=False)
    assert run["classification"].accuracy.value == 1


def test_a_value_is_evaluated() -> None:
    run = harness.evaluate(
        lambda texts: [float(len(text)) for text in texts], (TEXTS, [len(text) + 1 for text in TEXTS]), ["regression"],
        output="value", progress=False,
    )  # fmt: skip
    assert run["regression"].mae.value == 1


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ((TEXTS, [1]), "expected one label per input, but got 4 inputs and 1 labels"),
        (("ab", "cd"), r"expected a pair \(inputs, labels\) of two sequences, but got \(str, str\): put a"),
        (("good", [1, 0, 1, 0]), r"of two sequences, but got \(str, list\)"),
        ((b"ab", [1, 0]), r"of two sequences, but got \(bytes, list\)"),
        (({"text": "a", "label": 1}, [1, 0]), r"of two sequences, but got \(dict, list\)"),
        ((3, 1), r"of two sequences, but got \(int, int\)"),
        ("dev.jsonl", "expected rows as mappings, a pair .*, but got str"),
        ([1, 2], "expected rows as mappings, a pair .*, but got list"),
        (3, "expected rows as mappings, a pair .*, but got int"),
        ([], "data 'given' has no rows"),
        ((pa.table({"age": pa.array([], pa.int64())}), []), "data 'given' has no rows"),
        ([{"text": "a", "age": 1}], r"column 'label' .* are text, age \(name it with `columns=\{'label': ...\}`\)$"),
        ((TEXTS, [1, 0, 2, 0]), r"the model does not know the label '2' of the data"),
        ([{"txt": "a", "label": 1}], "the data has no column 'text' for the input: .*; did you mean 'txt'"),
    ],
)
def test_data_that_cannot_be_is_refused(data: Any, message: str) -> None:
    with pytest.raises(UserError, match=message):
        harness.evaluate(predict, data, ["classification"], labels=["negative", "positive"], progress=False)


@pytest.mark.parametrize(
    ("model", "tasks", "message"),
    [
        (predict, ["clasification"], "no task is called 'clasification'.*; did you mean 'classification'"),
        (predict, [], "tasks: "),
        (predict, [{"use": "classification", "gates": {"accuracy": {"mn": 1}}}], "did you mean 'min'"),
        ("transformers:./x", ["classification"], "expected a model in memory, but got 'transformers:./x'"),
        (3, ["classification"], r"expected a callable \(inputs\) -> probabilities, but got 3"),
    ],
)
def test_a_mistake_names_the_key(model: Any, tasks: Any, message: str) -> None:
    with pytest.raises(UserError, match=message):
        harness.evaluate(model, (TEXTS, LABELS), tasks, labels=["negative", "positive"], progress=False)


def test_a_suite_file_runs_as_from_the_command_line(project: Project) -> None:
    run = harness.run("quick.yaml", progress=False, data__limit=8, out="python")
    called = project.harness("run", "quick.yaml", "--limit", "8", "--out", "cli", "--json")
    assert scores_json(run.scores) == called.json["scores"]


def test_a_suite_runs_on_a_model_in_memory() -> None:
    def gloomy(texts: list[str]) -> list[list[float]]:
        return [[1.0, 0.0] for _ in texts]

    run = harness.run("quick.yaml", model=gloomy, model__labels=["negative", "positive"], progress=False)
    assert run["classification"].accuracy.value == 0.5


def test_a_suite_may_be_a_mapping_and_is_left_as_it_is() -> None:
    suite = {"name": "mine", "model": "python:toy:predict", "data": "files:dev.jsonl", "tasks": ["classification"]}
    run = harness.run(suite, progress=False, seed=3, sample_seed=5)
    assert (run.name, run.info.seed, run.info.sample_seed, "seed" in suite) == ("mine", 3, 5, False)


def test_the_sample_seed_chooses_the_samples_in_memory_and_the_seed_does_not() -> None:
    def chosen(**seeds: int) -> list[str]:
        given: Any = {"labels": ["negative", "positive"], "limit": 2, "progress": False, **seeds}
        run = harness.evaluate(predict, (TEXTS, LABELS), ["classification"], **given)
        return [row["id"] for row in run.samples]

    assert chosen() == chosen(seed=8) == chosen(sample_seed=0)
    assert len({tuple(chosen(sample_seed=seed)) for seed in range(5)}) > 1


def test_an_installed_suite_runs_on_data_in_memory() -> None:
    run = harness.run("quick", model=predict, model__labels=["negative", "positive"], progress=False,
                      data=[{"text": text, "label": ["negative", "positive"][label]} for text, label in
                            zip(TEXTS, LABELS, strict=True)])  # fmt: skip
    assert run["classification"].accuracy.n == 4


def test_scores_are_had_by_address_and_by_name() -> None:
    result = evaluated()["classification"]
    assert result["recall[class=negative]"].n == 2
    assert "accuracy" in dir(result)
    with pytest.raises(UserError, match=r"classification has no score 'acuracy': .*; did you mean 'accuracy'"):
        result["acuracy"]
    with pytest.raises(AttributeError, match="did you mean 'accuracy'"):
        _ = result.acuracy
    assert not hasattr(result, "_ipython_canary_method_should_not_exist_")


def test_a_score_compares_as_its_value_and_prints_its_interval() -> None:
    score = share("accuracy", 9, 10, 0.95)
    assert (score < 0.95, score <= 0.9, score > 0.95, float(score)) == (True, True, False, 0.9)
    assert score > share("accuracy", 8, 10, 0.95)
    assert repr(score) == "<accuracy 0.900 [0.606, 0.995], n 10>"


def test_a_score_without_a_value_does_not_compare() -> None:
    missing = Score("f1", None, None, None, 0, note="no case")
    with pytest.raises(UserError, match="f1 has no value: no case"):
        assert missing < 1
    assert repr(missing) == "<f1 undefined, n 0, no case>"


def test_records_are_an_arrow_table_and_a_data_frame() -> None:
    result = evaluated()["classification"]
    assert result.table().column_names == ["task", "part", "sample", "status", "error", "asked", "payload",
                                           "finding", "weight", "line", "decision"]  # fmt: skip
    frame = result.to_pandas()
    assert set(frame["predicted"]) == {"negative", "positive"}
    assert frame.set_index("input").loc["awful", "label"] == "negative"


def test_all_scores_are_one_table_and_one_data_frame() -> None:
    run = evaluated()
    assert dict(zip(*run.table().select(["address", "value"]).to_pydict().values(), strict=True)) == {
        address: score.value for address, score in run.scores.items()
    }
    frame = run.to_pandas().set_index("address")
    assert frame.loc["classification/recall[class=negative]", ["task", "score", "class", "n"]].tolist() == [
        "classification", "recall", "negative", 2
    ]  # fmt: skip


def test_a_task_that_is_not_there_is_named() -> None:
    with pytest.raises(UserError, match="has no task 'attack': it has classification"):
        evaluated()["attack"]


class Texts(HTMLParser):
    """What a page shows, and the tags it has."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.shown = ""

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.tags.add(tag)

    def handle_data(self, data: str) -> None:
        self.shown += data


def test_a_notebook_shows_the_verdict_and_no_markup_of_strangers() -> None:
    hostile = "<script>alert(1)</script>"
    run = harness.evaluate(
        predict, (TEXTS, [hostile if label else "no" for label in LABELS]),
        [{"use": "classification", "gates": {f'recall[class="{hostile}"]': {"min": 0.2}}}],
        labels=["no", hostile], progress=False, out="<b>run",
    )  # fmt: skip
    page = Texts()
    page.feed(run._repr_html_())
    assert hostile in page.shown
    assert "pass" in page.shown
    assert not page.tags & {"script"}
    assert repr(run) == "<run evaluation: pass, in <b>run>"


def test_a_run_leaves_the_hosts_search_path_and_frozen_objects_alone(project: Any) -> None:
    before = sys.path[:]
    gc.freeze()
    try:
        frozen = gc.get_freeze_count()
        run = harness.run("quick.yaml", progress=False)
        assert (run.verdict, sys.path, gc.get_freeze_count() > frozen // 2) == ("pass", before, True)
    finally:
        gc.unfreeze()


def test_a_model_may_import_from_the_suites_folder_while_it_is_asked(project: Any) -> None:
    project.write("late.py", "WORDS = {'good', 'great', 'fine'}\n")
    project.write(
        "lazy.py",
        "def predict(texts):\n    from late import WORDS\n"
        "    return [[0.1, 0.9] if WORDS & set(text.split()) else [0.9, 0.1] for text in texts]\n"
        "predict.labels = ['negative', 'positive']\n",
    )
    before = sys.path[:]
    run = harness.run("quick.yaml", model="python:lazy:predict", progress=False)
    assert (run.info.tasks["classification"].errors, sys.path) == (0, before)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"resum": True}, "run has no option 'resum': expected one of model, data, out, .*; did you mean 'resume'"),
        ({"tsks__attack__limit": 3}, "or a key of the suite .*; did you mean 'tasks'"),
    ],
)
@pytest.mark.usefixtures("project")
def test_a_misspelt_option_is_answered_with_the_nearest(options: dict[str, Any], message: str) -> None:
    with pytest.raises(UserError, match=message):
        harness.run("quick.yaml", **options)


def test_an_evaluation_has_the_options_of_a_run() -> None:
    of_run = inspect.signature(harness.run).parameters
    of_evaluate = inspect.signature(harness.evaluate).parameters
    assert {name for name in of_run if name not in {"suite", "settings", "untrusted"}} <= set(of_evaluate)
    assert all(each.kind is not inspect.Parameter.VAR_KEYWORD for each in of_evaluate.values())
