"""A small project with a model in pure Python, and the command line called in it by a forked process."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from random import Random
from tempfile import TemporaryFile
from typing import IO, NoReturn

MODEL = '''
"""A classifier that counts words; it takes some milliseconds for a batch, as a model does."""
import time
from math import exp

GOOD, BAD = {"good", "great", "fine"}, {"bad", "awful", "poor"}


def predict(texts):
    time.sleep(0.004)
    votes = [sum((word in GOOD) - (word in BAD) for word in text.split()) for text in texts]
    return [[1 / (1 + exp(2 * vote + 0.1)), 1 / (1 + exp(-2 * vote - 0.1))] for vote in votes]


predict.labels = ["negative", "positive"]
'''

SUITE = """\
model: {use: python, object: "toy:predict"}
data: {use: files, path: dev.jsonl}
seed: 7
resamples: 50
tasks:
  - {use: classification, gates: {accuracy: {min: 0.5}}}
  - {use: stress, perturbations: [ocr, keyboard_typos], severities: [3]}
  - {use: attack, attacks: [deepwordbug], gates: {robust_accuracy: {min: 0.01}}}
  - {use: explain, explainers: [leave_one_out], limit: 12}
"""

WORDS = ["good", "great", "fine", "bad", "awful", "poor", "film", "story", "a", "the", "of", "plain", "people"]


@dataclass(frozen=True)
class Ended:
    """How a call of the command line ended; `code` is negative where a signal ended it, None where nothing did."""

    code: int | None
    out: str
    err: str
    seconds: float


def make(folder: Path, rows: int = 40, seed: int = 0) -> None:
    """Write the model, its data and its suite."""
    rng = Random(seed)
    folder.mkdir(parents=True, exist_ok=True)
    lines = []
    for at in range(rows):
        label = ("positive", "negative")[at % 2]
        first = WORDS[:3] if at % 2 == 0 else WORDS[3:6]
        text = " ".join([rng.choice(first), *rng.choices(WORDS, k=8), str(at)])
        lines.append(json.dumps({"text": text, "label": label}) + "\n")
    (folder / "toy.py").write_text(MODEL, encoding="utf-8")
    (folder / "quick.yaml").write_text(SUITE, encoding="utf-8")
    (folder / "dev.jsonl").write_text("".join(lines), encoding="utf-8")


def preload() -> None:
    """Import what a run imports, so that a forked process begins at once."""
    import harness_files  # noqa: F401
    import harness_report  # noqa: F401
    import harness_text  # noqa: F401
    import pyarrow.compute
    import pyarrow.parquet  # noqa: F401
    import scipy.stats  # noqa: F401

    import harness.cli.commands
    import harness.cli.main
    import harness.console.verdict
    import harness.runs.execute
    import harness.runs.load
    import harness.tasks.attack
    import harness.tasks.classification
    import harness.tasks.explain
    import harness.tasks.stress  # noqa: F401


class Forked:
    """A command line in a forked process of its own group, as a shell starts one."""

    def __init__(self, folder: Path, *argv: str) -> None:
        self._streams: tuple[IO[bytes], IO[bytes]] = (TemporaryFile(), TemporaryFile())  # noqa: SIM115
        self._began = time.monotonic()
        self.pid = os.fork()
        if not self.pid:
            _call(folder, argv, self._streams)

    def wait(self, seconds: float) -> int | None:
        """The exit code, or None where it still runs after so many seconds."""
        until = time.monotonic() + seconds
        while True:
            found, status = os.waitpid(self.pid, os.WNOHANG)
            if found:
                return os.waitstatus_to_exitcode(status)
            if time.monotonic() >= until:
                return None
            time.sleep(0.002)

    def send(self, number: int, *, group: bool) -> None:
        """Send a signal to the process, or to its group as a terminal does."""
        (os.killpg if group else os.kill)(self.pid, number)

    def outlived(self, seconds: float) -> bool:
        """Whether a process of its group is still there so many seconds after it ended."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            try:
                os.killpg(self.pid, 0)
            except ProcessLookupError:
                return False
            time.sleep(0.002)
        return True

    def ended(self, seconds: float) -> Ended:
        """How it ended; it is killed after so many seconds."""
        code = self.wait(seconds)
        if code is None:
            os.killpg(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        return self.written(code)

    def written(self, code: int | None) -> Ended:
        """What it wrote until now."""
        texts = []
        for stream in self._streams:
            stream.seek(0)
            texts.append(stream.read().decode(errors="replace"))
            stream.close()
        return Ended(code, texts[0], texts[1], time.monotonic() - self._began)


def _call(folder: Path, argv: tuple[str, ...], streams: tuple[IO[bytes], IO[bytes]]) -> NoReturn:
    code = 99
    try:
        os.setpgid(0, 0)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        for at, stream in enumerate(streams, start=1):
            os.dup2(stream.fileno(), at)
        os.chdir(folder)
        sys.argv = ["harness", *argv]
        from harness.cli import main

        main.start()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(code)
