"""Where cases run is chosen by the suite, and a part may have samples and models of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conftest import Project

BACKWARDS = '''
from harness import run_locally


def backwards(*, batch: int = 1):
    """Runs everything here, and gives the records last first, a few at a time."""

    def run(work):
        records = [record for batch_ in run_locally(work) for record in batch_][::-1]
        for at in range(0, len(records), batch):
            yield records[at : at + batch]

    return run
'''


def test_another_executor_gives_the_same_scores(project: Project) -> None:
    project.install("executors", "backwards", "elsewhere:backwards", BACKWARDS)
    plain = project.harness("run", "quick.yaml", "--out", "a", "--json")
    other = project.harness("run", "quick.yaml", "--out", "b", "--set", "executor={use: backwards, batch: 3}", "--json")
    assert (other.code, other.json["scores"]) == (0, plain.json["scores"])
    one, two = project.read("a/run.json"), project.read("b/run.json")
    assert one["fingerprints"] == two["fingerprints"]
    assert one["engine"][""]["asked"] == two["engine"][""]["asked"]


def test_an_executor_that_is_not_there_is_named_with_the_line(project: Project) -> None:
    project.edit("quick.yaml", "seed: 7", "seed: 7\nexecutor: locl")
    called = project.harness("check", "quick.yaml")
    assert (called.code, called.err.count("quick.yaml:4: no executor is called 'locl'")) == (2, 1)
    assert "did you mean 'local'" in called.err
    assert project.harness("check", "quick.yaml", "--file-only").code == 2


def test_a_kind_of_input_that_is_not_there_is_named(project: Project) -> None:
    project.edit("quick.yaml", "path: dev.jsonl}", "path: dev.jsonl, kind: txt}")
    for options in ((), ("--file-only",)):
        called = project.harness("check", "quick.yaml", *options)
        assert (called.code, "there is no kind of input 'txt'" in called.err) == (2, True)


def test_a_run_goes_on_with_another_executor(project: Project) -> None:
    project.install("executors", "backwards", "elsewhere:backwards", BACKWARDS)
    project.finish("out")
    called = project.harness("run", "quick.yaml", "--out", "out", "--resume", "--set", "executor=backwards", "--quiet")
    assert called.code == 0, called.err


FOLDS = """
from dataclasses import dataclass
from functools import partial

from harness import Part, Score, Task, predict


@dataclass(frozen=True)
class Fold:
    right: bool


def fitted(number, texts):
    return [[1.0, 0.0] if number == 0 else [0.0, 1.0] for _ in texts]


def held_out(number, samples):
    return [sample for at, sample in enumerate(samples) if at % 2 == number]


def session(number, sample, rng):
    [row] = yield from predict([sample.input], model=f"fold/{number}")
    return Fold(row.label == sample.truth)


def folds():
    def part(number):
        model = partial(fitted, number)
        model.labels = ["negative", "positive"]
        return Part(
            lambda _: partial(session, number),
            samples=partial(held_out, number),
            models={f"fold/{number}": model},
        )

    def score(records, scoring):
        right = [record.payload.right for record in records if record.payload]
        return [Score("right", sum(right) / len(right) if right else None, None, None, len(right))]

    return Task({f"fold/{at}": part(at) for at in (0, 1)}, Fold, score)
"""


def test_a_part_runs_on_its_own_samples_and_asks_its_own_model(project: Project) -> None:
    project.install("tasks", "folds", "folding:folds", FOLDS)
    project.write(
        "folds.yaml",
        'model: {use: python, object: "toy:predict"}\ndata: {use: files, path: dev.jsonl}\ntasks: [folds]\n',
    )
    called = project.harness("run", "folds.yaml", "--out", "out", "--json")
    assert called.code == 0, called.err
    info = project.read("out/run.json")
    assert (info["tasks"]["folds"]["cases"], called.json["scores"]["folds/right"]["n"]) == (20, 20)
    assert {name: each["asked"] for name, each in info["engine"].items()} == {"": 0, "fold/0": 10, "fold/1": 10}
    planned = project.harness("plan", "folds.yaml", "--json").json
    assert planned["tasks"][0]["cases"] == 20


def test_a_parts_model_may_not_take_the_name_of_the_suites(project: Project) -> None:
    project.install("tasks", "folds", "folding:folds", FOLDS)
    project.write(
        "folds.yaml",
        'model: {use: python, object: "toy:predict"}\nmodels: {fold/0: {use: python, object: "toy:predict"}}\n'
        "data: {use: files, path: dev.jsonl}\ntasks: [folds]\n",
    )
    called = project.harness("run", "folds.yaml", "--out", "out")
    assert (called.code, "a part brings a model 'fold/0', but there is one of that name already" in called.err) == (
        2,
        True,
    )
