"""A task of one's own: how sure is the model of short and of long texts?"""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from harness import Record, Sample, Score, ScoringContext, Session, SessionFunction, Task, predict


@dataclass(frozen=True)
class Sureness:
    """How long a text is, in words, and how sure the model was of it."""

    words: int
    confidence: float


def length(*, least: int = 5) -> Task[Sureness]:
    """Mean confidence on texts of at least `least` words."""

    def session(sample: Sample[str], rng: Random) -> Session[Sureness]:
        [row] = yield from predict([sample.input])
        return Sureness(len(sample.input.split()), max(row))

    def prepare(model: object) -> SessionFunction[Sureness]:
        return session

    def score(records: Sequence[Record[Sureness]], scoring: ScoringContext) -> list[Score]:
        found = [record.payload.confidence for record in records if record.payload and record.payload.words >= least]
        return [Score("confidence", sum(found) / len(found) if found else None, None, None, len(found))]

    return Task(parts={"": prepare}, payload=Sureness, score=score, lower_is_better={"confidence": False})
