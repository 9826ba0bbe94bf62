"""The cases of all variants as the work of one executor: in turn, sample by sample, each asking its own model.

A task is called `VARIANT:TASK` there, so that no two cases have one key. A case's random numbers are those of a run of
its variant alone, so are its questions, and a model does not know what else runs.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from random import Random
from typing import Any, cast

from harness.early.looks import Spans
from harness.engine.adapters import Connection, connect
from harness.engine.cases import Case, CaseRandom, Source
from harness.engine.counters import Ledger
from harness.errors import UserError, listed
from harness.runs.load import Loaded
from harness.sessions.predict import AskOnce, relayed
from harness.sessions.traits import traits_of
from harness.suite.file import SuiteFile
from harness.types import Question, Sample, SessionFunction
from harness.variants.forms import titled

CASES_AT_ONCE = 64
"""Cases of one variant in its turn, where a session asks nothing but one question: the engine takes many at a time."""


@dataclass(frozen=True)
class Joint(Loaded):
    """All variants as one loaded suite; `names` are the names of each variant's models among those of all."""

    names: Mapping[str, Mapping[str, str]]

    def cases(self, spans: Spans | None = None) -> Iterator[Case]:
        """The cases of all variants in turn, task by task; of `spans` only those of its tasks and places."""
        specs = [spec for spec in self.checked.suite.tasks if spans is None or spec.title in spans]
        for title in dict.fromkeys(spec.title.partition(":")[2] for spec in specs):
            alike = [spec for spec in specs if spec.title.partition(":")[2] == title]
            some = [slice(*spans[spec.title]) if spans else slice(None) for spec in alike]
            yield from in_turn([self.cases_of(*each) for each in zip(alike, some, strict=True)])

    def ledger_of(self, variant: str, ledger: Ledger) -> Ledger:
        """The counters of one variant, by its own names of models and tasks."""
        own, begin = {joint: name for name, joint in self.names[variant].items()}, titled(variant, "")
        return Ledger(
            {
                (own[model], task.removeprefix(begin)): each
                for (model, task), each in ledger.counters.items()
                if task.startswith(begin)
            }
        )


def in_turn(cases: Sequence[Iterator[Case]]) -> Iterator[Case]:
    """A case of each source after another, round by round; another source begins each round."""
    sources, turn = [Source(each) for each in cases], 0
    while any(round_ := [_block(each) for each in sources]):
        at = turn % len(sources)
        yield from chain(*round_[at:], *round_[:at])
        turn += 1


def _block(source: Source) -> list[Case]:
    """The next case, or several of a part that asks once."""
    case = source.peek()
    return source.alike(CASES_AT_ONCE if case and isinstance(case.session, AskOnce) else 1)


def joined(variants: Mapping[str, Loaded]) -> Joint:
    """The variants as one; raises UserError where two models have one name."""
    first = next(iter(variants.values()))
    names = {variant: _names(variant, loaded, is_first=loaded is first) for variant, loaded in variants.items()}
    tasks = {(name, title): task for name, each in variants.items() for title, task in each.checked.tasks.items()}
    specs = [spec.model_copy(update={"name": titled(name, spec.title)})
             for name, each in variants.items() for spec in each.checked.suite.tasks]  # fmt: skip
    file = first.checked.file
    suite = file.suite.model_copy(update={"tasks": specs})
    checked = replace(
        first.checked,
        file=SuiteFile(suite, file.name, file.folder, file.places, file.given),
        tasks={titled(*at): task for at, task in tasks.items()},
    )
    sessions = {
        titled(name, title): {
            part: _renamed(each, names[name], (suite.seed, title, part)) for part, each in parts.items()
        }
        for name, loaded in variants.items()
        for title, parts in loaded.sessions.items()
    }
    models = _models(variants, names)
    return Joint(checked, models, first.labels, first.sets, sessions, first.fingerprints, first.executor, names)


def _names(variant: str, loaded: Loaded, *, is_first: bool) -> dict[str, str]:
    """The names of a variant's models among those of all: other models of the suite are shared."""
    own = {} if is_first else {"": f"variant {variant}"}
    brought = loaded.models.keys() - loaded.checked.models.keys() - {""}
    return {name: name for name in loaded.models} | own | (
        {} if is_first else {name: f"variant {variant}: {name}" for name in brought}
    )  # fmt: skip


def _models(variants: Mapping[str, Loaded], names: Mapping[str, Mapping[str, str]]) -> dict[str, Connection]:
    found: dict[str, Connection] = {}
    for variant, loaded in variants.items():
        for own, model in loaded.models.items():
            joint = names[variant][own]
            if joint in found and found[joint].adapter is not model.adapter:
                raise UserError(f"a model is called {joint!r}, as the variant {variant!r} calls its own: rename it")
            found.setdefault(joint, connect(model, title=joint))
    return found


def _renamed(
    session: SessionFunction[Any], names: Mapping[str, str], key: tuple[int, str, str]
) -> SessionFunction[Any]:
    """The same session with the random numbers of its own case, its questions sent to its own variant's models."""
    if isinstance(session, AskOnce):
        return replace(session, model=names.get(session.model, session.model))
    change, (seed, task, part) = _sent_to(names), key

    def start(sample: Sample[Any], _: Random) -> Any:
        started = session(sample, cast("Random", CaseRandom(seed, task, part, sample.id)))
        return relayed(started, change) if change and isinstance(started, Generator) else started

    return traits_of(session)(start)


def _sent_to(names: Mapping[str, str]) -> Callable[[Question], Question] | None:
    """What becomes of a question; None where nothing does."""
    other = {own: joint for own, joint in names.items() if own != joint}
    if not other:
        return None
    return lambda question: replace(question, model=other[question.model]) if question.model in other else question


def require_alike(name: str, model: Connection, reference: str, first: Connection) -> None:
    """Raise UserError where a variant answers otherwise than the reference: another output, other labels."""
    if model.output != first.output:
        raise UserError(
            f"the variants do not compare: {name!r} answers {model.output}, {reference!r} answers {first.output}"
        )
    if model.labels != first.labels:
        raise UserError(
            f"the variants do not compare: {name!r} has the labels {listed(model.labels)}, {reference!r} has "
            f"{listed(first.labels)}: expected the same in the same order"
        )
