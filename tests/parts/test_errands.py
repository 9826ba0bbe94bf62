"""Errand of a part: done anew each time, one after the other, whatever the answer."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from threading import get_ident
from typing import Any

from fake_models import Recorder, cases

from harness import Engine, Sample, Session
from harness.models import Errand, Errands


def test_an_errand_is_done_each_time_in_one_thread_of_its_own() -> None:
    counted: Iterator[int] = iter(range(100))
    threads: set[int] = set()

    def work() -> int:
        threads.add(get_ident())
        return next(counted)

    def session(sample: Sample[Any], _: Random) -> Session[list[Any]]:
        return list((yield Errand(work, "counting").question("worker", 3)))

    model = Errands("worker", "1")
    outcomes = Engine({"": Recorder(), "worker": model}).run(cases(["a", "b"], session))
    assert sorted(number for each in outcomes for number in each.value) == list(range(6))
    assert len(threads) == 1
    assert get_ident() not in threads
    assert model.seconds > 0


def test_messages_call_it_by_its_title() -> None:
    assert repr(Errand(list, "one call")) == "one call"
