"""Samples that a task brings along: a set of their own, by itself."""

from __future__ import annotations

from typing import Any

from harness import Sample, Task
from harness.brought.samples import brought_sets


def _task(*samples: Sample[Any]) -> Task[Any]:
    return Task({}, dict, lambda records, scoring: [], samples=samples)


def test_a_task_with_samples_has_a_set_that_is_called_after_it() -> None:
    [found] = brought_sets({"plain": _task(), "own": _task(Sample("1", "a"), Sample("2", "b"))})
    assert (found.name, found.kind.name) == ("@own", "text")
    assert [(each.id, each.data, each.input) for each in found.samples] == [
        ("@own/1", "@own", "a"),
        ("@own/2", "@own", "b"),
    ]


def test_other_samples_have_another_fingerprint() -> None:
    prints = [brought_sets({"own": _task(Sample("1", text))})[0].fingerprint for text in ("a", "a", "b")]
    assert prints[0] == prints[1] != prints[2]
