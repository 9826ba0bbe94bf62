"""Answers on the disk: found again by what they are of, and never when they are not what they say."""

from __future__ import annotations

import os
import sqlite3
import struct
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

import harness
from harness import UserError
from harness.engine.channels import key_of
from harness.engine.memory import Key
from harness.paid.disk import ANSWERS_FILE, Cache, CachedMemory, key_on_disk, packed, unpacked

ROW = np.array([0.25, 0.75], dtype=np.float32)
KEY = b"k" * 24
TRIED = 8 + 1 + 8 + 8
"""What a run asks besides, of a model that it asks: eight samples alone, one again, and all together in two orders."""


@given(arrays.arrays(st.sampled_from(["<f4", "<f8", ">f2", "<i8", "u1"]), arrays.array_shapes(min_dims=0, max_dims=4)))
def test_what_is_packed_is_unpacked(answer: np.ndarray) -> None:
    entry = packed(KEY, answer)
    assert entry is not None
    found = unpacked(KEY, entry)
    assert found is not None
    assert (found.dtype, found.shape, found.tobytes()) == (answer.dtype, answer.shape, answer.tobytes())


@given(st.data())
def test_a_changed_byte_or_another_key_is_no_answer(data: st.DataObject) -> None:
    entry = packed(KEY, ROW)
    assert entry is not None
    at = data.draw(st.integers(0, len(entry) - 1))
    assert unpacked(KEY, entry[:at] + bytes([entry[at] ^ 1]) + entry[at + 1 :]) is None
    assert unpacked(KEY, entry[:at]) is None
    assert unpacked(b"o" * 24, entry) is None


@pytest.mark.parametrize("answer", [[0.5, 0.5], "text", None, np.array(["a"]), np.array([object()]), {"a": 1}])
def test_only_arrays_of_numbers_are_kept(answer: object) -> None:
    assert packed(KEY, answer) is None


plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.binary(),
    lambda inner: st.lists(inner, max_size=3).map(tuple),
    max_leaves=6,
)


@given(plain, plain)
def test_different_keys_are_different_on_the_disk(one: Any, other: Any) -> None:
    same = repr(one) == repr(other)
    assert (key_on_disk("f", one) == key_on_disk("f", other)) == same
    assert key_on_disk("f", one) != key_on_disk("g", one)


def test_what_is_like_nothing_but_itself_is_not_kept() -> None:
    assert key_on_disk("f", (key_of(object()),)) is None
    assert key_on_disk("f", key_of(["a", 1, {"b": 2.0}])) is not None


def test_an_answer_is_found_by_the_next_process(tmp_path: Path) -> None:
    code = f"""if True:
        import numpy as np
        from pathlib import Path
        from harness.paid.disk import Cache, key_on_disk
        cache = Cache(Path({str(tmp_path)!r}))
        cache.put(key_on_disk("model", ("predict", ("lone \\ud800", b"ids"))), np.array([0.25, 0.75], np.float32))
        cache.close()"""
    subprocess.run([sys.executable, "-c", code], check=True)
    key = key_on_disk("model", ("predict", ("lone \ud800", b"ids")))
    assert key is not None
    with closing(Cache(tmp_path)) as cache:
        found = cache.get(key)
        assert isinstance(found, np.ndarray)
        assert found.tolist() == [0.25, 0.75]


def test_a_memory_with_a_cache_behind_it_keeps_what_has_a_fingerprint(tmp_path: Path) -> None:
    known: Key = ("", "predict", "text")
    strange: Key = ("other", "predict", "text")
    with closing(Cache(tmp_path)) as cache:
        CachedMemory(cache, {"": "model"}, limit=0).keep([known, strange], [ROW, ROW])
    with closing(Cache(tmp_path)) as cache:
        memory = CachedMemory(cache, {"": "model"})
        (is_known, answer), other = memory.find([known, strange])
        assert (is_known, np.asarray(answer).tolist(), other) == (True, [0.25, 0.75], (False, None))
        memory.find([known])  # from memory now
        assert (memory.cached, len(memory)) == (1, 1)


def test_two_that_write_at_once_lose_nothing(tmp_path: Path) -> None:
    one, other = Cache(tmp_path), Cache(tmp_path)
    for at in range(100):
        (one if at % 2 else other).put(bytes([at]) * 24, ROW)
    one.close()
    other.close()
    with closing(Cache(tmp_path)) as cache:
        assert all(cache.get(bytes([at]) * 24) is not None for at in range(100))


@pytest.mark.parametrize("content", [b"", b"no database", b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_file_that_is_none_costs_the_cache_not_the_run(content: bytes, tmp_path: Path) -> None:
    (tmp_path / ANSWERS_FILE).write_bytes(content)
    if content:
        with pytest.warns(UserWarning, match="disabled for the rest of this run"):
            cache = Cache(tmp_path)
    else:
        cache = Cache(tmp_path)
    cache.put(KEY, ROW)
    cache.flush()
    assert (cache.get(KEY) is None) == bool(content)
    cache.close()


def test_a_file_whose_broken_bytes_are_no_text_costs_the_cache_not_the_run(tmp_path: Path) -> None:
    with closing(Cache(tmp_path)) as cache:
        cache.put(KEY, ROW)
    good = cache.file.read_bytes()
    assert good.count(b"CREATE TABLE answers (key") == 1
    for path in tmp_path.iterdir():
        path.unlink()
    cache.file.write_bytes(good.replace(b"CREATE TABLE answers (key", b"CREATE TABLE answers \xe2(ey"))
    with pytest.warns(UserWarning, match="disabled for the rest of this run"):
        broken = Cache(tmp_path)
    assert broken.get(KEY) is None
    broken.close()


def test_a_database_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / ANSWERS_FILE)) as other:
        other.execute("CREATE TABLE answers (key TEXT, answer TEXT, of TEXT)")
        other.execute("INSERT INTO answers VALUES ('a', 'b', 'c')")
        other.commit()
    cache = Cache(tmp_path)
    cache.put(KEY, ROW)
    with pytest.warns(UserWarning, match="disabled for the rest"):
        cache.flush()
    assert cache.get(KEY) is None


def test_a_folder_that_cannot_be_is_said_before_anything_runs(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="--cache another folder"):
        Cache(tmp_path / "file" / "cache")


class Weighed:
    """A model that says what decides its answers, and counts what it is asked."""

    labels = ("no", "yes")

    def __init__(self, fingerprint: str | None, share: float = 0.75) -> None:
        self.fingerprint = fingerprint
        self.asked: list[str] = []
        self.share = share

    def predict(self, texts: Sequence[str]) -> np.ndarray:
        self.asked += texts
        return np.array([[1 - self.share, self.share] for _ in texts])


DATA = ([f"text {at}" for at in range(10)], [1] * 10)
Evaluate = Callable[[Weighed], harness.Run]


@pytest.fixture
def evaluate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Evaluate:
    monkeypatch.chdir(tmp_path)
    return lambda model: harness.evaluate(
        model, DATA, ["classification"], progress=False, cache=tmp_path / "cache", labels=["no", "yes"]
    )


def test_a_second_run_asks_nothing(evaluate: Evaluate) -> None:
    first, second = Weighed("f"), Weighed("f")
    runs = [evaluate(first), evaluate(second)]
    assert (len(first.asked), len(second.asked)) == (10 + TRIED, 0)
    assert [run.info.cached for run in runs] == [0, 10]
    assert str(runs[0].scores) == str(runs[1].scores)


def test_another_fingerprint_is_another_model(evaluate: Evaluate) -> None:
    evaluate(Weighed("f"))
    other = Weighed("g", share=0.25)
    assert evaluate(other)["classification"].accuracy.value == 0
    assert len(other.asked) == 10 + TRIED


def test_a_model_without_a_fingerprint_is_asked_every_time(evaluate: Evaluate, tmp_path: Path) -> None:
    for _ in range(2):
        model = Weighed(None)
        evaluate(model)
        assert len(model.asked) == 10 + TRIED


def test_a_poisoned_answer_is_asked_again(evaluate: Evaluate, tmp_path: Path) -> None:
    evaluate(Weighed("f"))
    with closing(sqlite3.connect(tmp_path / "cache" / ANSWERS_FILE)) as file:
        file.execute("UPDATE answers SET answer = zeroblob(length(answer))")
        file.commit()
    model = Weighed("f")
    assert evaluate(model)["classification"].accuracy.value == 1
    assert len(model.asked) == 10 + TRIED


def _forged(content: bytes) -> bytes:
    """An entry whose checksum is right: its key is known to whoever may write the file."""
    return blake2b(content, key=KEY, digest_size=16).digest() + content


def _described(dtype: bytes, *shape: int) -> bytes:
    return dtype.ljust(8) + struct.pack(f"<B{len(shape)}q", len(shape), *shape)


FORGED = {
    "of objects": _described(b"|O", 2) + bytes(16),
    "of another shape": _described(b"<f8", 5) + bytes(16),
    "of a shape to guess": _described(b"<f8", -1) + bytes(16),
    "huge": _described(b"<f8", 2**62, 2**62) + bytes(16),
    "of no type": _described(b"zzzz", 2) + bytes(16),
    "of texts": _described(b"<U2", 2) + bytes(16),
    "not words": b"\xff" * 8 + b"\x01" + bytes(24),
    "short": b"<f8     \xff",
    "empty": b"",
}


@pytest.mark.parametrize("name", FORGED)
def test_a_forged_entry_is_no_answer_and_said_once(tmp_path: Path, name: str) -> None:
    with closing(Cache(tmp_path)) as cache:
        cache.put(KEY, ROW)
    with closing(sqlite3.connect(tmp_path / ANSWERS_FILE)) as file, file:
        file.execute("UPDATE answers SET answer = ?", (_forged(FORGED[name]),))
    with closing(Cache(tmp_path)) as cache:
        with pytest.warns(UserWarning, match="an entry is not what was written: its question is asked") as told:
            assert (cache.get(KEY), cache.get(KEY)) == (None, None)
        assert len(told) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="there are no modes")
def test_a_cache_is_its_owners_alone(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        with closing(Cache(tmp_path / "cache")) as cache:
            cache.put(KEY, ROW)
            cache.flush()
            modes = {path.stat().st_mode & 0o777 for path in (tmp_path / "cache").iterdir()}
    finally:
        os.umask(before)
    assert ((tmp_path / "cache").stat().st_mode & 0o777, modes) == (0o700, {0o600})
