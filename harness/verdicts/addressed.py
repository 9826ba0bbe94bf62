"""A task's scores by their addresses, from records without errors."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from harness.errors import RunError
from harness.scores.score import Score

if TYPE_CHECKING:
    from harness.records.table import RecordTable
    from harness.tasks.task import ScoringContext, Task


def scores_of(task: Task[Any], records: RecordTable[Any], scoring: ScoringContext) -> dict[str, Score]:
    """A task's scores of records without errors, by address; raises RunError for two of one address."""
    return _by_address(task.score(records, scoring))


def _by_address(scores: Sequence[Score]) -> dict[str, Score]:
    found = {score.local: score for score in scores}
    if len(found) < len(scores):
        twice = [name for name, count in Counter(score.local for score in scores).items() if count > 1]
        raise RunError(f"a task gave the score {twice[0]!r} twice: expected distinct addresses")
    return found
