"""A model whose answers depend on their batch, or on when it is asked, is noticed once."""

from __future__ import annotations

import random
import threading
import time
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from fake_models import answer

from harness import Sample
from harness.engine import steadiness
from harness.engine.adapters import connect
from harness.engine.steadiness import CHEAP_TOLERANCE, unsteadiness

if TYPE_CHECKING:
    from conftest import Project

SAMPLES = [Sample(str(at), f"text {at}") for at in range(20)]


def steady(texts: list[Any]) -> Any:
    return [answer(text) for text in texts]


def normed(texts: list[Any]) -> Any:
    """As batch normalisation in training mode."""
    rows = np.array(steady(texts))
    return rows / 2 + rows.mean(axis=0) / 2


def ordered(texts: list[Any]) -> Any:
    return steady(sorted(texts))


def rounded(texts: list[Any]) -> Any:
    """Differs by the batch as much as bfloat16 does."""
    rows = np.array(steady(texts)) * 0.98 + 0.01
    return rows + np.array([0.004, -0.004]) * (len(texts) > 1)


def dropout(texts: list[Any]) -> Any:
    return [[share := random.random(), 1 - share] for _ in texts]


def failing(texts: list[Any]) -> Any:
    raise SystemExit(0)


def named(model: Any) -> Any:
    return connect(model, labels=["negative", "positive"])


@pytest.mark.parametrize(
    ("model", "line"),
    [
        (normed, "the model's answers depend on their batch: the answer to '"),
        (ordered, "the model's answers depend on their batch: the answer to '"),
        (rounded, "in a batch of 8"),
        (dropout, "the model answers differently from time to time: the answer to '0' is ["),
    ],
)
def test_an_unsteady_model_is_noticed(model: Any, line: str) -> None:
    assert line in unsteadiness(named(model), SAMPLES)


@pytest.mark.parametrize("model", [steady, failing])
def test_a_steady_model_and_one_that_fails_are_not(model: Any) -> None:
    assert unsteadiness(named(model), SAMPLES) == ""


def test_a_model_that_hangs_when_it_is_asked_again_is_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    go = threading.Event()

    def hangs(texts: list[Any]) -> Any:
        go.wait(60)
        return steady(texts)

    monkeypatch.setattr(steadiness, "ANSWER_SECONDS", 0.2)
    start = time.monotonic()
    assert unsteadiness(named(hangs), SAMPLES) == ""
    assert time.monotonic() - start < 30
    go.set()


def test_a_model_that_computes_in_a_cheaper_way_may_differ_as_much_as_that_does() -> None:
    assert unsteadiness(named(rounded), SAMPLES, CHEAP_TOLERANCE) == ""
    assert unsteadiness(named(normed), SAMPLES, CHEAP_TOLERANCE)


def test_it_is_reported_on_the_terminal_in_the_run_and_on_the_page(project: Project) -> None:
    line = "the model's answers depend on their batch: the answer to "
    project.write(
        "toy.py", (project.folder / "toy.py").read_text("utf-8").replace("2 * vote", "len(texts) / 20 * vote")
    )
    called = project.harness("run", "quick.yaml", "--out", "out", "--markdown", "out.md")
    assert called.out.count(line) == 1
    assert project.read("out/run.json")["unsteady"].startswith(line)
    page = (project.folder / "out" / "report.html").read_text("utf-8")
    assert "Not steady" in page
    assert "answers depend on their batch" in page
    assert "answers depend on their batch" in (project.folder / "out.md").read_text("utf-8")


def test_a_steady_model_is_not_mentioned(project: Project) -> None:
    called = project.harness("run", "quick.yaml", "--out", "out")
    assert "depend on their batch" not in called.out
    assert project.read("out/run.json")["unsteady"] == ""
    assert "Not steady" not in (project.folder / "out" / "report.html").read_text("utf-8")
