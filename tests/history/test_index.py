"""The index of a folder of runs: what it spares, and that no history ever depends on it."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest
from past_runs import past

from harness.history import index
from harness.history.history import History, history_of
from harness.history.index import INDEX
from harness.history.past import LeftOut, PastRun, past_run


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The places that were read, not taken from the index."""
    found: list[str] = []

    def noting(path: Path, folder: str) -> PastRun | LeftOut:
        found.append(folder)
        return past_run(path, folder)

    monkeypatch.setattr(index, "past_run", noting)
    monkeypatch.setattr(index, "SECONDS_TO_SETTLE", -1.0)  # a clock of the system's own cannot be turned back
    return found


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    past(tmp_path, "a", accuracy=0.5, when="2026-01-01T00:00:00+00:00")
    past(tmp_path, "b", accuracy=0.6, when="2026-01-02T00:00:00+00:00")
    past(tmp_path, "broken").joinpath("run.json").write_text("{")
    return tmp_path


def rows(history: History) -> dict[str, float | None]:
    return {run.folder: run.scores["task/accuracy"].value for group in history.groups for run in group.runs}


def test_what_did_not_change_is_read_once(runs: Path, reads: list[str]) -> None:
    first = history_of(runs)
    assert sorted(reads) == ["a", "b", "broken"]
    assert history_of(runs) == first
    assert len(reads) == 3
    past(runs, "c", accuracy=0.7)
    assert rows(history_of(runs)) == {"a": 0.5, "b": 0.6, "c": 0.7}
    assert reads[3:] == ["c"]


def test_a_run_that_changed_went_or_was_resumed_is_seen(runs: Path, reads: list[str]) -> None:
    history_of(runs)
    before = (runs / "a" / "scores.json").read_text()
    (runs / "a" / "scores.json").write_text(before.replace("0.5", "0.9"))  # as long as it was
    then = (runs / "b" / "scores.json").stat().st_mtime
    os.utime(runs / "a" / "scores.json", (then, then))
    shutil.rmtree(runs / "b")
    shutil.rmtree(runs / "broken")
    past(runs, "broken", accuracy=0.8)
    assert rows(history_of(runs)) == {"a": 0.9, "broken": 0.8}
    assert rows(history_of(runs)) == {"a": 0.9, "broken": 0.8}
    assert sorted(json.loads((runs / INDEX).read_text().partition("\n")[2])) == ["a", "broken"]
    shutil.rmtree(runs / "a")
    past(runs, "a", accuracy=None, verdict="undecided", state="stopped", finished=None)
    assert next(each.state for each in history_of(runs).groups[0].runs if each.folder == "a") == "stopped"


def test_a_run_that_changed_a_moment_ago_is_read_again(runs: Path, reads: list[str]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(index, "SECONDS_TO_SETTLE", 3600.0)
        history_of(runs)
        history_of(runs)
    assert len(reads) == 6


@pytest.mark.parametrize("damage", ["", "mine", "cut", "edited", "version", "shape", "deep", "binary"])
def test_a_damaged_or_foreign_index_is_written_anew(runs: Path, reads: list[str], damage: str) -> None:
    first = history_of(runs)
    path = runs / INDEX
    good = path.read_bytes()

    def summed(content: bytes) -> bytes:
        return f"{index.FIRST}{index._checksum(content)}\n".encode() + content

    path.write_bytes({
        "": b"", "mine": b"{}", "cut": good[:-20], "edited": good.replace(b"0.5", b"0.7"),
        "version": good.replace(b"history 1", b"history 9"), "shape": summed(b'{"a": {"stamp": 3}}'),
        "deep": summed(b"[" * 100_000), "binary": b"\xff\xfe\n\x00",
    }[damage])  # fmt: skip
    assert history_of(runs) == first
    assert len(reads) == 6
    assert path.read_bytes() == good


def test_an_index_that_cannot_be_written_is_no_matter(runs: Path, reads: list[str]) -> None:
    (runs / INDEX).mkdir()
    assert rows(history_of(runs)) == rows(history_of(runs)) == {"a": 0.5, "b": 0.6}
    assert len(reads) == 6
    assert list((runs / INDEX).iterdir()) == []


def test_a_folder_that_cannot_be_written_works_without(
    runs: Path, reads: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(path: Path, write: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(index, "replace_file", refused)
    assert rows(history_of(runs)) == rows(history_of(runs)) == {"a": 0.5, "b": 0.6}
    assert not (runs / INDEX).exists()


def test_links_are_not_followed(runs: Path, reads: list[str]) -> None:
    (runs / "latest").symlink_to(runs / "b")
    (runs / "loop").symlink_to(runs)
    assert rows(history_of(runs)) == {"a": 0.5, "b": 0.6}


def test_an_index_moves_with_its_folder_and_believes_no_other_files(runs: Path, reads: list[str]) -> None:
    history_of(runs)
    copy = runs.parent / f"{runs.name}-copy"
    shutil.copytree(runs, copy)
    shutil.copy2(copy / "a" / "scores.json", copy / "b" / "scores.json")
    assert rows(history_of(copy)) == {"a": 0.5, "b": 0.5}


def test_a_folder_that_cannot_be_read_is_left_out_with_a_word(runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (runs / "locked").mkdir()
    scan = os.scandir

    def scanning(folder: Path) -> object:
        if Path(folder).name == "locked":
            raise PermissionError(13, "Permission denied")
        return scan(folder)

    monkeypatch.setattr(os, "scandir", scanning)
    assert "locked" in {each.folder for each in history_of(runs).left_out}
