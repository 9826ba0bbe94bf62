"""Fuzz targets: files that were valid and were changed, addresses and answers of a cache. Valid or a clear error."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.hostile import attempts, material
from harness.errors import UserError
from harness.records import record

if TYPE_CHECKING:
    from conftest import Project

KINDS: dict[str, tuple[Callable[..., None], int]] = {
    "address": (attempts.address, 400),
    "entry": (attempts.entry, 400),
    "table": (attempts.table, 250),
    "suite": (attempts.suite, 40),
    "line": (attempts.line, 100),
}
"""The attempts and how many of each `make test` tries; `make test-slow` tries twenty times as many."""


def _held(attempt: Callable[[Random], None], examples: int) -> None:
    @settings(max_examples=examples, deadline=None, database=None)
    @given(st.integers(0, 2**64))
    def tried(seed: int) -> None:
        assert attempts.outcome(partial(attempt, Random(seed))) in {attempts.VALID, attempts.CLEAR}

    tried()


@pytest.fixture
def attempt(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[Random], None]:
    """An attempt by its name; those that write do so in a folder of their own."""
    found, _ = KINDS[request.param]
    return found if request.param in {"address", "entry"} else partial(found, folder=tmp_path)


@pytest.mark.parametrize(("attempt", "kind"), [(kind, kind) for kind in KINDS], indirect=["attempt"], ids=KINDS)
def test_what_is_read_is_valid_or_a_clear_error(attempt: Callable[[Random], None], kind: str) -> None:
    _held(attempt, KINDS[kind][1])


@pytest.mark.slow
@pytest.mark.parametrize(("attempt", "kind"), [(kind, kind) for kind in KINDS], indirect=["attempt"], ids=KINDS)
def test_much_of_what_is_read_is_valid_or_a_clear_error(attempt: Callable[[Random], None], kind: str) -> None:
    _held(attempt, 20 * KINDS[kind][1])


@pytest.mark.parametrize("examples", [40, pytest.param(2000, marks=pytest.mark.slow)])
def test_a_changed_file_of_a_finished_run_is_noticed_or_harmless(project: Project, examples: int) -> None:
    project.finish("run")
    _held(attempts.Finished(project.folder / "run"), examples)


@pytest.mark.parametrize("examples", [30, pytest.param(1000, marks=pytest.mark.slow)])
def test_a_changed_file_of_a_cache_gives_no_other_answer(tmp_path: Path, examples: int) -> None:
    _held(attempts.Cached(tmp_path / "cache"), examples)


@pytest.mark.parametrize(
    ("raised", "came"),
    [
        (UserError("one line"), "clear"),
        (UserError("a\x1b[31mb"), "clear"),
        (UserError(" "), "an error that says nothing"),
        (KeyError("text"), "KeyError: 'text'"),
        (attempts.SilentlyOtherError("0.5"), "silently other: 0.5"),
    ],
    ids=repr,
)
def test_an_attempt_tells_errors_of_the_harness_from_all_others(raised: Exception, came: str) -> None:
    def attempt() -> None:
        raise raised

    assert attempts.outcome(attempt) == came


def test_lines_without_checksums_would_be_found_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record, "fits", lambda line: True)
    came = [attempts.outcome(partial(attempts.line, Random(seed), tmp_path)) for seed in range(300)]
    assert any(each.startswith("silently other") for each in came)


def test_material_is_as_odd_as_it_says() -> None:
    texts = [material.text(Random(seed)) for seed in range(2000)]
    assert "" in texts
    assert any(text.isspace() for text in texts)
    assert any("\ud800" in text for text in texts)
    assert any("\x1b[31m" in text for text in texts)
    assert max(map(len, texts)) > 1000
    content = b'{"text": "a good film"}\n' * 3
    assert sum(material.mutated(Random(seed), content) != content for seed in range(100)) > 80
    assert sum(material.altered(Random(seed), attempts.SUITE) != attempts.SUITE for seed in range(100)) > 90
