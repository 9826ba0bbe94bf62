"""Saved predictions as a model: every form of a file gives the answers that stand in it, and the same scores."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from pathlib import Path
from runpy import run_path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from harness import Run
from harness.engine.adapters import connect
from harness.suite import components

if TYPE_CHECKING:
    from conftest import Project

IDS = ["a", "b", "c", "d"]
ROWS = np.array([[0.9, 0.1], [0.2, 0.8], [0.45, 0.55], [0.7, 0.3]])
BOTH = {"id": "id", "probabilities": ["no", "yes"]}


def model(path: Path, columns: Any = None, **options: Any) -> Any:
    return components.load("models", "predictions")(path=path, columns=columns, **options)


def write(path: Path, header: Sequence[str], rows: Sequence[Sequence[Any]], delimiter: str = ",") -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=delimiter).writerows([header, *rows])
    return path


def _csv(folder: Path) -> Path:
    return write(folder / "p.csv", ["id", "no", "yes"], [[name, *row] for name, row in zip(IDS, ROWS, strict=True)])


def _tsv(folder: Path) -> Path:
    rows = [[name, *row] for name, row in zip(IDS, ROWS, strict=True)]
    return write(folder / "p.tsv", ["id", "no", "yes"], rows, "\t")


def _dicts() -> list[dict[str, Any]]:
    return [{"id": name, "no": row[0], "yes": row[1]} for name, row in zip(IDS, ROWS.tolist(), strict=True)]


def _json(folder: Path) -> Path:
    path = folder / "p.json"
    path.write_text(json.dumps(_dicts()), encoding="utf-8")
    return path


def _jsonl(folder: Path) -> Path:
    path = folder / "p.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in _dicts()), encoding="utf-8")
    return path


def _parquet(folder: Path) -> Path:
    import pyarrow as pa
    from pyarrow import parquet

    path = folder / "p.parquet"
    parquet.write_table(pa.Table.from_pylist(_dicts()), path)
    return path


def _npz(folder: Path) -> Path:
    path = folder / "p.npz"
    np.savez(path, id=np.array(IDS), no=ROWS[:, 0], yes=ROWS[:, 1])
    return path


@pytest.mark.parametrize("make", [_csv, _tsv, _json, _jsonl, _parquet, _npz])
def test_every_format_gives_the_answers_by_id(make: Any, tmp_path: Path) -> None:
    found = connect(model(make(tmp_path), BOTH))
    assert (found.labels, found.output, found.name) == (("no", "yes"), "probabilities", make(tmp_path).name)
    assert found.endpoint("by_id")(["c", "a"]).tolist() == ROWS[[2, 0]].tolist()  # type: ignore[operator]


def test_labels_of_the_suite_name_the_columns(tmp_path: Path) -> None:
    assert model(_csv(tmp_path), BOTH, labels=["bad", "good"]).labels == ["bad", "good"]


def test_an_array_of_one_file_needs_no_columns(tmp_path: Path) -> None:
    np.save(tmp_path / "p.npy", ROWS)
    np.savez(tmp_path / "p.npz", ROWS)
    for name in ("p.npy", "p.npz"):
        found = model(tmp_path / name, labels=["no", "yes"])
        assert found.by_row([3, 1], of=4).tolist() == ROWS[[3, 1]].tolist()


def test_an_array_of_an_npz_is_named(tmp_path: Path) -> None:
    np.savez(tmp_path / "p.npz", ids=np.arange(4), probs=ROWS, others=ROWS)
    found = model(tmp_path / "p.npz", {"id": "ids", "probabilities": "probs"}, labels=["no", "yes"])
    assert found.by_id(["2"]).tolist() == [ROWS[2].tolist()]


def test_one_column_is_the_probability_of_the_second_of_two_classes(tmp_path: Path) -> None:
    found = model(_csv(tmp_path), {"id": "id", "probabilities": "yes"}, labels=["no", "yes"])
    assert np.allclose(found.by_id(IDS), ROWS)


def test_a_column_of_lists_has_a_probability_for_each_label(tmp_path: Path) -> None:
    path = tmp_path / "p.json"
    rows = [{"id": name, "p": row} for name, row in zip(IDS, ROWS.tolist(), strict=True)]
    path.write_text(json.dumps(rows), encoding="utf-8")
    assert model(path, {"id": "id", "probabilities": "p"}, labels=["no", "yes"]).by_id(IDS).tolist() == ROWS.tolist()


def test_classes_alone_are_of_that_output(tmp_path: Path) -> None:
    path = write(tmp_path / "p.csv", ["id", "is"], [["a", "Yes"], ["b", "no"]])
    found = model(path, {"id": "id", "label": "is"}, labels=["no", "yes"])
    assert (found.output, found.by_id(["a", "b"]).tolist()) == ("classes", [1, 0])
    assert model(path, {"id": "id", "label": "is"}).labels == ["Yes", "no"]


def test_classes_of_an_array_are_numbers_in_the_order_of_the_labels(tmp_path: Path) -> None:
    np.save(tmp_path / "p.npy", np.array([1, 0, 2], dtype=np.int8))
    found = model(tmp_path / "p.npy", labels=["x", "y", "z"])
    assert (found.output, found.by_row([0, 1, 2], of=3).tolist()) == ("classes", [1, 0, 2])


def test_numbers_are_values(tmp_path: Path) -> None:
    path = write(tmp_path / "p.csv", ["id", "price"], [["a", "1.5"], ["b", "-2e3"]])
    found = model(path, {"id": "id", "value": "price"})
    assert (found.output, found.labels, found.by_id(["b", "a"]).tolist()) == ("value", ["value"], [[-2000], [1.5]])


def test_several_labels_may_hold_together(tmp_path: Path) -> None:
    path = write(tmp_path / "p.csv", ["id", "hate", "spam"], [["a", 0.9, 0.8], ["b", 0.1, 0.0]])
    found = model(path, {"id": "id", "probabilities": ["hate", "spam"]}, output="labels")
    assert (found.output, found.labels, found.by_id(["a"]).tolist()) == ("labels", ["hate", "spam"], [[0.9, 0.8]])


def test_the_fingerprint_is_that_of_the_content(tmp_path: Path) -> None:
    first = model(_csv(tmp_path), BOTH).fingerprint
    assert model(_json(tmp_path), BOTH).fingerprint == first
    write(tmp_path / "p.csv", ["id", "no", "yes"], [[name, 0.5, 0.5] for name in IDS])
    assert model(tmp_path / "p.csv", BOTH).fingerprint != first


# A run of saved answers is the run of the model that gave them


@pytest.fixture
def both(project: Project) -> Project:
    """The toy's answers to its data, saved by id in another order, and by row; two rows have the same text."""
    predict = run_path(str(project.folder / "toy.py"))["predict"]
    rows = [json.loads(line) for line in (project.folder / "dev.jsonl").read_text(encoding="utf-8").splitlines()]
    rows[3]["text"] = rows[1]["text"]
    project.write("dev.jsonl", "".join(json.dumps({"id": f"r{at}", **row}) + "\n" for at, row in enumerate(rows)))
    answers = predict([row["text"] for row in rows])
    named = [[f"r{at}", *row] for at, row in enumerate(answers)]
    write(project.folder / "ids.csv", ["id", "negative", "positive"], named[::-1])
    write(project.folder / "rows.csv", ["negative", "positive"], answers)
    return project


SUITE = """
data: {use: files, path: dev.jsonl, columns: {id: id}}
tasks: [{use: classification, metrics: [ece, roc_auc]}, calibration, data]
resamples: 20
"""


def scores(project: Project, out: str, spec: str) -> dict[str, Any]:
    project.write("saved.yaml", SUITE)
    called = project.harness("run", "saved.yaml", "--model", spec, "--out", out, "--quiet")
    assert called.code == 0, called.err
    found = Run(Path(out)).scores.items()
    return {f"{address} {end}": getattr(score, end) for address, score in found for end in ("value", "low", "high")}


def test_scores_are_those_of_the_model_itself(both: Project) -> None:
    own = scores(both, "own", "python:toy:predict")
    columns = "probabilities: [negative, positive]"
    by_id = scores(both, "by_id", f"{{use: predictions, path: ids.csv, columns: {{id: id, {columns}}}}}")
    assert by_id == pytest.approx(own, nan_ok=True)
    assert scores(both, "by_row", f"{{use: predictions, path: rows.csv, columns: {{{columns}}}}}") == by_id
    compared = both.harness("compare", "by_id", "by_row")
    assert (compared.code, "better" in compared.out) == (0, False), compared.err


def test_a_limit_leaves_answers_with_their_samples(both: Project) -> None:
    both.write("saved.yaml", SUITE.replace("columns: {id: id}", "columns: {id: id}, limit: 7"))
    answers = "columns: {probabilities: [negative, positive]}"
    for name, spec in (("own", "python:toy:predict"), ("few", f"{{use: predictions, path: rows.csv, {answers}}}")):
        called = both.harness("run", "saved.yaml", "--model", spec, "--out", name, "--quiet")
        assert called.code == 0, called.err
    own, few = (Run(Path(name)).records("classification") for name in ("own", "few"))
    assert len(few) == 7
    assert [(each.sample, each.payload) for each in few] == [(each.sample, each.payload) for each in own]
