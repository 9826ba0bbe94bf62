"""Attacks one after the other on a sample, until one reaches the goal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random
from typing import Any, cast

from harness.attacked.attacking import Attempt, Terms, attempt
from harness.attacked.goals import Aim
from harness.engine.strangers import own
from harness.errors import UserError
from harness.parts.asking import asking
from harness.parts.fields import taken_by_all
from harness.parts.languages import made_for, only_on
from harness.parts.needed import require_here
from harness.sessions.predict import predict
from harness.sessions.traits import traits_of
from harness.suite.components import Component
from harness.suite.specs import InputPartSpec
from harness.suite.takes import Takes
from harness.types import Sample, Session, SessionFunction


@dataclass(frozen=True)
class Runner:
    """An attack that is ready to run, within its terms; `name` is that of the part that it is when it runs alone."""

    session: SessionFunction[Any]
    taken: Takes = None
    terms: Terms = field(default_factory=Terms)
    name: str = ""
    exclusive: bool = False


@dataclass(frozen=True)
class Ended:
    """The end of attacks on a sample: the attempt that reached the goal, else the nearest, with all rows asked.

    `after` is the model's answer to the input found, `by` the attack that reached the goal, `measured` how valid the
    input is. `refusal` says why an input that reached the goal does not count.
    """

    made: Attempt
    after: Sequence[float]
    reached: bool
    by: str = ""
    measured: Mapping[str, float] = field(default_factory=dict)
    refusal: str = ""


def runner(component: Component, model: Any, terms: Terms, name: str = "") -> Runner:
    """An attack on a model; what is expensive loads here, once."""
    made = component.session(model)
    session = only_on(made_for(component), asking(made, component.title))
    own_limit = component.own.get("max_queries") or terms.max_queries
    own_terms = replace(terms, max_queries=own_limit)
    return Runner(session, component.takes, own_terms, name, traits_of(made).exclusive)


def one_after_the_other(runners: Sequence[Runner], sample: Sample[Any], rng: Random, aim: Aim) -> Session[Ended]:
    """Run attacks in their order, on what is left: each with the random numbers that it has when it runs alone.

    The rows of all are counted together, and those of each keep its own limit.
    """
    tries: list[Ended] = []
    for each in runners:
        fresh = replace(sample, input=own(sample.input)) if len(runners) > 1 else sample
        made = yield from attempt(each.session, fresh, _stream(rng, each.name), each.taken, each.terms, aim)
        [after] = yield from predict([made.found])
        tries.append((yield from _weighed(made, after[:], aim, sample.input, each)))
        if tries[-1].reached:
            break
    last = min(tries, key=lambda tried: (not tried.reached, not tried.refusal, aim.holds(tried.after)))
    return replace(last, made=_together(last.made, [each.made for each in tries]))


def _weighed(made: Attempt, after: Sequence[float], aim: Aim, before: Any, each: Runner) -> Session[Ended]:
    """The end of one attack: an input that reached the goal counts if it is valid."""
    if not aim.reached(after):
        return Ended(made, after, reached=False)
    measured = yield from each.terms.validity.measured(before, made.found)
    refusal = each.terms.validity.refusal(measured)
    return Ended(made, after, not refusal, "" if refusal else each.name, measured, refusal)


def _together(last: Attempt, all_made: Sequence[Attempt]) -> Attempt:
    return replace(
        last,
        queries=sum(each.queries for each in all_made),
        edited=any(each.edited for each in all_made),
        is_out=all(each.is_out for each in all_made),
    )


def _stream(rng: Random, name: str) -> Random:
    """The random numbers of the case that an attack is when it runs alone; those given where nobody knows the case."""
    of_part = getattr(rng, "of_part", None) if name else None
    return cast("Random", of_part(name)) if of_part else rng


def in_turn(spec: InputPartSpec, parts: Sequence[Component]) -> Component:
    """A list of attacks as one component; raises UserError where no input is taken by all."""
    names = [each.part for each in spec.turns]
    turns = {f"{name} {at + 1}" if names.count(name) > 1 else name: each
             for at, (name, each) in enumerate(zip(names, parts, strict=True))}  # fmt: skip

    def attacks(sample: Sample[Any], rng: Random) -> None:
        raise NotImplementedError(spec.part)

    setattr(attacks, "takes", taken_by_all([each.takes for each in parts]))  # noqa: B010  # a function has no such attribute to a type checker
    keys = ("columns", "max_queries", "name")
    given = {name: getattr(spec, name) for name in keys if name in spec.model_fields_set}
    return Component("attacks", spec.part, attacks, {}, given, turns, f"one after the other: {', '.join(turns)}")


def require_all_here(component: Component) -> None:
    """Raise UserError for a resource or a file that an attack needs and is not here.

    One that is prepared before a run loads what it needs then, and says so itself.
    """
    for each in component.turns.values() or [component]:
        if not hasattr(each.function, "prepare"):
            require_here(each)
        for name, value in each.parameters.items():
            if isinstance(value, Path) and not value.exists():
                raise UserError(f"{each.title}: {name}: there is no file {value}")
