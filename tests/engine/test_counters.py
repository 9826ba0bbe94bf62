"""What the engine counts."""

from __future__ import annotations

import time

from fake_models import Padded, Recorder, answer, cases

from harness import (
    Engine,
)


def test_counters_on_an_example_computed_by_hand() -> None:
    model = Padded(budget=12, overhead=12, seconds=0.01)
    engine = Engine({"": model, "other": Recorder()})
    list(engine.run([*cases(["aaaaaa", "bbbb", "cccc", "cccc", "dddd"]), *cases(["dddd", "e"], task="later")]))
    counters = engine.ledger.of_model("")
    assert model.batches == [["bbbb", "cccc", "dddd"], ["aaaaaa", "e"]]
    assert (counters.asked, counters.unique, counters.remembered) == (7, 5, 2)
    assert (counters.batches, counters.tokens, counters.padding) == (2, 6 + 4 + 4 + 4 + 1, 5)
    assert engine.ledger.of_model("other").asked == 0


def test_seconds_are_those_the_model_computed_in_this_engine() -> None:
    def slow(texts: list[str]) -> list[list[float]]:
        time.sleep(0.03)
        return [answer(text) for text in texts]

    engine = Engine({"": Recorder(slow, budget=1)})
    list(engine.run(cases("ab")))
    assert 0.06 <= engine.ledger.of_model("").seconds < 0.5


def test_a_row_that_failed_was_not_answered_from_memory() -> None:
    engine = Engine({"": Recorder(lambda texts: None)})
    list(engine.run(cases("ab")))
    assert engine.ledger.of_model("").remembered == 0
