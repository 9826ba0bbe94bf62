"""The options that change the suite, and which of several wins."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from pyarrow import parquet

if TYPE_CHECKING:
    from conftest import Project

ACCURACY = "classification/accuracy"


def ids(folder: str, file: str = "samples.parquet", column: str = "id") -> list[str]:
    """The samples of a run in their order."""
    return [str(each) for each in parquet.read_table(Path(folder, file))[column].to_pylist()]


def test_a_smaller_limit_is_the_beginning_of_a_larger_one(project: Project) -> None:
    project.harness("run", "quick.yaml", "--out", "few", "--limit", "5")
    project.harness("run", "quick.yaml", "--out", "many", "--limit", "15")
    assert ids("few") == ids("many")[:5]
    assert ids("few", "records/attack.parquet", "sample") == ids("many", "records/attack.parquet", "sample")[:5]
    assert len(ids("many", "records/attack.parquet", "sample")) == 6


def test_the_sample_seed_decides_the_samples_and_the_seed_does_not(project: Project) -> None:
    seeds = {"own": [], "seed": ["--seed", "8"], "0": ["--sample-seed", "0"], "8": ["--sample-seed", "8"]}
    for name, options in seeds.items():
        project.harness("run", "quick.yaml", "--out", name, "--limit", "10", *options)
    assert ids("own") == ids("seed") == ids("0") != ids("8")
    assert set(ids("own")) != set(ids("8"))
    infos = {name: json.loads(Path(name, "run.json").read_text(encoding="utf-8")) for name in seeds}
    assert [(each["seed"], each["sample_seed"]) for each in infos.values()] == [(7, 0), (8, 0), (7, 0), (7, 8)]
    assert [project.harness(each, "quick.yaml", "--sample-seed", "8").code for each in ("check", "plan")] == [0, 0]


def test_set_reaches_every_key(project: Project) -> None:
    changes = [
        "tasks.attack.limit=2",
        "tasks.classification.gates.accuracy.min=0.99",
        "tasks.attack.gates.robust_accuracy[part=deepwordbug].max=1",
        "max_errors=3",
        "model.labels=[no, yes]",
        "data.labels={negative: no, positive: yes}",
    ]
    called = project.harness("run", "quick.yaml", "--out", "out", "--json", *(f"--set={each}" for each in changes))
    info = project.read("out/run.json")
    assert (info["tasks"]["attack"]["samples"], info["suite"]["max_errors"], info["labels"]) == (2, 3, ["no", "yes"])
    addresses = [(gate["address"], gate["kind"], gate["bound"]) for gate in called.json["gates"]]
    assert addresses == [(ACCURACY, "min", 0.99), ("attack/robust_accuracy[part=deepwordbug]", "max", 1)]


@pytest.mark.parametrize(
    ("argv", "samples"),
    [
        ([], 12),
        (["--limit", "4"], 4),
        (["--limit", "4", "--set", "data.limit=3"], 3),
        (["--set", "data.limit=5", "--set", "data.limit=3"], 3),
        (["--data", "files:dev.jsonl"], 20),
        (["--data", "files:dev.jsonl", "--limit", "4"], 4),
        (["--set", "data.limit=null"], 20),
    ],
)
def test_the_more_specific_option_wins(project: Project, argv: list[str], samples: int) -> None:
    project.edit("quick.yaml", "dev.jsonl", "dev.jsonl, limit: 12")
    called = project.harness("check", "quick.yaml", "--json", *argv)
    assert called.json["samples"] == samples


def test_an_installed_suite_runs_by_name_on_ones_own_model_and_data(
    project: Project,
) -> None:
    suite = project.write("elsewhere/robust.harness.yaml", "tasks: [{use: classification, metrics: []}]\n")
    source = f"import pathlib\n\n\ndef robust():\n    return pathlib.Path({str(suite)!r})\n"
    project.install("suites", "robust", "installed:robust", source)
    called = project.harness("run", "robust", "--model", "python:toy:predict", "--data", "files:dev.jsonl", "--json")
    assert (called.code, called.json["scores"][ACCURACY]["value"]) == (0, 0.9)


def test_a_suites_paths_are_relative_to_it_and_a_calls_to_the_caller(project: Project) -> None:
    project.write("elsewhere/dev.csv", "text,label\ngood,positive\n")
    project.write("elsewhere/quick.yaml", Path("quick.yaml").read_text("utf-8").replace("dev.jsonl", "dev.csv"))
    argv = ("check", "elsewhere/quick.yaml", "--json")
    assert project.harness(*argv).json["samples"] == 1
    assert project.harness(*argv, "--data", "files:dev.jsonl").json["samples"] == 20
    refused = project.harness(*argv, "--data", "files:dev.csv")
    assert (refused.code, f"there is no file {Path('dev.csv').resolve()}" in refused.err) == (2, True), refused.err


def test_a_model_beside_the_suite_comes_before_one_in_the_working_directory(project: Project) -> None:
    project.write("toy.py", "raise RuntimeError('the wrong one')\n")
    for name in ("quick.yaml", "dev.jsonl"):
        Path("elsewhere").mkdir(exist_ok=True)
        Path(name).rename(Path("elsewhere", name))
    project.write("elsewhere/toy.py", "def predict(texts): return [[0, 1]] * len(texts)\n")
    called = project.harness("run", "elsewhere/quick.yaml", "--set", "model.labels=[negative, positive]", "--json")
    assert called.json["scores"][ACCURACY]["value"] == 0.5


def test_a_model_may_import_what_lies_beside_it_when_it_is_asked(project: Project) -> None:
    project.write("late.py", "def predict(texts):\n    import toy\n    return toy.predict(texts)\n")
    called = project.harness(
        "run", "quick.yaml", "--model", "python:late:predict", "--set", "model.labels=[negative, positive]"
    )
    assert called.code == 0


DEVICE = """
class Adapter:
    labels = ["negative", "positive"]

    def __init__(self, device):
        self.device = device

    def __call__(self, texts):
        return [[0.5, 0.5] for _ in texts]


def adapter(*, path: str = "", device: str = "auto"):
    return Adapter(device)
"""


def test_the_device_is_the_models_and_no_other_run(project: Project) -> None:
    project.install("models", "fake", "devices:adapter", DEVICE)
    argv = ("run", "quick.yaml", "--model", "fake", "--out", "out", "--undecided", "pass")
    assert project.harness(*argv, "--device", "tpu:7").code == 0
    assert project.read("out/run.json")["hardware"]["device"] == "tpu:7"
    assert project.harness(*argv, "--device", "cpu", "--resume").code == 0
