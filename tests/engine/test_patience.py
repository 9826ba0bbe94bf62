"""How long a model is waited for, what ends the wait, and whose threads stay behind."""

from __future__ import annotations

import gc
import threading
import time
import weakref
from concurrent.futures import CancelledError
from typing import Any

import numpy as np
import pytest
from fake_models import cases, in_order

from harness import Engine, RunError
from harness.engine.patience import Patience, Worker

NAMED = r"model 'slow' did not answer a batch about 0, 1, 2 and 1 more within 0\.2 s \(timeout\.batch"


class Slow:
    """A model that answers when it is let go."""

    name, labels, budget = "slow", ["no", "yes"], 4

    def __init__(self) -> None:
        self.go = threading.Event()

    def __call__(self, texts: list[str]) -> list[list[float]]:
        self.go.wait(60)
        return [[0.2, 0.8]] * len(texts)


def test_a_batch_over_its_limit_ends_the_run_with_the_samples_it_is_about() -> None:
    model, start = Slow(), time.monotonic()
    with pytest.raises(RunError, match=NAMED):
        list(Engine({"": model}, patience=Patience(batch=0.2)).run(cases(list("abcd"))))
    assert time.monotonic() - start < 30
    model.go.set()


def test_a_batch_within_its_limit_is_answered() -> None:
    model = Slow()
    threading.Timer(0.2, model.go.set).start()
    found = list(Engine({"": model}, patience=Patience(batch=50, run=50)).run(cases(list("abcd"))))
    assert [outcome.error for outcome in in_order(found)] == [None] * 4


def test_the_limit_of_a_run_ends_a_batch_that_hangs_too() -> None:
    model, patience = Slow(), Patience(run=0.1)
    patience.started -= 10.0  # so that its grace is nearly over
    with pytest.raises(RunError, match=r"not finished within 0\.1 s \(timeout\.run, --timeout\), and model 'slow' did"):
        list(Engine({"": model}, patience=patience).run(cases(list("abcd"))))
    model.go.set()


def test_the_limit_of_a_run_is_over_when_it_is() -> None:
    patience = Patience(run=30)
    patience.require_time()
    patience.started -= 31
    with pytest.raises(RunError, match="within 30 s"):
        patience.require_time()
    Patience(batch=1).require_time()


def test_an_alarm_is_set_around_each_batch_from_the_thread_that_computes_it() -> None:
    heard: list[Any] = []
    model = Slow()
    model.go.set()
    patience = Patience(batch=50, alarm=lambda *said: heard.append((threading.current_thread().name, *said)))
    list(Engine({"": model}, patience=patience).run(cases(list("abcdefgh"))))
    assert [(name, limit, seconds) for name, limit, seconds, _ in heard] == [
        ("model-slow", "batch of slow", 50),
        ("model-slow", "batch of slow", None),
    ] * 2


def test_a_worker_answers_in_order_in_one_thread_and_raises_what_was_raised() -> None:
    worker = Worker("w")
    names = [worker.submit(lambda: threading.current_thread().name) for _ in range(3)]
    assert {name.result(30) for name in names} == {"model-w"}
    with pytest.raises(KeyError, match="odd"):
        worker.submit({}.__getitem__, "odd").result(30)
    assert worker.seconds > 0
    worker.close()
    assert worker.submit(lambda: 5).result(30) == 5
    worker.close()
    assert not [each for each in threading.enumerate() if each.name == "model-w"]


def test_a_worker_that_is_closed_forgets_what_has_not_begun() -> None:
    worker, model = Worker("w"), Slow()
    begun, left = worker.submit(model, ["a"]), worker.submit(model, ["b"])
    while not begun.running():
        time.sleep(0.01)
    worker.close(0.0)
    model.go.set()
    assert begun.result(30) == [[0.2, 0.8]]
    with pytest.raises(CancelledError):
        left.result(30)


def test_a_worker_that_waits_keeps_neither_batch_nor_answer() -> None:
    worker, given = Worker("w"), np.zeros(3)
    gone = weakref.ref(given)
    worker.submit(lambda value: value * 2, given).result(30)
    worker.submit(len, "").result(30)
    del given
    gc.collect()
    assert gone() is None
    worker.close()
