"""One hostile case of each kind of file or name that the harness reads: an attempt gives what came of it.

`valid` and `clear` (an error of one line that the harness raises itself) are as promised. All else is a failure:
another exception, an error of several lines or with signs that are not printable, or a value that is silently other.
"""

from __future__ import annotations

import json
import time
import warnings
from collections.abc import Callable, Mapping
from hashlib import blake2b
from pathlib import Path
from random import Random
from typing import Any
from unicodedata import category

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from harness_files import tables

from benchmarks.hostile import material
from harness.data.samples import require_sound
from harness.errors import HarnessError
from harness.files import encodable, legible_lines
from harness.paid.disk import ANSWERS_FILE, Cache, packed, unpacked
from harness.records.record import Record, read_lines, to_lines
from harness.records.run import Run
from harness.runs.comparing import decided_again
from harness.runs.load import check_file
from harness.scores.address import ADDRESS_KEYS, local_address, parse_local
from harness.suite.file import DataSpec, load_suite

VALID, CLEAR = "valid", "clear"
SECONDS = 5.0
"""Seconds of a processor: an attempt that takes more hangs, as far as who waits for it can see."""


class SilentlyOtherError(Exception):
    """A file that was changed gives another value, and nobody hears of it."""


def outcome(attempt: Callable[[], object]) -> str:
    """What came of an attempt: `valid`, `clear`, or the failure with its text."""
    began = time.process_time()
    try:
        attempt()
        found = VALID
    except HarnessError as error:
        found = _clearness(str(error))
    except SilentlyOtherError as error:
        found = f"silently other: {error}"
    except Exception as error:  # noqa: BLE001  # which is what this looks for
        found = f"{type(error).__name__}: {str(error)[:300]}"
    took = time.process_time() - began
    return f"slow: {took:.1f} s" if took > SECONDS else found


def _clearness(message: str) -> str:
    shown = legible_lines(f"harness: {message}")
    if not message.strip():
        return "an error that says nothing"
    bad = [sign for sign in shown if not (sign.isprintable() or sign in "\n\u200c\u200d" or category(sign) == "Zs")]
    return f"not printable: {bad[:5]}" if bad else CLEAR


def address(rng: Random) -> None:
    """A score's address is read back as it was written; any text is an address or a clear error."""
    name = "".join(rng.choices("abcXYZ019_@.-", k=rng.randrange(1, 12)))
    keys = {key: material.text(rng) for key in ADDRESS_KEYS if rng.random() < 0.6}
    written = local_address(name, keys)
    if parse_local(written) != (name, keys):
        raise SilentlyOtherError(f"{written!r} is read as {parse_local(written)!r}")
    spoilt = material.mutated(rng, written.encode("utf-8", "surrogatepass")).decode("utf-8", "replace")
    read = parse_local(spoilt)
    if parse_local(local_address(*read)) != read:
        raise SilentlyOtherError(f"{spoilt!r} is read as {read!r}")


def table(rng: Random, folder: Path) -> None:
    """A file of data that was valid and was changed, up to samples that could be asked about."""
    kind = rng.choice(["csv", "tsv", "json", "jsonl", "jsonl", "parquet"])
    rows = [{"text": material.text(rng), "label": rng.choice("ab"), "id": str(at)} for at in range(rng.randrange(1, 6))]
    if rng.random() < 0.3:
        rows = material.altered(rng, rows)
    path = folder / f"data.{kind}"
    path.write_bytes(material.mutated(rng, _written(rows, kind)) if rng.random() < 0.8 else rng.randbytes(200))
    found = tables.read(path, kind)
    spec = DataSpec.model_validate({"use": "files", "columns": {"input": "text", "label": "label"}})
    require_sound(found, spec, ["a", "b"], "probabilities")


def _written(rows: Any, kind: str) -> bytes:
    if kind == "json":
        return json.dumps(rows).encode()
    if kind == "jsonl":
        return "".join(json.dumps(row) + "\n" for row in rows).encode() if isinstance(rows, list) else b"{}"
    plain = [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    names = ["text", "label", "id"]
    cells = [[str(row.get(name, "")) for name in names] for row in plain]
    if kind == "parquet":
        whole = {name: [encodable(each[at]) for each in cells] for at, name in enumerate(names)}
        sink = pa.BufferOutputStream()
        pq.write_table(pa.table(whole), sink)
        return bytes(sink.getvalue())
    between = "," if kind == "csv" else "\t"
    lines = [between.join(f'"{cell.replace(chr(34), chr(34) * 2)}"' for cell in line) for line in [names, *cells]]
    return "\r\n".join(lines).encode("utf-8", "surrogatepass")


SUITE: Mapping[str, Any] = {
    "model": {"use": "python", "object": "toy:predict", "labels": ["a", "b"], "output": "probabilities"},
    "data": [
        {"use": "files", "path": "dev.jsonl", "name": "dev", "columns": {"input": "text"}, "limit": 5},
        {"use": "files", "path": "old.csv", "name": "old", "labels": {"x": "a"}, "filter": {"kind": "new"}},
    ],
    "seed": 7, "max_errors": 2, "resamples": 100, "confidence": 0.9,
    "tasks": [
        {"use": "classification", "metrics": ["ece", {"use": "ece", "bins": 5, "name": "few"}],
         "gates": {"accuracy[data=dev]": {"min": 0.5}, "few": {"max": 0.2}}},
        {"use": "stress", "perturbations": ["ocr", {"use": "filler_words", "name": "um"}], "severities": [1, 5],
         "gates": {"worst_accuracy": {"min": 0.4}}},
        {"use": "attack", "name": "hard", "attacks": ["deepwordbug"], "limit": 20,
         "gates": {"robust_accuracy[part=deepwordbug]": {"min": 0.1, "max": 0.9}}},
        {"use": "explain", "explainers": ["leave_one_out"], "limit": 5},
    ],
}  # fmt: skip
"""A valid suite with something of everything."""


def suite(rng: Random, folder: Path) -> None:
    """A suite whose tree or text was changed, through all that `harness check --file-only` looks at."""
    path = folder / "suite.harness.yaml"
    tree = material.altered(rng, SUITE) if rng.random() < 0.8 else SUITE
    content = material.plain(tree)
    path.write_bytes(material.mutated(rng, content) if tree is SUITE or rng.random() < 0.1 else content)
    check_file(load_suite(path))


def _payloads() -> list[dict[str, Any]]:
    return [{"after": [0.25, 0.75], "item": [0.5, 0.5], "changed": True, "text": "a\u2028b"}] * 12


def line(rng: Random, folder: Path) -> None:
    """The lines of an unfinished run, changed: what is read are records as they were written, or an error."""
    kept = [
        Record("task", rng.choice(["", "ocr@3"]), f"{at} {material.text(rng)}", "ok", None, at, payload)
        for at, payload in enumerate(_payloads())
    ]
    good = to_lines(kept)
    path = folder / "task.jsonl"
    path.write_bytes(material.mutated(rng, good))
    known = {repr(each) for each in _read(folder / "good.jsonl", good)}
    for each in read_lines(path, dict):
        if repr(each) not in known:
            raise SilentlyOtherError(f"{each!r}"[:300])


def _read(path: Path, content: bytes) -> list[Record[Any]]:
    path.write_bytes(content)
    return list(read_lines(path, dict))


def entry(rng: Random) -> None:
    """An answer of a cache: changed by a disk it is none; forged with its checksum, it is an array or none."""
    key, answer = rng.randbytes(16), np.array([rng.random() for _ in range(rng.randrange(1, 5))])
    content = packed(key, answer)
    assert content is not None
    if rng.random() < 0.5:
        found = unpacked(key, material.mutated(rng, content))
        if found is not None and not np.array_equal(found, answer):
            raise SilentlyOtherError(repr(found))
        return
    forged = material.mutated(rng, content[16:])
    unpacked(key, blake2b(forged, key=key, digest_size=16).digest() + forged)


class Cached:
    """The file of a cache, changed by a disk: an answer is what it was, or asked again; nothing is raised."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known = {bytes([at]) * 16: np.array([at / 100, 1 - at / 100]) for at in range(40)}
        cache = Cache(folder)
        for key, answer in self._known.items():
            cache.put(key, answer)
        cache.close()
        self._good = cache.file.read_bytes()

    def __call__(self, rng: Random) -> None:
        """Raises SilentlyOtherError where an answer is another one."""
        for path in list(self._folder.iterdir()):
            path.unlink(missing_ok=True)  # SQLite takes its own away when a connection is collected
        (self._folder / ANSWERS_FILE).write_bytes(material.mutated(rng, self._good))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            cache = Cache(self._folder)
            for key, answer in self._known.items():
                found = cache.get(key)
                if found is not None and not np.array_equal(np.asarray(found), answer):
                    raise SilentlyOtherError(repr(found))
            cache.put(b"new" * 5, answer)
            cache.close()


class Finished:
    """A finished run of which one file is changed at a time, and read by all that reads runs."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files = [path for path in sorted(folder.rglob("*")) if path.suffix in {".json", ".parquet"}]
        self._known = self._seen()

    def __call__(self, rng: Random) -> None:
        """Raises what reading raises; SilentlyOtherError where scores, records, samples or verdicts are others."""
        path = rng.choice(self._files)
        good = path.read_bytes()
        changed = material.mutated(rng, good)
        if changed == good:
            return
        try:
            path.write_bytes(changed)
            if (found := self._seen()) != self._known:
                raise SilentlyOtherError(f"{path.name}: {_first_difference(found, self._known)}")
        finally:
            path.write_bytes(good)

    def _seen(self) -> dict[str, str]:
        """All that the run says, as text."""
        run = Run(self._folder)
        verdicts, scores = decided_again(run, "fail")
        seen = {"verdict": repr(verdicts), "scores": repr(scores), "gates": repr(run.gates), "kept": repr(run.scores)}
        seen["samples"] = repr(run.samples)
        return seen | {task: repr(list(run.records(task))) for task in run.tasks}


def _first_difference(one: Mapping[str, str], other: Mapping[str, str]) -> str:
    name = next(name for name in one if one[name] != other.get(name))
    at = next((at for at, (a, b) in enumerate(zip(one[name], other[name], strict=False)) if a != b), 0)
    return f"{name}: {one[name][max(0, at - 60) : at + 60]!r}"
