"""Known failures asked again: each once, of their own model or another; what is refused runs nothing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from fake_models import Recorder
from known import BETTER, TOY, failure, found, kept

import harness
from harness import RunError, UserError
from harness.failures.waivers import waivers_of
from harness.reports import Replay
from harness.statistics.exact import clopper_pearson

if TYPE_CHECKING:
    from conftest import Project

WRONG, RIGHT = failure("an odd film", "negative"), failure("a good film")


def statuses(replay: Replay) -> list[str]:
    return [each.status for each in replay.replayed]


def waivers(path: Path, text: str) -> None:
    waivers_of(path).write_text(text, encoding="utf-8")


@pytest.mark.usefixtures("project")
def test_a_failure_is_mended_or_fails_and_a_waiver_holds_until_its_day(tmp_path: Path) -> None:
    path = kept(tmp_path / "it.failures", WRONG, RIGHT)
    replay = harness.replay(path)
    assert (statuses(replay), replay.passed, replay.transfer) == (["fails", "mended"], False, False)
    waivers(path, f"{WRONG.key}: {{reason: why, until: 2999-01-01}}")
    assert (statuses(harness.replay(path)), harness.replay(path).passed) == (["waived", "mended"], True)
    waivers(path, f"{WRONG.key}: {{reason: why, until: 2020-01-01}}")
    assert (statuses(harness.replay(path)), harness.replay(path).passed) == (["expired", "mended"], False)
    waivers(path, f"{RIGHT.key}: {{reason: why, until: 2020-01-01}}")
    assert statuses(harness.replay(path)) == ["fails", "mended"]


@pytest.mark.usefixtures("project")
def test_the_share_that_another_model_fails_too_has_its_exact_interval(tmp_path: Path) -> None:
    model = Recorder(lambda texts: [[0.9, 0.1] if "odd" in text else [0.1, 0.9] for text in texts])
    path = kept(tmp_path / "it.failures", *(failure(f"{word} film {at}") for at in range(20) for word in ("odd", "a")))
    replay = harness.replay(path, model=model)
    score = replay.wrong
    assert (score.value, (score.low, score.high), replay.transfer) == (0.5, clopper_pearson(20, 40, 0.95), True)
    assert (len(model.seen), len({*model.seen}), len(model.batches)) == (40, 40, 1)  # each once, and together


def test_what_a_run_found_fails_again_and_another_model_mends_some(project: Project) -> None:
    path = found(project)
    own = harness.replay(path)
    assert set(statuses(own)) == {"fails"}
    assert statuses(harness.replay(harness.Run(project.folder / "out"))) == statuses(own)
    project.write("better.py", BETTER)
    replay = harness.replay(path, model="python:better:predict")
    assert set(statuses(replay)) == {"fails", "mended"}
    assert all("odd" in each.failure.input for each in replay.replayed if each.status == "mended")


@pytest.mark.usefixtures("project")
def test_labels_in_another_order_are_the_same_labels(tmp_path: Path) -> None:
    path = kept(tmp_path / "it.failures", RIGHT)

    class Other:
        labels = ("Positive", "NEGATIVE")

        def predict(self, texts: Any) -> Any:
            return [[0.9, 0.1]] * len(texts)

    assert statuses(harness.replay(path, model=Other())) == ["mended"]
    Other.labels = ("yes", "no")
    with pytest.raises(UserError, match="is 'positive', but the model answers yes, no: name a suite whose model"):
        harness.replay(path, model=Other())


@pytest.mark.parametrize(
    ("known", "origin", "model", "expected"),
    [
        (failure("3", "7.0"), {"output": "value", "labels": ["value"], "within": 1.0}, [3.0], "fails"),
        (failure("3", "7.0"), {"output": "value", "labels": ["value"], "within": 4.0}, [3.0], "mended"),
        (failure("3", "7.0"), {"output": "value", "labels": ["value"], "within": 0.0}, [7.0], "mended"),
        (failure("a", '["y", "x"]'), {"output": "labels", "labels": ["x", "y"]}, [[0.9, 0.9]], "mended"),
        (failure("a", '["y"]'), {"output": "labels", "labels": ["x", "y"]}, [[0.9, 0.9]], "fails"),
        (failure("a", "[]"), {"output": "labels", "labels": ["x", "y"]}, [[0.1, 0.1]], "mended"),
        (failure("a", "x"), {"output": "classes", "labels": ["x", "y"]}, [[1.0, 0.0]], "mended"),
        (failure('{"p": "a", "h": "b"}', "x"), {"kind": "pair", "labels": ["x", "y"]}, [[0.2, 0.8]], "fails"),
    ],
)
def test_every_output_is_judged_as_its_kind_is(
    tmp_path: Path, known: Any, origin: dict[str, Any], model: Any, expected: str
) -> None:
    path = kept(tmp_path / "it.failures", known, **origin)
    assert statuses(harness.replay(path, model=lambda inputs: np.array(model * len(inputs)))) == [expected]


@pytest.mark.usefixtures("project")
def test_a_model_that_fails_on_one_input_fails_that_one_and_on_all_the_replay(tmp_path: Path) -> None:
    def broken(texts: Any) -> Any:
        if any("odd" in text for text in texts):
            raise ValueError("odd")
        return [[0.1, 0.9]] * len(texts)

    path = kept(tmp_path / "it.failures", WRONG, RIGHT)
    waivers(path, f"{WRONG.key}: {{reason: why, until: 2999-01-01}}")
    replay = harness.replay(path, model=broken)
    assert (statuses(replay), replay.passed, replay.wrong.n) == (["errored", "mended"], False, 1)
    assert "odd" in replay.replayed[0].error
    with pytest.raises(RunError, match=r"the model failed on each of the 1 inputs: .*: ValueError: odd"):
        harness.replay(kept(tmp_path / "one.failures", WRONG), model=broken)


def test_a_model_in_memory_is_given_again(tmp_path: Path) -> None:
    model = Recorder(lambda texts: [[0.9, 0.1]] * len(texts))
    run = harness.evaluate(
        model, (["a", "b"], [0, 1]), ["classification"], labels=["x", "y"], resamples=20, out=tmp_path / "run"
    )
    path = harness.freeze(run, tmp_path / "it.failures")
    with pytest.raises(UserError, match="name one with --model or --suite"):
        harness.replay(path)
    assert statuses(harness.replay(path, model=model)) == ["fails"]
    assert statuses(harness.replay(run, model=model, untrusted=True)) == ["fails"]


@pytest.mark.usefixtures("project")
def test_no_failures_are_none_that_fail(tmp_path: Path) -> None:
    replay = harness.replay(kept(tmp_path / "it.failures"))
    assert (replay.passed, replay.wrong.value, replay.counts) == (True, None, {})


def test_the_model_of_a_suite_is_asked(project: Project) -> None:
    project.write("better.py", BETTER)
    project.write("other/it.yaml", (project.folder / "quick.yaml").read_text().replace("toy:", "better:"))
    path = kept(project.folder / "it.failures", WRONG)
    assert statuses(harness.replay(path, suite="other/it.yaml")) == ["mended"]
    assert statuses(harness.replay(path, suite="other/it.yaml", model="python:toy:predict")) == ["fails"]


def test_paths_begin_where_the_file_says(project: Project) -> None:
    project.write("suites/deep/far.py", BETTER)
    path = project.folder / "kept" / "it.failures"
    path.parent.mkdir()
    kept(path, WRONG, model={"use": "python", "object": "far:predict"}, folder="../suites/deep")
    assert statuses(harness.replay(path)) == ["mended"]


@pytest.mark.parametrize(
    ("origin", "options", "words"),
    [
        ({"model": {"use": "given"}}, {}, "an object in memory, which no file keeps: name one with --model or --suite"),
        ({"model": {}}, {}, "an object in memory"),
        ({"model": {"use": "pyton"}}, {}, "no model is called 'pyton'.*did you mean 'python'"),
        ({"model": {"use": "python", "object": 3}}, {}, "object: expected a"),
        ({"model": {"use": "python", "object": "toy:nothing"}}, {}, "toy has no 'nothing'"),
        ({}, {"suite": "nowhere.yaml"}, "there is no suite file 'nowhere.yaml'"),
        ({}, {"within": 2.0}, "--within is for a run: a file keeps it"),
        ({"output": "value"}, {}, "it answers probabilities, but the failures are of value|is no number"),
        ({"installed": "nothing"}, {}, "no suite is called 'nothing'"),
        ({"kind": "image"}, {}, f"failure {RIGHT.key}: its input is not an image"),
    ],
)
@pytest.mark.usefixtures("project")
def test_what_cannot_be_asked_is_refused(
    tmp_path: Path, origin: dict[str, Any], options: dict[str, Any], words: str
) -> None:
    path = kept(tmp_path / "it.failures", RIGHT, **origin)
    with pytest.raises(UserError, match=words):
        harness.replay(path, **options)


@pytest.mark.parametrize(
    ("origin", "words"),
    [
        ({"model": TOY}, "'python' runs code of the suite's, which --untrusted refuses"),
        ({"model": {"use": "transformers", "path": "../ckpt"}}, "leads out of the suite's folder"),
        ({"model": {"use": "sklearn", "path": "x", "trusted": ["a"]}}, "trusted lets a file run code"),
        ({"model": {"use": "transformers", "path": "ckpt"}, "folder": ".."}, "'..' leads out of its folder"),
    ],
)
def test_an_untrusted_file_runs_no_code(project: Project, origin: dict[str, Any], words: str) -> None:
    project.write("toy.py", "open('ran.txt', 'w')")
    path = kept(project.folder / "it.failures", RIGHT, **origin)
    with pytest.raises(UserError, match=words):
        harness.replay(path, untrusted=True)
    with pytest.raises(UserError, match="runs code of the suite's"):
        harness.replay(path, untrusted=True, suite="quick.yaml")
    assert not (project.folder / "ran.txt").exists()
    assert statuses(harness.replay(path, untrusted=True, model=lambda texts: [[0.1, 0.9]] * len(texts))) == ["mended"]
