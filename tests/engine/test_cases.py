"""A case's random numbers: its own in any order and company."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from random import Random

from fake_models import Recorder, one

from harness import (
    Case,
    Engine,
    Sample,
    Session,
    predict,
)


def draws(seed: int, order: Sequence[tuple[str, str, str]]) -> dict[tuple[str, str, str], float]:
    """What each case draws, after company of every other case in the order given."""

    def session(sample: Sample[str], rng: Random) -> Session[float]:
        first = rng.random()
        yield from predict([sample.input])
        return first + rng.gauss(0, 1)

    chosen = [Case(task, part, Sample(name, name), session) for task, part, name in order]
    return {outcome.case.key: outcome.value for outcome in Engine({"": Recorder()}, seed=seed).run(chosen)}


def test_a_case_draws_the_same_numbers_in_any_order_and_company() -> None:
    keys = [(task, part, name) for task in "tu" for part in "pq" for name in "ab"]
    together = draws(7, keys)
    assert draws(7, keys[::-1]) == together
    assert draws(7, keys[3:4]) == {keys[3]: together[keys[3]]}


def test_seed_task_part_and_sample_each_give_other_numbers() -> None:
    keys = [("t", "p", "a"), ("u", "p", "a"), ("t", "q", "a"), ("t", "p", "b")]
    numbers = [*draws(7, keys).values(), *draws(8, keys).values()]
    assert len(set(numbers)) == len(numbers)


def test_a_generator_is_made_on_first_use_and_can_be_copied() -> None:
    made: list[bool] = []

    def session(sample: Sample[str], rng: Random) -> Session[bool]:
        made.append("_random" in vars(rng))
        twin = copy.deepcopy(rng)
        yield from predict([sample.input])
        return [rng.random() for _ in range(3)] == [twin.random() for _ in range(3)]

    assert one(Recorder(), session).value is True
    assert made == [False]
