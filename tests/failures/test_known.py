"""The file of known failures: what is written is read back, and nothing else is."""

from __future__ import annotations

from pathlib import Path

import pytest
from known import failure, kept, known

from harness import UserError
from harness.failures.known import SEALING, failures_text, key_of, read_failures
from harness.records.sealed import sealed

HOSTILE = "line\nof\r\n == end \u2028 \x00 \x1b[31m \ud800 é 漢 🙂"


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    wanted = known(failure("a fine film"), failure("== failures"), failure("", part="x/3", why="é"))
    path = kept(tmp_path / "it.failures", *wanted.failures.values())
    assert read_failures(path) == wanted


def test_hostile_words_come_back_as_far_as_a_file_can_have_them(tmp_path: Path) -> None:
    path = kept(tmp_path / "it.failures", failure(HOSTILE.replace("\ud800", "\ufffd"), why=HOSTILE))
    assert path.read_bytes().count(b"\n") == failures_text(known()).count("\n") + 1
    [found] = read_failures(path).failures.values()
    assert found.input == HOSTILE.replace("\ud800", "\ufffd")
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))  # as git may check it out
    assert [each.input for each in read_failures(path).failures.values()] == [found.input]


def test_a_line_per_failure_and_its_key_is_of_input_and_truth_alone(tmp_path: Path) -> None:
    path = kept(tmp_path / "it.failures", failure("a film"), failure("another film"))
    lines = path.read_text(encoding="utf-8").split("\n")
    assert sum(line.startswith(key_of("a film", "positive")) for line in lines) == 1
    assert failure("a film", task="attack", why="y").key == failure("a film").key != failure("a film", "negative").key


def test_merging_keeps_the_order_and_what_was_there() -> None:
    one = known(failure("b", why="first"), failure("a"))
    other = known(failure("c"), failure("b", why="again"), model={"use": "python", "object": "newer:predict"})
    merged = one.merged(other)
    assert [(each.input, each.why) for each in merged.failures.values()] == [
        ("b", "first"),
        ("a", "wrong"),
        ("c", "wrong"),
    ]
    assert merged.origin.model["object"] == "newer:predict"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"labels": ["no", "yes"]}, "failures of labels negative, positive, but the run's are of labels no, yes"),
        ({"kind": "image"}, "of kind 'text', but the run's are of kind 'image'"),
        ({"output": "classes"}, "of output 'probabilities', but the run's are of output 'classes'"),
    ],
)
def test_others_are_not_merged(change: dict[str, object], words: str) -> None:
    with pytest.raises(UserError, match=words):
        known(failure("a")).merged(known(failure("b"), **change))


def _edited(text: str, old: str, new: str) -> str:
    """A text that was edited by somebody who made the checksum fit."""
    content = text.rpartition("== end ")[0]
    assert old in content
    return sealed(content.replace(old, new))


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('"input": "a film"', '"input": "b film"', "is no failure; take it as it was"),
        ('"part": "", ', "", "is no failure"),
        ('"part": ""', '"part": 3', "is no failure: .*expected a valid string|is no failure: expected"),
        ('"task"', '"tusk"', "is no failure"),
        ('{"task"', '["task"', "is no failure"),
        ('"kind": "text"', '"kind": "txt"', "no kind of input 'txt'.*did you mean 'text'"),
        ('"kind": "text",', "", "its head: "),
        ('"labels": [', '"labels": ["a', "its head: "),
        ('"output": "probabilities"', '"output": "logits"', "its head: "),
    ],
)
def test_what_is_no_failure_is_refused(tmp_path: Path, old: str, new: str, words: str) -> None:
    path = tmp_path / "it.failures"
    path.write_text(_edited(failures_text(known(failure("a film"))), old, new), encoding="utf-8")
    with pytest.raises(UserError, match=words):
        read_failures(path)


def test_a_failure_that_stands_twice_is_refused(tmp_path: Path) -> None:
    text = failures_text(known(failure("a film")))
    line = next(line for line in text.split("\n") if line.startswith(key_of("a film", "positive")))
    path = tmp_path / "it.failures"
    path.write_text(_edited(text, line, f"{line}\n{line}"), encoding="utf-8")
    with pytest.raises(UserError, match="stands in it twice"):
        read_failures(path)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "expected a file of known failures, which begins with 'harness-failures 1', but it begins with ''"),
        (b"\xff\xfe", "but it is no text"),
        (b"harness-baseline 1\n", "but it begins with 'harness-baseline 1'"),
        (b"harness-failures 2\n", "it is of another version of model-harness"),
        (SEALING.first_line.encode() + b"\n", "its checksum does not fit: it was cut or edited"),
        (failures_text(known(failure("a"))).replace('"a"', '"b"').encode(), "its checksum does not fit"),
        (failures_text(known(failure("a"))).encode()[:-40], "its checksum does not fit"),
        (None, "cannot be read: No such file or directory"),
    ],
)
def test_another_file_is_refused(tmp_path: Path, content: bytes | None, words: str) -> None:
    path = tmp_path / "it.failures"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UserError, match=words):
        read_failures(path)


def test_a_failure_is_taken_out_by_its_key() -> None:
    one, other = failure("a"), failure("b")
    assert known(one, other).without([one.key]) == known(other)
    with pytest.raises(UserError, match="'nothing' is the key of no failure here"):
        known(one).without(["nothing"])
