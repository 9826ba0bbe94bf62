"""Lanes: the questions that may share a batch, and which of them to send next."""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Iterator, Mapping, Sequence
from itertools import islice
from math import ceil
from typing import Any

from harness.engine.adapters import Channel, Encoded, connect, flow_of
from harness.engine.batches import Waiting
from harness.engine.channels import RunningModel, key_of
from harness.engine.patience import Patience
from harness.engine.strangers import caught, is_out_of_memory
from harness.errors import AnswerError, UserError, listed, nearest
from harness.types import Answers, Question

BATCHES_AHEAD = 32
"""Batches of questions to keep waiting: sorting that many by cost leaves little padding."""


class QueuedRow:
    """One unique input on its way to a model: what it costs (1 or more tokens), and what decides its answer.

    `task` asked first; who waits are (session, index) pairs, or a case with no session and 0.
    """

    __slots__ = ("cost", "key", "prepared", "task", "waiting")

    def __init__(self, prepared: Encoded, task: str, waiting: list[tuple[Any, int]]) -> None:
        self.prepared = prepared
        self.task = task
        self.waiting = waiting
        self.cost = max(1, prepared.cost)
        self.key = prepared.key


class Lane:
    """The questions of one kind to one model with the same options: they may share a batch."""

    def __init__(
        self, model: str, question: Hashable, channel: Channel, options: Mapping[str, Any], title: str = ""
    ) -> None:
        self.model = model
        self.title = title or model
        self.question = question
        self.channel = channel
        self.options = options
        self.flow = flow_of(channel)
        self.budget = self.flow.budget
        self.queue: Waiting[QueuedRow] = Waiting()
        self.open: dict[Hashable, QueuedRow] = {}
        self._halves: deque[list[QueuedRow]] = deque()

    def prepared(self, questions: Sequence[Sequence[Any]]) -> list[Sequence[Encoded] | BaseException]:
        """The rows of each question's inputs, prepared together; each alone where that fails: one is at fault."""
        together = self._prepared([value for inputs in questions for value in inputs])
        if isinstance(together, BaseException):
            return [together] if len(questions) == 1 else [self._prepared(inputs) for inputs in questions]
        rows = iter(together)
        return [list(islice(rows, len(inputs))) for inputs in questions]

    def _prepared(self, inputs: Sequence[Any]) -> Sequence[Encoded] | BaseException:
        try:
            return self._checked(self.channel.prepare(inputs), len(inputs))
        except BaseException as error:  # noqa: BLE001  # an input the adapter refuses
            return caught(error)

    def _checked(self, rows: Sequence[Encoded], expected: int) -> Sequence[Encoded]:
        """The rows, if they are one for each input, with keys to remember them by."""
        if len(rows) != expected:
            raise AnswerError(f"model {self.title!r} prepared {len(rows)} of {expected} inputs: expected all")
        for row in rows:
            hash(row.key)
        return rows

    @property
    def waiting(self) -> bool:
        """Whether there is a batch to send."""
        return bool(self.queue or self._halves)

    def next_batch(self, sent: int = 0) -> list[QueuedRow]:
        """The first batch of the cheapest way to send all that waits; the halves of one that failed come before.

        Where the channel computes more batches at once than were `sent`, it takes no more than an even share, so that
        few rows do not leave a part of the device idle.
        """
        if self._halves:
            return self._halves.popleft()
        idle = self.flow.width - sent
        share = min(self.budget, ceil(self.queue.cost / idle)) if idle > 1 else self.budget
        return self.queue.take(share, self.flow.overhead)

    def halve(self, batch: list[QueuedRow], error: BaseException) -> bool:
        """Send a batch that failed again in two, so that the rows to blame end up alone; false for one row.

        Out of memory halves the budget: that of the batch, as others in flight may fail of the same. A row too
        large on its own says nothing about batches, so it gives the budget back.
        """
        middle = len(batch) // 2
        if is_out_of_memory(error):
            self.budget = min(self.budget, padded(batch) // 2) if middle else self.flow.budget
        if middle:
            self._halves.extendleft((batch[middle:], batch[:middle]))
        return middle > 0


class Lanes:
    """The models of a run, and a lane for every kind of question that each has been asked."""

    def __init__(self, models: Mapping[str, object], patience: Patience) -> None:
        self.connections = {name: connect(model, title=name) for name, model in models.items()}
        self.running = {name: RunningModel(connection, patience) for name, connection in self.connections.items()}
        self._lanes: dict[Hashable, Lane] = {}

    def __iter__(self) -> Iterator[Lane]:
        return iter(self._lanes.values())

    @property
    def full(self) -> bool:
        """Whether a lane has enough to sort."""
        return any(lane.queue.cost >= BATCHES_AHEAD * lane.budget for lane in self)

    def prepared(self, questions: Sequence[Question]) -> list[tuple[Lane, Sequence[Encoded]] | BaseException]:
        """The lane of each question with its rows, those of a lane prepared together, or what is wrong with it."""
        lanes = [self._found(question) for question in questions]
        places: dict[Lane, list[int]] = {}
        for at, lane in enumerate(lanes):
            if isinstance(lane, Lane):
                places.setdefault(lane, []).append(at)
        rows = {
            at: found if isinstance(found, BaseException) else (lane, found)
            for lane, together in places.items()
            for at, found in zip(together, lane.prepared([questions[at].inputs for at in together]), strict=True)
        }
        return [lane if isinstance(lane, BaseException) else rows[at] for at, lane in enumerate(lanes)]

    def _found(self, question: Question) -> Lane | BaseException:
        try:
            return self._lane(question)
        except BaseException as error:  # noqa: BLE001  # a wrong question
            return caught(error)

    def answers(self, question: Question, answers: Sequence[object]) -> Answers:
        """Answers with what is known of the model that gave them."""
        connection = self.connections[question.model]
        return Answers(answers, connection.name, connection.labels, connection.output)

    def close(self, seconds: float | None = None) -> None:
        """Stop the workers, waiting so long, and forget what waits; the adapters stay usable."""
        self._lanes.clear()
        for model in self.running.values():
            model.close(seconds)

    def _lane(self, question: Question) -> Lane:
        if not isinstance(question, Question):
            raise TypeError(f"a session yielded {question!r}: expected a Question; use `yield from predict(...)`")
        if question.model not in self.connections:
            names = [name for name in self.connections if name]
            raise UserError(
                f"the suite has no model {question.model!r} (models: {listed(names)}){nearest(question.model, names)}"
            )
        name = _lane_name(question)
        if name not in self._lanes:
            channel, title = self.running[question.model].channel(question.kind), self.connections[question.model].name
            self._lanes[name] = Lane(question.model, name[1:], channel, question.options, title)
        return self._lanes[name]


def _lane_name(question: Question) -> tuple[Hashable, ...]:
    """Model, kind and options; options without a hash, such as lists, count by their content."""
    options = tuple(sorted(question.options.items())) if question.options else ()
    try:
        hash(options)
    except TypeError:
        return (question.model, question.kind, key_of(options))
    return (question.model, question.kind, options)


def padded(batch: Sequence[QueuedRow]) -> int:
    """The tokens of a batch, each row as long as the longest."""
    return max(row.cost for row in batch) * len(batch)
