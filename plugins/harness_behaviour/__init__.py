"""The task `behaviour`: what a model must do, by tests of one capability each, from templates or from saved suites."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b
from json import dumps
from pathlib import Path
from typing import Any

from harness import Context, Part, Positive, Sample, Task, UserError, listed
from harness.models import Connection
from harness_behaviour.asking import Behaved, judge, under_test
from harness_behaviour.cases import OWN, BehaviourCase, Naming
from harness_behaviour.reading import Suite, read_suite
from harness_behaviour.scores import BehaviourScoring, outcomes


def behaviour(
    context: Context,
    *,
    suite: Path | str | dict[str, Any] = "sentiment",
    labels: dict[str | int, str] | None = None,
    fields: list[str] | None = None,
    columns: dict[str, str | list[str]] | None = None,
    expect: dict[str, dict[str, Any]] | None = None,
    n: Positive | None = None,
    seed: int = 0,
) -> Task[Behaved]:
    """The share of test cases that a model fails, by capability: what must hold, may not change, or move one way.

    After CheckList (Ribeiro et al. 2020). `suite` is one that ships (sentiment, paraphrase, toxicity, nli), a YAML file
    of templates and lexicons, what such a file has as it stands, or a saved suite in JSON lines or csv: CheckList's,
    HateCheck's, or any whose `columns` are named. `labels` are the model's names of the classes that the tests speak
    of, `fields` those of the texts of a pair. `n` is how many cases of each test are drawn, all unless given, by
    `seed`. `expect` says what tests of a saved suite expect whose rows do not. Its cases are samples of its own: it
    does not run on the suite's data. Equal cases are one.
    """
    read = read_suite(suite, columns or {}, expect or {}, (n, seed))
    cases = _by_id(_with_fields(read, fields))
    mapping = {str(name): label for name, label in (labels or {}).items()}
    tests: dict[str, dict[str, None]] = {}
    for case in cases.values():
        tests.setdefault(case.capability, {})[case.test] = None
    scoring = BehaviourScoring({name: list(each) for name, each in tests.items()}, read.unknown)
    return Task(
        {name: _part(name, cases, mapping) for name in tests},
        Behaved,
        lambda records, context: list(scoring.scores(list(records), context)),
        proportions=frozenset({"failure_rate"}),
        outputs=frozenset({"probabilities", "classes"}),
        addresses_known=True,
        judge=judge,
        outcomes=lambda records, context: outcomes(list(records), context),
        samples=[Sample(name, case.inputs[0]) for name, case in cases.items()],
        lower_is_better={"failure_rate": True},
    )


def _part(capability: str, cases: Mapping[str, BehaviourCase], mapping: dict[str, str]) -> Part[Behaved]:
    """The cases of a capability."""
    own = {name: case for name, case in cases.items() if case.capability == capability}
    classes = [name for case in cases.values() for name in case.expected.classes if name != OWN]

    def prepare(model: Connection) -> Any:
        naming = Naming(model.labels, mapping)
        naming.require(classes)
        return under_test(own, naming)

    def chosen(samples: Sequence[Sample[Any]]) -> Sequence[Sample[Any]]:
        return [each for each in samples if each.id.rpartition("/")[2] in own]

    return Part(prepare, frozenset({type(next(iter(cases.values())).inputs[0])}), "task 'behaviour'", samples=chosen)


def _by_id(cases: Iterable[BehaviourCase]) -> dict[str, BehaviourCase]:
    """The cases by a hash of their content, so that a case keeps its id whatever is before it; equal ones are one."""
    found: dict[str, BehaviourCase] = {}
    for case in cases:
        content = dumps([case.capability, case.test, case.inputs], ensure_ascii=False)
        found[blake2b(content.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()] = case
    return found


def _with_fields(suite: Suite, fields: list[str] | None) -> list[BehaviourCase]:
    """The cases with the texts of pairs under the names of `fields`; raises UserError where texts and pairs mix."""
    kinds = {type(each) for case in suite.cases for each in case.inputs}
    if len(kinds) > 1 or kinds - {str, dict}:
        raise UserError(f"{suite.where}: expected texts, or texts by field, in every case, but got both or neither")
    if fields is None or kinds == {str}:
        return list(suite.cases)
    return [_renamed(case, fields) for case in suite.cases]


def _renamed(case: BehaviourCase, fields: list[str]) -> BehaviourCase:
    if len(fields) != len(case.inputs[0]):
        raise UserError(f"fields: expected {len(case.inputs[0])} names, for {listed(case.inputs[0])}", "fields")
    renamed = [dict(zip(fields, each.values(), strict=True)) for each in case.inputs]
    return BehaviourCase(case.capability, case.test, tuple(renamed), case.expected)
