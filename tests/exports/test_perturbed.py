"""The perturbed inputs of a run as files to train on: which rows are there, in which form, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pyarrow import parquet

import harness
from harness import UserError
from harness.exports.perturbed import export_perturbed

TEXTS = ["a good film it is", "a bad film, not good", "good, very good it was", "so bad that it hurts"] * 5


def answers(texts: list[str]) -> list[list[float]]:
    return [[0.1, 0.9] if "good" in text else [0.8, 0.2] for text in texts]


def ran(folder: Path, *perturbations: Any, **task: Any) -> Path:
    data = ([f"{text} {at}" for at, text in enumerate(TEXTS)], [1, 0] * 10)
    spec = {"use": "stress", "perturbations": list(perturbations), **task}
    return harness.evaluate(answers, data, [spec], labels=["negative", "positive"], out=folder / "run").folder


def rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_each_perturbed_text_has_its_part_and_the_label_of_its_sample(tmp_path: Path) -> None:
    run = ran(tmp_path, "slang", severities=[1, 5])
    [(path, count)] = export_perturbed(run, tmp_path / "out").items()
    found = rows(path)
    assert (path.name, count) == ("stress.jsonl", len(found))
    samples = {each["id"]: each for each in harness.Run(run).samples}
    assert {each["part"] for each in found} == {"slang/1", "slang/5"}
    assert all(each["label"] == samples[each["id"]]["label"] for each in found)
    assert all(each["text"] != samples[each["id"]]["input"] for each in found)
    assert len({(each["text"], each["label"]) for each in found}) == len(found)


def test_what_may_change_the_label_is_left_out(tmp_path: Path) -> None:
    run = ran(tmp_path, "typos", "negation", severities=[5])
    [path] = export_perturbed(run, tmp_path / "out")
    assert {each["part"] for each in rows(path)} == {"typos/5"}
    with pytest.raises(UserError, match="no perturbation that keeps the label changed"):
        export_perturbed(ran(tmp_path / "two", "negation"), tmp_path / "none")
    assert not (tmp_path / "none").exists()


def test_parquet_has_the_same_rows(tmp_path: Path) -> None:
    run = ran(tmp_path, ["typos", "casing"], severities=[3])
    [lines] = export_perturbed(run, tmp_path / "out")
    [table] = export_perturbed(run, tmp_path / "out", "parquet")
    assert parquet.read_table(table).to_pylist() == rows(lines)


def test_of_an_attack_there_is_what_it_succeeded_with(tmp_path: Path) -> None:
    tasks: list[Any] = [{"use": "attack", "attacks": ["deepwordbug"]}]
    run = harness.evaluate(answers, (TEXTS, [1, 0] * 10), tasks, labels=["negative", "positive"], out=tmp_path / "run")
    [(path, count)] = export_perturbed(run.folder, tmp_path / "out").items()
    payloads = [each.payload for each in run.records("attack") if each.payload]
    found, fooled = rows(path), [each for each in payloads if each["outcome"] == "succeeded"]
    assert (path.name, count) == ("attack.jsonl", len(found))
    assert {each["text"] for each in found} == {each["perturbed"] for each in fooled}
    wrong = [answers([each["text"]])[0][each["label"] == "positive"] < 0.5 for each in found]
    assert len(found) >= 2
    assert all(wrong)
    steady = harness.evaluate(
        lambda texts: [[0.1, 0.9] for _ in texts], (TEXTS[:1], [1]), tasks, labels=["no", "yes"], out=tmp_path / "two"
    )
    with pytest.raises(UserError, match="no attack succeeded"):
        export_perturbed(steady.folder, tmp_path / "none")


def test_a_run_without_stress_is_refused(tmp_path: Path) -> None:
    run = harness.evaluate(answers, (TEXTS, [1, 0] * 10), ["classification"], labels=["no", "yes"], out=tmp_path / "r")
    with pytest.raises(UserError, match="has no task `stress` or `attack`"):
        export_perturbed(run.folder, tmp_path / "out")
