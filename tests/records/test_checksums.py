"""What a disk changes is noticed: no bit of what a run keeps changes in silence."""

from __future__ import annotations

import json
import random
from collections import Counter
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest
from pyarrow import parquet
from refusals import refused

from harness import Record, Run, UserError
from harness.records.checksums import fits, with_checksum
from harness.records.record import read_lines, table_of, to_lines, write_table
from harness.records.table import lines_in, parquet_in
from harness.tasks.classification import Classified

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import Project

FLIPS = 100
RECORDS = [
    Record("task", "", f"sample {at}", "ok", None, 1, Classified("yes", [at / 50, 1 - at / 50])) for at in range(50)
]


@pytest.fixture
def finished(project: Project) -> Project:
    """A project with a finished run in `out`."""
    project.finish("out")
    return project


def _flipped(path: Path, read: Callable[[], Any], flips: int) -> Counter[str]:
    """What reading a file gives after one bit of it was flipped: the same, another content, or an error of ours."""
    good, rng, found = path.read_bytes(), random.Random(3), Counter[str]()
    expected = read()
    for _ in range(flips):
        at = rng.randrange(len(good))
        path.write_bytes(good[:at] + bytes([good[at] ^ 1 << rng.randrange(8)]) + good[at + 1 :])
        try:
            found["the same" if read() == expected else "another"] += 1
        except UserError:
            found["refused"] += 1
    path.write_bytes(good)
    return found


def _facts(run: Run) -> Any:
    info = run.info
    return [info, run.scores, run.gates]


FILES: dict[str, Callable[[Run], Any]] = {
    "records/attack.parquet": lambda run: list(run.records("attack")),
    "records/classification.parquet": lambda run: list(run.records("classification")),
    "samples.parquet": lambda run: run.samples,
    "scores.json": lambda run: str(run.scores),
    "gates.json": lambda run: run.gates,
    "run.json": lambda run: run.info,
}


@pytest.mark.parametrize("name", FILES)
def test_no_flipped_bit_of_a_finished_run_is_read_in_silence(finished: Project, name: str) -> None:
    out = finished.folder / "out"
    found = _flipped(out / name, lambda: FILES[name](Run(out)), FLIPS)
    assert found["another"] == 0
    assert found["refused"] > FLIPS * (0.5 if name == "run.json" else 0.99)


def test_no_flipped_bit_of_lines_is_read_in_silence(tmp_path: Path) -> None:
    path = tmp_path / "lines"
    path.write_bytes(to_lines(RECORDS))
    torn = list(RECORDS[:-1])

    def read() -> Any:
        found = list(lines_in(path, Classified))
        return RECORDS if found == torn else found  # without the last newline the last case is asked again

    found = _flipped(path, read, FLIPS)
    assert (found["another"], found["refused"] > FLIPS * 0.95) == (0, True)


def test_pages_of_a_file_of_records_have_checksums(tmp_path: Path) -> None:
    path = tmp_path / "parquet"
    write_table(path, table_of(RECORDS, Classified))
    good = path.read_bytes()
    footer = int.from_bytes(good[-8:-4], "little")
    for at in range(4, len(good) - footer - 8, 7):
        path.write_bytes(good[:at] + bytes([good[at] ^ 4]) + good[at + 1 :])
        with suppress(UserError):
            assert list(parquet_in(path, Classified)) == RECORDS


def test_no_flipped_bit_of_records_of_an_unfinished_run_is_resumed_in_silence(tmp_path: Path) -> None:
    path = tmp_path / "parquet"
    write_table(path, table_of(RECORDS, Classified))
    good = path.read_bytes()
    footer = int.from_bytes(good[-8:-4], "little")
    assert list(parquet_in(path, Classified)) == RECORDS
    for at in range(len(good) - footer - 8, len(good)):
        path.write_bytes(good[:at] + bytes([good[at] ^ 1 << at % 8]) + good[at + 1 :])
        with pytest.raises(UserError, match="not the records of this task"):
            parquet_in(path, Classified)


def test_records_from_before_there_were_seals_are_read(tmp_path: Path) -> None:
    parquet.write_table(table_of(RECORDS, Classified), tmp_path / "parquet", write_page_checksum=True)
    assert list(parquet_in(tmp_path / "parquet", Classified)) == RECORDS


def test_a_line_says_whether_it_is_whole_and_one_without_a_checksum_is_believed(tmp_path: Path) -> None:
    line = with_checksum(b'{"a":1}\n')
    assert json.loads(line)["a"] == 1
    assert (fits(line), fits(line.replace(b"1", b"2", 1)), fits(b'{"a":1}\n')) == (True, False, True)
    (tmp_path / "old").write_text(
        '{"task":"t","part":"","sample":"s","status":"ok","error":null,"asked":1,"payload":{}}\n'
    )
    assert [each.sample for each in read_lines(tmp_path / "old", dict)] == ["s"]


def test_digits_changed_in_a_line_are_not_resumed(finished: Project) -> None:
    (finished.folder / "out/records/classification.parquet").unlink()
    lines = to_lines([Record("classification", "", "x", "ok", None, 1, Classified("positive", [0.25, 0.75]))])
    finished.write("out/records/classification.jsonl", lines.replace(b"0.75", b"0.85"))
    called = finished.harness("run", "quick.yaml", "--out", "out", "--resume")
    refused(called, "classification.jsonl:1: not a record of this task: its checksum does not fit")


def test_verify_says_that_all_fits(finished: Project) -> None:
    called = finished.harness("verify", "out")
    assert (called.code, called.out) == (0, "out: run.json and 5 files are as they were written\n")


@pytest.mark.parametrize("command", ["verify", "gate", "report"])
@pytest.mark.parametrize("name", ["records/attack.parquet", "samples.parquet", "scores.json", "gates.json"])
def test_a_file_that_does_not_fit_is_named(finished: Project, command: str, name: str) -> None:
    path = finished.folder / "out" / name
    path.write_bytes(path.read_bytes() + b"\n")
    refused(finished.harness(command, "out"), f"out/{name}: not the file that the run wrote")


def test_files_that_are_gone_or_not_of_the_run_are_named(finished: Project) -> None:
    (finished.folder / "out/samples.parquet").unlink()
    finished.write("out/records/attack.jsonl", "")
    refused(
        finished.harness("verify", "out"),
        "out/samples.parquet: cannot be read: No such file",
        "out/records/attack.jsonl: not a file of this run",
    )


def test_a_run_of_which_no_checksums_are_kept_is_not_called_whole(finished: Project) -> None:
    finished.write("out/run.json", json.dumps(finished.read("out/run.json") | {"files": {}}))
    refused(finished.harness("verify", "out"), "out has no checksums of its files (finished)")
