"""The time left, of cases whose cost is known to the test: simulated runs, with the true rest beside what is said."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from harness.engine.counters import Ledger
from harness.progress.remaining import Part, Remaining


@dataclass
class Case:
    """A case that ended."""

    task: str
    sample: str
    asked: int
    part: str = ""
    error: str | None = None


def test_rows_that_are_known_take_as_long_as_those_before() -> None:
    left = Remaining({("a", ""): Part([1.0] * 100, once=True)})
    assert left.seconds(5.0) is None
    left.done([Case("a", str(at), 1) for at in range(20)])
    assert left.seconds(5.0) == pytest.approx(20.0)


def test_nothing_is_said_before_every_part_has_a_case_to_judge_by() -> None:
    parts = {("fast", ""): Part([1.0] * 100, once=True), ("slow", "x"): Part([10.0] * 4)}
    left = Remaining(parts, {f"s{at}": 10.0 for at in range(4)})
    left.done([Case("fast", str(at), 1) for at in range(100)])
    assert left.seconds(1.0) is None
    left.done([Case("slow", "s0", 50, "x")])
    assert left.seconds(6.0) == pytest.approx(
        6.0 * 1500 / 600
    )  # 600 of cost took 6 s, three times 50 rows of 10 are left


@pytest.mark.parametrize(("rows", "wanted"), [({1: 10, 3: 30}, 50), ({1: 10, 3: 10}, 10), ({1: 15, 3: 25}, 35)])
def test_rows_are_a_constant_and_a_share_of_the_length(rows: dict[int, int], wanted: int) -> None:
    part = Part([1.0, 3.0, 5.0])
    for length, asked in rows.items():
        part.end(length, asked)
    found = part.left()
    assert found is not None
    assert (found.rows, found.cost) == pytest.approx((wanted, 5 * wanted))


def test_cases_with_nothing_to_do_say_nothing_of_the_others() -> None:
    part = Part([1.0] * 10)
    part.end(1.0, 1)
    part.end(1.0, 1)
    part.end(1.0, 40)
    assert part.left() == (7 * 40, 7 * 40, 0)


def counted(task: str, asked: int, seconds: float) -> Ledger:
    ledger = Ledger()
    ledger.of("", task).asked, ledger.of("", task).seconds = asked, seconds
    ledger.of("", task).unique = ledger.answered[task] = asked // 2
    return ledger


def test_what_sessions_that_still_run_have_asked_counts_as_done() -> None:
    ledger = counted("attack", 100 + 60, 8.0)
    left = Remaining({("attack", ""): Part([1.0] * 2)}, ledger=ledger)
    left.done([Case("attack", "a", 100)])
    assert left.seconds(16.0) == pytest.approx(16.0 * 40 / 160)


def test_what_they_asked_and_nobody_answered_does_not() -> None:
    ledger = counted("attack", 100 + 60, 8.0)
    ledger.answered["attack"] -= 15  # of 80 that are unique, half of those asked
    left = Remaining({("attack", ""): Part([1.0] * 2)}, ledger=ledger)
    left.done([Case("attack", "a", 100)])
    assert left.seconds(13.0) == pytest.approx(13.0 * 70 / 130)


def test_sessions_that_ask_more_than_those_that_ended_are_believed() -> None:
    ledger = counted("attack", 10 + 400, 8.0)
    left = Remaining({("attack", ""): Part([1.0] * 5)}, ledger=ledger)
    left.done([Case("attack", "a", 10)])
    assert left.seconds(41.0) == pytest.approx(41.0 * 100 / 410)


def test_of_sessions_that_ask_while_only_those_with_nothing_to_do_ended_nobody_knows() -> None:
    left = Remaining({("attack", ""): Part([1.0] * 5)}, ledger=counted("attack", 1 + 400, 8.0))
    left.done([Case("attack", "a", 1)])
    assert left.seconds(41.0) is None


def test_each_task_takes_what_its_own_questions_took() -> None:
    ledger = counted("dear", 10, 30.0)
    ledger.of("", "cheap").asked, ledger.of("", "cheap").seconds = 10, 10.0
    parts = {(name, ""): Part([1.0] * 20, once=True) for name in ("dear", "cheap")}
    left = Remaining(parts, ledger=ledger)
    left.done([Case(name, str(at), 1) for name in ("dear", "cheap") for at in range(10)])
    found = left.by_part(80.0)
    assert found is not None
    assert {name: each.seconds for (name, _), each in found.items()} == pytest.approx({"dear": 60.0, "cheap": 20.0})


def test_a_prefix_names_the_variant_of_a_task() -> None:
    left = Remaining({("old:a", ""): Part([1.0] * 2, once=True), ("new:a", ""): Part([1.0] * 2, once=True)})
    left.done([Case("a", "x", 1)], "old:")
    found = left.by_part(1.0)
    assert found is not None
    assert [each.rows for each in found.values()] == [1, 2]
