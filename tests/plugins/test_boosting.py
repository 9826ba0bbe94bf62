"""Boosted trees from their libraries' own files, against the libraries' own predictions."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from by_hand import asked

import harness
from harness import AnswerError, UserError
from harness.suite import components

pandas = pytest.importorskip("pandas")

SIZE = 120
RNG = np.random.default_rng(0)
NUMBERS = RNG.random((SIZE, 2))
TABLE = pandas.DataFrame(
    {"age": NUMBERS[:, 0], "pay": NUMBERS[:, 1], "city": RNG.choice(["Bonn", "Kiel", "Ulm"], SIZE)}
)
WITH_CATEGORIES = TABLE.astype({"city": "category"})
TWO = (TABLE["age"] + (TABLE["city"] == "Ulm") > 0.7).astype(int).to_numpy()
THREE = (3 * TABLE["pay"]).astype(int).to_numpy()
VALUE = TABLE["age"].to_numpy() * 2
ROWS = TABLE.to_dict("records")
SHUFFLED = [{"city": row["city"], "more": 1, "pay": row["pay"], "age": row["age"]} for row in ROWS]


def answered(fitted: Any, table: Any) -> Any:
    return fitted.predict_proba(table) if hasattr(fitted, "predict_proba") else fitted.predict(table)[:, None]


def xgboost(truth: Any, path: Path, **options: Any) -> Any:
    """Probabilities or values by the library itself, of trees that are written as JSON."""
    library = pytest.importorskip("xgboost")
    made = library.XGBRegressor if truth.dtype.kind == "f" else library.XGBClassifier
    fitted = made(n_estimators=5, max_depth=3, enable_categorical=True, **options).fit(WITH_CATEGORIES, truth)
    fitted.save_model(path / "trees.json")
    return (
        fitted.predict(WITH_CATEGORIES)[:, None] if truth.dtype.kind == "f" else fitted.predict_proba(WITH_CATEGORIES)
    )


def lightgbm(truth: Any, path: Path, **options: Any) -> Any:
    library = pytest.importorskip("lightgbm")
    made = library.LGBMRegressor if truth.dtype.kind == "f" else library.LGBMClassifier
    fitted = made(n_estimators=5, min_child_samples=3, verbose=-1, n_jobs=1, **options).fit(WITH_CATEGORIES, truth)
    fitted.booster_.save_model(path / "trees.json")
    return (
        fitted.predict(WITH_CATEGORIES)[:, None] if truth.dtype.kind == "f" else fitted.predict_proba(WITH_CATEGORIES)
    )


def catboost(truth: Any, path: Path, **options: Any) -> Any:
    library = pytest.importorskip("catboost")
    made = library.CatBoostRegressor if truth.dtype.kind == "f" else library.CatBoostClassifier
    fitted = made(iterations=5, cat_features=["city"], verbose=0, allow_writing_files=False, **options)
    fitted.fit(TABLE, truth)
    fitted.save_model(path / "trees.json")
    return answered(fitted, TABLE)


LIBRARIES: dict[str, Callable[..., Any]] = {"xgboost": xgboost, "lightgbm": lightgbm, "catboost": catboost}
each_library = pytest.mark.parametrize("use", LIBRARIES)


def model(use: str, path: Path, **options: Any) -> Any:
    return components.load("models", use)(path=path / "trees.json", **options)


@each_library
@pytest.mark.parametrize("truth", [TWO, THREE, VALUE], ids=["two classes", "three classes", "a value"])
def test_answers_are_the_librarys_own_whatever_the_order_of_the_columns(use: str, truth: Any, tmp_path: Path) -> None:
    expected = LIBRARIES[use](truth, tmp_path)
    adapter = model(use, tmp_path, labels=None if truth is VALUE else [f"c{at}" for at in range(expected.shape[1])])
    assert adapter.output == ("value" if truth is VALUE else "probabilities")
    np.testing.assert_allclose(np.array(asked(adapter, ROWS)), expected, atol=1e-6)
    np.testing.assert_allclose(np.array(asked(adapter, SHUFFLED)), expected, atol=1e-6)
    np.testing.assert_allclose(np.array(asked(adapter, ROWS[5:7])), expected[5:7], atol=1e-6)


@each_library
def test_features_of_ones_own_make_a_table_of_anything(use: str, tmp_path: Path, monkeypatch: Any) -> None:
    expected = LIBRARIES[use](TWO, tmp_path)
    (tmp_path / "own_features.py").write_text(
        "import pandas\n\n\ndef table(texts):\n"
        "    rows = [text.split() for text in texts]\n"
        "    kinds = {'age': float, 'pay': float, 'city': pandas.CategoricalDtype(['Bonn', 'Kiel', 'Ulm'])}\n"
        "    return pandas.DataFrame(rows, columns=['age', 'pay', 'city']).astype(kinds)\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    texts = [f"{row['age']!r} {row['pay']!r} {row['city']}" for row in ROWS]
    adapter = model(use, tmp_path, labels=["no", "yes"], features="own_features:table")
    np.testing.assert_allclose(np.array(asked(adapter, texts)), expected, atol=1e-6)
    assert adapter.fingerprint != model(use, tmp_path, labels=["no", "yes"]).fingerprint


@each_library
def test_a_mistake_is_a_word(use: str, tmp_path: Path) -> None:
    LIBRARIES[use](TWO, tmp_path)
    adapter = model(use, tmp_path, labels=["no", "yes"])
    with pytest.raises(AnswerError, match=r"column 'pay' is none of the data's"):
        adapter([{"age": 1.0, "pya": 2.0, "city": "Ulm"}])
    with pytest.raises(AnswerError, match="takes rows of columns, but got str: name a function `features`"):
        adapter(["a text"])
    with pytest.raises(UserError, match=r"labels: the file has 2 classes.*names 3"):
        model(use, tmp_path, labels=["a", "b", "c"])
    with pytest.raises(UserError, match="output: its objective answers probabilities, not value"):
        model(use, tmp_path, output="value")
    with pytest.raises(UserError, match="cannot be read: No such file"):
        components.load("models", use)(path=tmp_path / "none.json")


@each_library
@pytest.mark.parametrize(
    "content", [b"", b"{}", b"tree\nTree=0\n", b"\x00" * 200], ids=["empty", "{}", "text", "zeros"]
)
def test_a_file_that_is_none_is_said(use: str, content: bytes, tmp_path: Path) -> None:
    pytest.importorskip(use)
    (tmp_path / "trees.json").write_bytes(content)
    with pytest.raises(UserError, match="cannot be read"):
        model(use, tmp_path)


@each_library
def test_a_pickle_is_refused(use: str, tmp_path: Path) -> None:
    pytest.importorskip(use)
    (tmp_path / "trees.json").write_bytes(pickle.dumps({"a": print}))
    with pytest.raises(UserError, match=r"is a pickle, which can run any code: .*`save_model`"):
        model(use, tmp_path)


@each_library
def test_trees_on_arrays_take_columns_by_their_place(use: str, tmp_path: Path) -> None:
    library = pytest.importorskip(use)
    if use == "xgboost":
        fitted = library.XGBClassifier(n_estimators=3).fit(NUMBERS, TWO)
        fitted.save_model(tmp_path / "trees.json")
    elif use == "lightgbm":
        fitted = library.LGBMClassifier(n_estimators=3, verbose=-1, n_jobs=1).fit(NUMBERS, TWO)
        fitted.booster_.save_model(tmp_path / "trees.json")
    else:
        fitted = library.CatBoostClassifier(iterations=3, verbose=0, allow_writing_files=False).fit(NUMBERS, TWO)
        fitted.save_model(tmp_path / "trees.json")
    rows = [{"one": one, "two": two} for one, two in NUMBERS.tolist()]
    found = np.array(asked(model(use, tmp_path, labels=["no", "yes"]), rows))
    np.testing.assert_allclose(found, fitted.predict_proba(NUMBERS), atol=1e-6)


def test_labels_that_apply_or_do_not(tmp_path: Path) -> None:
    library = pytest.importorskip("xgboost")
    both = np.stack([TWO, 1 - TWO], axis=1)
    fitted = library.XGBClassifier(n_estimators=3).fit(NUMBERS, both)
    fitted.save_model(tmp_path / "trees.json")
    adapter = model("xgboost", tmp_path, labels=["a", "b"])
    rows = [{"one": one, "two": two} for one, two in NUMBERS.tolist()]
    assert adapter.output == "labels"
    np.testing.assert_allclose(np.array(asked(adapter, rows)), fitted.predict_proba(NUMBERS), atol=1e-6)


def test_a_booster_in_memory_runs(tmp_path: Path) -> None:
    library = pytest.importorskip("lightgbm")
    data = library.Dataset(WITH_CATEGORIES, TWO)
    booster = library.train({"objective": "binary", "verbose": -1, "num_threads": 1}, data, num_boost_round=5)
    rows = [{**row, "label": ["no", "yes"][truth]} for row, truth in zip(ROWS, TWO.tolist(), strict=True)]
    suite = {
        "model": {"use": "given", "labels": ["no", "yes"]},
        "data": {"use": "given", "kind": "row"},
        "tasks": ["classification"],
    }
    found = harness.run(suite, model=booster, data=rows, out=tmp_path / "run", progress=False)
    expected = ((booster.predict(WITH_CATEGORIES) > 0.5).astype(int) == TWO).mean()
    assert float(found["classification"].accuracy) == pytest.approx(expected)
