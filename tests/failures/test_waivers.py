"""Waivers: a reason and a date for a failure that is there, in a file that people edit."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from known import failure, kept

from harness import UserError
from harness.failures.known import Known, read_failures
from harness.failures.waivers import Waiver, read_waivers, waive, waivers_of

ONE, OTHER = failure("a film"), failure("another film")
LATER = "2999-12-31"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return kept(tmp_path / "it.failures", ONE, OTHER)


def waivers(path: Path, text: str) -> dict[str, Waiver]:
    waivers_of(path).write_text(text, encoding="utf-8")
    return read_waivers(path, read_failures(path))


def failures(path: Path) -> Known:
    return read_failures(path)


def test_a_waiver_has_a_reason_and_a_last_day(path: Path) -> None:
    found = waivers(path, f'# who: us\n{ONE.key}:\n  reason: "no: it is two letters"\n  until: {LATER}\n')
    assert found == {ONE.key: Waiver("no: it is two letters", date(2999, 12, 31))}
    assert not found[ONE.key].expired
    today = datetime.now(UTC).date()
    assert [Waiver("x", today + timedelta(days=days)).expired for days in (-1, 0, 1)] == [True, False, False]


@pytest.mark.parametrize("text", ["", "# none\n", None])
def test_there_need_not_be_any(path: Path, text: str | None) -> None:
    assert (read_waivers(path, failures(path)) if text is None else waivers(path, text)) == {}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("KEY: {until: 2999-12-31}", "yaml:1: waiver 'KEY' has no reason: a waiver has a reason and a date"),
        ("KEY: {reason: why}", "yaml:1: waiver 'KEY' has no until"),
        ("KEY: {reason: '', until: 2999-12-31}", "has no reason"),
        ("KEY: {reason: ' ', until: 2999-12-31}", "reason: expected words, but got ' '"),
        ("KEY: {reason: 3, until: 2999-12-31}", "reason: expected words, but got 3"),
        ("KEY: {reason: why, until: tomorrow}", "until: expected a date like 2026-12-31, but got 'tomorrow'"),
        ("KEY: {reason: why, until: 2999-02-30}", "expected a date like"),
        ("KEY: {reason: why, until: 29991231}", "expected a date like 2026-12-31, but got 29991231"),
        ("KEY: {reason: why, until: 2999-12-31, untill: 3}", "unknown key 'untill'.*did you mean 'until'"),
        ("\nKEY: because\n", "yaml:2: waiver 'KEY': expected `reason` and `until`, but got 'because'"),
        ("KEY: [1]", "expected `reason` and `until`"),
        ("- KEY", "expected a mapping of keys"),
        (
            "KEYS: {reason: why, until: 2999-12-31}",
            "names no kept failure: remove it, or correct its key; did you mean",
        ),
        ("KEY: {reason: why, until: 2999-12-31}\nKEY: {reason: w, until: 2999-12-31}", "yaml:2: key .* stands twice"),
        ("KEY: !!python/object:os.system {}", "not allowed"),
        ("{", "not valid YAML"),
        ("\ud800", "could not be read|not valid YAML"),
        ("#" * 2**20 + "\n", "expected waivers of at most"),
    ],
)
def test_what_is_no_waiver_is_refused(path: Path, text: str, words: str) -> None:
    words = words.replace("KEY", ONE.key)
    waivers_of(path).write_bytes(text.replace("KEY", ONE.key).encode("utf-8", "surrogatepass"))
    with pytest.raises(UserError, match=words):
        read_waivers(path, failures(path))


def test_a_waiver_is_added_below_what_people_wrote(path: Path) -> None:
    written = f"# ours\n{ONE.key}: {{reason: why, until: {LATER}}}"
    waivers_of(path).write_text(written, encoding="utf-8")
    waive(path, failures(path), [OTHER.key], "a 'quote', a \"quote\": # 漢 🙂 \x1b[31m", LATER)
    assert waivers_of(path).read_text(encoding="utf-8").startswith(written + "\n")
    found = read_waivers(path, failures(path))
    assert list(found) == [ONE.key, OTHER.key]
    assert found[OTHER.key].reason == "a 'quote', a \"quote\": # 漢 🙂 \\x1b[31m"


@pytest.mark.parametrize(
    ("key", "reason", "until", "words"),
    [
        ("nothing", "why", LATER, "'nothing' is the key of no failure here"),
        (ONE.key, " ", LATER, "--reason: expected why"),
        (ONE.key, "why", "2020-01-01", "--until 2020-01-01: expected a day that is not over"),
        (ONE.key, "why", "soon", "--until: expected a date like 2026-12-31, but got 'soon'"),
        (OTHER.key, "why", LATER, "is waived there until 2999-12-31: change that line"),
    ],
)
def test_what_cannot_be_waived_changes_nothing(path: Path, key: str, reason: str, until: str, words: str) -> None:
    waive(path, failures(path), [OTHER.key], "why", LATER)
    before = waivers_of(path).read_bytes()
    with pytest.raises(UserError, match=words):
        waive(path, failures(path), [key], reason, until)
    assert waivers_of(path).read_bytes() == before
