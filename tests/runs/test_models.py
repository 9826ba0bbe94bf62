"""A run with several models: each is asked by its name."""

from __future__ import annotations

from typing import Any

ATTACK = """
from harness import Filling, Sample, embed, fill, predict


def swapped(sample: Sample[str], rng, *, top: int = 3):
    '''The word that hurts most where a masked model would have it, and an encoder hardly sees the difference.'''
    words = sample.input.split()
    masked = [" ".join([*words[:at], Filling.MASK, *words[at + 1 :]]) for at in range(len(words))]
    fillings = yield from fill(masked, "mlm", top)
    tries = [text.replace(Filling.MASK, word) for text, found in zip(masked, fillings) for word in found.words]
    [own, *others] = yield from embed([sample.input, *tries], "encoder")
    near = [text for text, row in zip(tries, others) if abs(row - own).max() <= 2] or [sample.input]
    rows = yield from predict(near)
    return min(zip(rows, near), key=lambda pair: pair[0][sample.label])[1]


class Encoder:
    def embed(self, texts):
        return [[float(len(text))] for text in texts]


class Masked:
    labels = ["good", "bad", "film"]

    def fill(self, texts, top):
        return [[[0, 1, 2][:top], [-1.0, -2.0, -3.0][:top]] for _ in texts]


encoder, masked = Encoder(), Masked()
"""


SUITE = """\
model: {use: python, object: "toy:predict"}
models:
  encoder: {use: python, object: "swapping:encoder"}
  mlm: {use: python, object: "swapping:masked"}
data: {use: files, path: dev.jsonl}
resamples: 20
tasks:
  - {use: attack, min_changed: 1, attacks: [swapped], gates: {robust_accuracy: {max: 0.5}}}
"""


def test_a_run_asks_all_of_a_suites_models(project: Any) -> None:
    project.install("attacks", "swapped", "swapping:swapped", ATTACK)
    project.write("three.yaml", SUITE)
    called = project.harness("run", "three.yaml", "--out", "out", "--json")
    assert (called.code, called.json["verdict"]) == (0, "pass")
    counted = project.read("out/run.json")["engine"]
    assert set(counted) == {"", "encoder", "mlm"}
    assert all(0 < each["unique"] <= each["asked"] for each in counted.values())
    planned = project.harness("plan", "three.yaml", "--json").json
    assert planned["tasks"][0]["questions"] == sum(each["asked"] for each in counted.values())


def test_a_model_that_the_suite_lacks_is_named(project: Any) -> None:
    project.install("attacks", "swapped", "swapping:swapped", ATTACK)
    project.write("three.yaml", SUITE.replace("  mlm:", "  mlms:"))
    called = project.harness("run", "three.yaml", "--out", "out")
    assert called.code == 1
    assert "the suite has no model 'mlm' (models: encoder, mlms); did you mean 'mlms'?" in called.out
