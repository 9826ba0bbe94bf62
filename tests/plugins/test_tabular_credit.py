"""Rows through the real command line, with a scikit-learn pipeline of German credit; what estimators are given."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest

from harness import Run

pd = pytest.importorskip("pandas")
pytest.importorskip("sklearn")
skops = pytest.importorskip("skops.io")

from harness_sklearn.estimator import Estimator  # noqa: E402
from harness_tabular import ROW, Row  # noqa: E402
from sklearn.compose import ColumnTransformer  # noqa: E402
from sklearn.impute import SimpleImputer  # noqa: E402
from sklearn.linear_model import LogisticRegression  # noqa: E402
from sklearn.pipeline import make_pipeline  # noqa: E402
from sklearn.preprocessing import OneHotEncoder, StandardScaler  # noqa: E402

CREDIT = Path(__file__).parents[3] / "shared/data/tabular/german_credit"
needs_credit = pytest.mark.skipif(not CREDIT.exists(), reason="needs ../shared/data/tabular/german_credit")
SUITE = f"""
model: {{use: sklearn, path: model.skops, trusted: [numpy.dtype]}}
data:
  use: files
  path: {CREDIT / "dev.csv.gz"}
  kind: row
  columns: {{label: default}}
tasks:
  - {{use: classification, gates: {{accuracy: {{min: 0.6}}}}}}
  - {{use: stress, perturbations: [missing_cells], severities: [3]}}
  - {{use: attack, attacks: [{{use: greedy_cells, cells: 2, frozen: [sex, age]}}], limit: 40}}
  - {{use: explain, explainers: [leave_one_out], limit: 40}}
"""


def fitted(frame: Any, labels: Any) -> Any:
    numbers = list(frame.select_dtypes("number"))
    columns = ColumnTransformer(
        [
            ("numbers", make_pipeline(SimpleImputer(), StandardScaler()), numbers),
            ("categories", OneHotEncoder(handle_unknown="ignore"), [name for name in frame if name not in numbers]),
        ]
    )
    return make_pipeline(columns, LogisticRegression(max_iter=1000)).fit(frame, labels)


@pytest.fixture(scope="module")
def credit(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Run]:
    """The pipeline, and the run of its suite."""
    folder = tmp_path_factory.mktemp("credit")
    train = pd.read_csv(CREDIT / "train.csv.gz")
    model = fitted(train.drop(columns="default"), train["default"])
    skops.dump(model, folder / "model.skops")
    (folder / "credit.harness.yaml").write_text(SUITE, encoding="utf-8")
    command = [sys.executable, "-m", "harness", "run", "credit.harness.yaml", "--out", "out", "--quiet"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return model, Run(folder / "out")


@needs_credit
def test_accuracy_is_the_estimators_own(credit: tuple[Any, Run]) -> None:
    model, run = credit
    dev = pd.read_csv(CREDIT / "dev.csv.gz")
    assert run.verdict == "pass"
    assert run.scores["classification/accuracy"].value == pytest.approx(
        model.score(dev.drop(columns="default"), dev["default"])
    )
    assert {name: task.errors for name, task in run.info.tasks.items()} == dict.fromkeys(run.info.tasks, 0)


@needs_credit
def test_samples_are_kept_with_the_types_of_their_cells(credit: tuple[Any, Run]) -> None:
    rows = [ROW.parse(sample["input"]) for sample in credit[1].samples]
    dev = pd.read_csv(CREDIT / "dev.csv.gz").drop(columns="default")
    expected = [dict(zip(dev, cells, strict=True)) for cells in dev.itertuples(index=False, name=None)]
    assert sorted(rows, key=str) == sorted(expected, key=str)
    assert {name: type(cell) for name, cell in rows[0].items()} == {
        name: type(cell) for name, cell in expected[0].items()
    }


@needs_credit
def test_records_say_what_was_done_to_each_row(credit: tuple[Any, Run]) -> None:
    model, run = credit
    inputs = {sample["id"]: ROW.parse(sample["input"]) for sample in run.samples}
    [stressed, attacked, explained] = (
        [(record.sample, cast("Any", record.payload)) for record in run.records(task)]
        for task in ("stress", "attack", "explain")
    )
    assert (len(stressed), len(attacked), len(explained)) == (100, 40, 40)
    for sample, payload in stressed:
        [perturbed] = map(ROW.parse, payload["perturbed"])
        assert [perturbed[name] for name, cell in inputs[sample].items() if perturbed[name] != cell] == [None] * 3
    for sample, payload in attacked:
        before, after = inputs[sample], ROW.parse(payload["perturbed"])
        assert ROW.distance(before, after)[0] <= 2
        assert (after["sex"], after["age"]) == (before["sex"], before["age"])
        assert payload["after"] == pytest.approx(model.predict_proba(pd.DataFrame([after]))[0])
    for sample, payload in explained:
        assert payload["units"] == list(inputs[sample])
    assert run.scores["attack/robust_accuracy"] < 0.4 < run.scores["attack/clean_accuracy"]


@needs_credit
def test_what_is_left_out_is_what_the_data_have_there_most(credit: tuple[Any, Run]) -> None:
    dev = pd.read_csv(CREDIT / "dev.csv.gz").drop(columns="default")
    row = ROW.parse(credit[1].samples[0]["input"])
    without = ROW.keep(row, ROW.units(row), set())
    for name, cell in without.items():
        if isinstance(cell, str):
            assert (dev[name] == cell).sum() == dev[name].value_counts().iloc[0]
        else:
            assert cell == dev[name].quantile(0.5, interpolation="lower")


# What estimators are given

FRAME: dict[str, list[Any]] = {
    "whole": [1, 2, None, 4] * 5,
    "number": [0.5, 1.5, 2.0, None] * 5,
    "truth": [True, False, True, None] * 5,
    "category": ["x", "y", None, "x"] * 5,
}


def test_missing_cells_are_nan_in_whatever_company() -> None:
    frame = pd.DataFrame({name: pd.Series(cells, dtype=object).infer_objects() for name, cells in FRAME.items()})
    frame = frame.where(frame.notna(), np.nan).infer_objects()
    model = fitted(frame, [0, 1, 0, 1] * 5)
    adapter = Estimator(model, name="m", labels=["0", "1"], output="probabilities", fingerprint="")
    rows = list(ROW.read(FRAME))[:4]
    rows += [row | {name: None} for row in rows for name in row] + [Row(dict.fromkeys(FRAME))]
    alone = np.concatenate([adapter([row]) for row in rows])
    assert np.allclose(adapter(rows), alone, atol=1e-12)
    assert np.allclose(alone[:4], model.predict_proba(frame[:4]), atol=1e-12)


def test_cells_keep_their_types_in_an_estimators_table() -> None:
    seen: list[Any] = []

    class Looking:
        classes_ = (0, 1)

        def predict_proba(self, table: Any) -> Any:
            seen.append(table)
            return np.full((len(table), 2), 0.5)

    adapter = Estimator(Looking(), name="m", labels=["0", "1"], output="probabilities", fingerprint="")
    adapter(list(ROW.read(FRAME))[:2])
    adapter(list(ROW.read(FRAME)))
    assert [seen[0][name].dtype.kind for name in ("whole", "number", "truth")] == ["i", "f", "b"]
    assert [seen[1][name].dtype.kind for name in ("whole", "number", "truth")] == ["f", "f", "O"]
    assert json.loads(seen[0]["category"].to_json()) == {"0": "x", "1": "y"}
    assert {name: int(count) for name, count in seen[1].isna().sum().items()} == dict.fromkeys(FRAME, 5)
