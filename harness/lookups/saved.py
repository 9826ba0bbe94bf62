"""A model whose answers are saved: which task it can serve, how its answers are joined to samples, how it is asked.

Its adapter has one of two methods in place of `predict`: `by_id(ids)` or `by_row(rows, of=count)`, which before a run
gets the `ids` of the rows, too. Both raise UserError for what is not there, and no input is ever asked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import TYPE_CHECKING, Any

from harness.engine.adapters import Connection, connect
from harness.errors import UserError, listed
from harness.kinds.inputs import kind_of
from harness.sessions.predict import AskOnce, relayed
from harness.sessions.traits import traits_of
from harness.types import Question, Sample, Session, SessionFunction

if TYPE_CHECKING:
    from harness.data.samples import Placed
    from harness.suite.components import Component
    from harness.suite.file import SuiteFile
    from harness.tasks.task import Task

BY_ID, BY_ROW = "by_id", "by_row"

NO_OTHER = "saved predictions have an answer to each sample alone: name the model itself to ask it about other inputs"


@dataclass(frozen=True)
class Keys:
    """By which method saved answers are asked, and with what: the key of each sample by its id, and its options."""

    method: str
    by_sample: Mapping[str, Any]
    options: Mapping[str, object]

    def of(self, sample: Sample[Any], question: Question) -> Question:
        """The question about a sample as one to look up; raises UserError for one about anything else."""
        known = sample.id in self.by_sample
        if not known or not all(_is_input(each, sample.input) for each in question.inputs):
            raise UserError(f"this asks the model about an input that is not a sample's: {NO_OTHER}")
        inputs = (self.by_sample[sample.id],) * len(question.inputs)
        return replace(question, kind=self.method, inputs=inputs, options=self.options)


def is_saved(model: Connection) -> bool:
    """Whether a model looks answers up and answers nothing else."""
    return not model.answers("predict") and (model.answers(BY_ID) or model.answers(BY_ROW))


def require_no_new_answers(file: SuiteFile, model: Component, tasks: Mapping[str, Task[Any]]) -> None:
    """Raise UserError for tasks that ask about other inputs than their samples, where the model's answers are saved."""
    if not traits_of(model.function).saved:
        return
    if refused := [title for title, task in tasks.items() if task.new_answers]:
        at = [spec.title for spec in file.suite.tasks].index(refused[0])
        what = f"task {refused[0]!r} needs" if len(refused) == 1 else f"tasks {listed(map(repr, refused))} need"
        how = f"leave {'it' if len(refused) == 1 else 'them'} out, or name the model itself"
        raise UserError(f"{file.where('tasks', at)}: {what} new answers, and saved predictions have none: {how}")
    if file.suite.cross_validation:
        raise UserError(f"{file.where('cross_validation')}: it fits models, and saved predictions have none to fit")


def require_saved(model: Component, sets: Mapping[str, Placed]) -> None:
    """Raise UserError where saved answers cannot be read or do not fit the samples, by the ids that the data have."""
    if traits_of(model.function).saved:
        named = {
            name: replace(one, ids=[f"{name}/{each}" if name else each for each in one.ids])
            for name, one in sets.items()
        }
        keys_of(connect(model.call()), named)


def keys_of(model: Connection, sets: Mapping[str, Placed]) -> Keys:
    """The key of every sample of some sets, by their names; raises UserError where an answer is missing, or too many.

    Of several sets, the key is the id as the data have it where no two sets share one, else with the set's name.
    """
    if model.answers(BY_ID):
        bare = {each: each.removeprefix(f"{name}/" if name else "") for name, one in sets.items() for each in one.ids}
        twice = any(count > 1 for count in Counter(bare.values()).values())
        keys = Keys(BY_ID, {each: each for each in bare} if twice else bare, {})
        model.endpoint(BY_ID)(list(keys.by_sample.values()))  # type: ignore[operator]  # no channel
        return keys
    if len(sets) > 1:
        raise UserError(
            f"its answers have no ids, and rows say nothing of {len(sets)} sets ({listed(sets)}): name the column of "
            "their ids with `columns: {id: ..}`"
        )
    [one] = sets.values()
    keys = Keys(BY_ROW, dict(zip(one.ids, one.rows, strict=True)), {"of": one.count})
    ids = list(one.ids) if one.own else None
    model.endpoint(BY_ROW)(list(one.rows), **keys.options, ids=ids)  # type: ignore[operator]
    return keys


def looked_up(
    model: Connection, sets: Mapping[str, Placed], sessions: Mapping[str, Mapping[str, SessionFunction[Any]]]
) -> Mapping[str, Mapping[str, SessionFunction[Any]]]:
    """The sessions of a suite, with what they ask a model of saved answers looked up; any other model is asked."""
    if not is_saved(model):
        return sessions
    keys = keys_of(model, sets)
    return {task: {part: _sent(each, keys) for part, each in parts.items()} for task, parts in sessions.items()}


@dataclass(frozen=True, slots=True)
class LookedUpOnce(AskOnce[Any]):
    """The same question about the sample, looked up: no session is started for one of a million samples either."""

    keys: Keys | None = None

    def question(self, samples: Sequence[Sample[Any]]) -> Question:
        assert self.keys
        known = [self.keys.by_sample.get(sample.id) for sample in samples]
        return Question(self.keys.method, tuple(known), self.model, self.keys.options)

    def __call__(self, sample: Sample[Any], rng: Random, /) -> Session[Any]:
        return relayed(AskOnce(self.results, self.model)(sample, rng), lambda _: self.question([sample]))


def _sent(session: SessionFunction[Any], keys: Keys) -> SessionFunction[Any]:
    if isinstance(session, AskOnce):
        return session if session.model else LookedUpOnce(session.results, keys=keys)

    def start(sample: Sample[Any], rng: Random) -> Any:
        started = session(sample, rng)

        def change(question: Question) -> Question:
            return keys.of(sample, question) if question.kind == "predict" and not question.model else question

        return relayed(started, change) if isinstance(started, Generator) else started

    return traits_of(session)(start)


def _is_input(asked: object, own: Any) -> bool:
    if asked is own:
        return True
    try:
        return bool(kind_of(asked).key(asked) == kind_of(own).key(own))
    except TypeError:  # of no kind
        return False
