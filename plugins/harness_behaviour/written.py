"""A suite of behavioural tests as people write it: lexicons, and tests from templates or of examples."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from random import Random
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from harness import UserError, listed
from harness_behaviour.cases import BehaviourCase, Expectation
from harness_behaviour.templates import Lexicons, Template, combinations, require_slots

Text = str | dict[str, str]
"""A text, or texts by field (a premise and a hypothesis)."""

VARIED = 8
"""Entries of a varied slot in one case, besides the first."""


class Expect(BaseModel):
    """What must hold, one of `be`, `not`, `same`, `not_lower`, `not_higher`: a class, `own` for the first input's."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)
    be: str | list[str] | None = None
    never: Annotated[str | list[str] | None, Field(alias="not")] = None
    same: bool | None = None
    not_lower: str | None = None
    not_higher: str | None = None
    tolerance: Annotated[float, Field(ge=0, le=1)] = 0.0
    given: str | list[str] | None = None

    def read(self, *, changes: bool) -> Expectation:
        """The expectation of a test that has changed inputs, or has none."""
        ways = [name for name in ("be", "never", "same", "not_lower", "not_higher") if getattr(self, name) is not None]
        if len(ways) != 1:
            raise UserError("expect: expected one of `be`, `not`, `same: true`, `not_lower`, `not_higher`")
        way, given = ways[0], _several(self.given)
        if way in {"same", "not_lower", "not_higher"} and not changes:
            raise UserError(f"expect: `{way}` compares inputs: expected `changed` or `vary` beside the template")
        if way == "same":
            return Expectation("same", tolerance=self.tolerance, given=given)
        classes = _several(getattr(self, way))
        if way in {"be", "never"}:
            return Expectation("must", classes, never=way == "never", changed_only=changes, given=given)
        return Expectation("direction", classes, up=way == "not_lower", tolerance=self.tolerance, given=given)


class Test(BaseModel):
    """A test: a template with what is changed or varied in it, or examples, and what must hold."""

    __test__ = False  # pytest takes it for one of its own
    model_config = ConfigDict(extra="forbid")
    name: Annotated[str, Field(min_length=1)]
    capability: Annotated[str, Field(min_length=1)] = "general"
    template: Text | Annotated[list[Text], Field(min_length=1)] | None = None
    changed: Text | Annotated[list[Text], Field(min_length=1)] | None = None
    vary: str | None = None
    examples: Annotated[list[Text | Annotated[list[Text], Field(min_length=1)]], Field(min_length=1)] | None = None
    expect: str | Expect | None = None
    n: Annotated[int, Field(gt=0)] | None = None


class Written(BaseModel):
    """A suite: lexicons by name, and tests."""

    model_config = ConfigDict(extra="forbid")
    lexicons: dict[str, list[str | list[str]]] = Field(default_factory=dict)
    tests: Annotated[list[Test], Field(min_length=1)]


def read_written(raw: object, where: str, n: int | None, seed: int) -> list[BehaviourCase]:
    """The cases of a suite that was parsed; raises UserError with the name of the test that is wrong."""
    try:
        suite = Written.model_validate(raw)
    except ValidationError as error:
        raise UserError(f"{where}: {_complaint(error, raw)}") from None
    names = [test.name for test in suite.tests]
    if twice := [name for name in names if names.count(name) > 1]:
        raise UserError(f"{where}: two tests are called {twice[0]!r}: give one of them another `name`")
    found = list[BehaviourCase]()
    for test in suite.tests:
        try:
            found += _cases(test, suite.lexicons, n, seed)
        except UserError as error:
            raise UserError(f"{where}: test {test.name!r}: {error}") from None
    return found


def _cases(test: Test, lexicons: Lexicons, n: int | None, seed: int) -> list[BehaviourCase]:
    inputs = list(_of_examples(test)) if test.examples else list(_of_templates(test, lexicons, n, seed))
    changes = any(len(each) > 1 for each in inputs)
    expected = _expectation(test, changes=changes)
    if expected.kind != "must" and (single := [each for each in inputs if len(each) < 2]):
        raise UserError(f"{single[0][0]!r} has nothing to be compared with: expected a changed input beside it")
    return [BehaviourCase(test.capability, test.name, tuple(each), expected) for each in inputs]


def _expectation(test: Test, *, changes: bool) -> Expectation:
    if test.expect is None:
        if not changes:
            raise UserError("expected `expect`, a class that the answer must be, or `changed` or `vary`")
        return Expectation("same")
    expect = Expect(be=test.expect) if isinstance(test.expect, str) else test.expect
    return expect.read(changes=changes and not (test.vary and isinstance(test.expect, str)))


def _of_examples(test: Test) -> Iterator[list[Any]]:
    if test.template is not None or test.changed is not None or test.vary is not None:
        raise UserError("it has `examples` and a template: expected one of them")
    for each in test.examples or ():
        yield list(each) if isinstance(each, list) else [each]


def _of_templates(test: Test, lexicons: Lexicons, n: int | None, seed: int) -> Iterator[list[Any]]:
    """The inputs of each case, those of all templates in turn."""
    written, changed = _texts(test.template), _texts(test.changed)
    if not written:
        raise UserError("expected a `template`, or `examples`")
    counts, drawn = [each for each in (test.n, n) if each is not None], Random(f"{seed} {test.name}")
    count = min(counts, default=None)
    for text in written:
        base, others = Template(text), [Template(each) for each in changed]
        slots = [slot for each in (base, *others) for slot in each.slots]
        if not slots:
            raise UserError(f"{text!r} has no slot: expected one like {{name}}, or write it under `examples`")
        require_slots(slots, lexicons)
        fixed = [slot for slot in slots if slot.name != test.vary]
        if test.vary is not None and len(fixed) == len(slots):
            raise UserError(
                f"vary: there is no slot {{{test.vary}}} in {text!r}: expected one of {listed(s.name for s in slots)}"
            )
        share = None if count is None else -(-count // len(written))
        for entries in islice(combinations(fixed, lexicons, share, drawn), share):
            if test.vary is None:
                yield [base.filled(entries), *(each.filled(entries) for each in others)]
            else:
                yield _varied(base, test.vary, entries, lexicons[_lexicon(slots, test.vary)], drawn)


def _varied(base: Template, slot: str, entries: Mapping[str, Any], lexicon: Sequence[Any], rng: Random) -> list[Any]:
    """One text with several entries of a lexicon in a slot, none of which it has elsewhere."""
    free = [each for each in lexicon if each not in entries.values()]
    if len(free) < 2:
        raise UserError(f"vary: the lexicon of {{{slot}}} has {len(free)} entries left: expected two or more")
    chosen = rng.sample(free, min(len(free), VARIED + 1))
    return [base.filled({**entries, slot: each}) for each in chosen]


def _lexicon(slots: Sequence[Any], name: str) -> str:
    return str(next(slot.lexicon for slot in slots if slot.name == name))


def _texts(written: Text | list[Text] | None) -> list[Text]:
    return [] if written is None else written if isinstance(written, list) else [written]


def _several(value: str | list[str] | None) -> tuple[str, ...]:
    return () if value is None else (value,) if isinstance(value, str) else tuple(value)


def _complaint(error: ValidationError, raw: object) -> str:
    """The first problem of a suite, with the test that it is of."""
    problem = error.errors()[0]
    path = [part for part in problem["loc"] if isinstance(part, int) or str(part).isidentifier()]
    tests = raw.get("tests") if isinstance(raw, dict) else None
    of = ""
    if len(path) > 1 and path[0] == "tests" and isinstance(path[1], int) and isinstance(tests, list):
        test = tests[path[1]]
        named = test.get("name") if isinstance(test, dict) else None
        of, path = f"test {named or path[1] + 1!r}: ", path[2:]
    return f"{of}{'.'.join(map(str, path))}: {problem['msg']}, but got {problem['input']!r:.80}"
