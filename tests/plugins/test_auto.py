"""The standard set of attacks, and lists of attacks: one after the other, each on what is left."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import pytest
from harness_text.attacks.auto import FAST, members

from harness import Sample, UserError
from harness.engine.cases import Case, CaseRandom
from harness.engine.loop import Engine
from harness.models import connect
from harness.sources.context import Context
from harness.tasks.attack import Attacked, attack
from harness.types import Skipped


class Tone:
    """Counts words of praise and of blame, the others a little, by their length."""

    labels = ("negative", "positive")

    def __call__(self, texts: list[str]) -> Any:
        rows = []
        for text in texts:
            words = re.findall(r"\w+", text.lower())
            tone = sum((each in PRAISE) - (each in BLAME) + (len(each) % 5 - 2) / 40 for each in words)
            rows.append([1 - 1 / (1 + 2.7 ** (-3 * tone)), 1 / (1 + 2.7 ** (-3 * tone))])
        return rows


PRAISE, BLAME = {"good", "great", "fine", "lovely"}, {"bad", "awful", "poor", "dull"}
TEXTS = [f"{a} and {b} , said the man at the {c} door , and so it was" for a in ("good", "good , great and fine")
         for b in ("very good indeed", "bad") for c in ("old", "great")]  # fmt: skip
SAMPLES = [Sample(str(at), text, 1) for at, text in enumerate(TEXTS)]


def outcomes(attacks: list[Any], max_queries: int | None = None) -> dict[str, dict[str, Attacked]]:
    """By part and sample, as a run has them."""
    task = attack(Context(), attacks=specs(attacks), max_queries=max_queries)
    model = connect(Tone())
    cases = [Case("attack", name, each, part.prepare(model)) for name, part in task.parts.items() for each in SAMPLES]  # type: ignore[attr-defined]
    found: dict[str, dict[str, Attacked]] = {}
    for outcome in Engine({"": model}, seed=5).run(cases):
        assert outcome.error is None, outcome.error
        value = outcome.value.payload if isinstance(outcome.value, Skipped) else outcome.value
        found.setdefault(outcome.case.part, {})[outcome.case.sample.id] = value
    return found


def specs(attacks: list[Any]) -> Any:
    from pydantic import TypeAdapter

    from harness.suite.specs import Attacks

    return TypeAdapter(Attacks).validate_python(attacks)


@cache
def of_the_set() -> dict[str, Attacked]:
    return outcomes(["auto"])["auto"]


@cache
def alone() -> dict[str, dict[str, Attacked]]:
    return outcomes([dict(each) for each in members()[1]])


def test_the_set_breaks_what_some_member_breaks_alone_and_nothing_else() -> None:
    together, each_alone = of_the_set(), alone()
    for sample, found in together.items():
        every = {each.__name__: each_alone[each.__name__][sample].outcome for each in FAST}
        if found.outcome == "skipped":
            assert set(every.values()) == {"skipped"}
            continue
        first = next((name for name, outcome in every.items() if outcome == "succeeded"), "")
        assert (found.outcome, found.by) == ("succeeded" if first else "failed", first)
    assert len({found.by for found in together.values()} - {""}) > 1


def test_a_member_finds_the_text_that_it_finds_alone() -> None:
    together, each_alone = of_the_set(), alone()
    won = [(sample, found) for sample, found in together.items() if found.by]
    assert won
    assert all(found.perturbed == each_alone[found.by][sample].perturbed for sample, found in won)


def test_a_list_of_attacks_is_a_part_whose_name_has_them_all() -> None:
    found = outcomes([["random", {"use": "deepwordbug", "edit_distance": 1}]])
    assert list(found) == ["random+deepwordbug"]
    assert {each.by for each in found["random+deepwordbug"].values()} <= {"", "random", "deepwordbug"}


def test_rows_of_all_members_are_limited_each() -> None:
    found = outcomes([["word_swaps", "random"]], max_queries=20)["word_swaps+random"]
    assert max(each.queries for each in found.values()) <= 40


def test_an_edition_with_a_member_missing_is_refused() -> None:
    with pytest.raises(UserError, match="attack 'textfooler' needs the parameter 'neighbours'"):
        Context().components("attacks", specs([{"use": "auto", "edition": "full"}]))


def test_edition_version_and_members_stand_in_the_note() -> None:
    [found] = Context().components("attacks", specs(["auto"])).values()
    assert found.note == f"fast edition, version 1: {', '.join(each.__name__ for each in FAST)}"


def test_a_case_knows_the_random_numbers_of_its_other_parts() -> None:
    assert CaseRandom(1, "attack", "auto", "s").of_part("x").random() == CaseRandom(1, "attack", "x", "s").random()
