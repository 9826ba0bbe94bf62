"""A process of its own that loads a model and asks it: how long that takes, and how much memory."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from harness import AnswerError, kind_of
from harness.models import Connection

LAST_CHARACTERS = 2000
"""Of what a process wrote before it failed."""


@dataclass(frozen=True)
class Begun:
    """Seconds until the process had answered one input, and its most memory in MB; None where nobody knows."""

    startup: float
    memory: float | None
    gpu_memory: float | None


def begun(model: Connection, inputs: Sequence[Any]) -> Begun:
    """Begin a process that loads a model, answers the first input, then all of them; AnswerError where it fails."""
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as errors:
        seconds, last = _asked(json.dumps(_order(model, inputs)) + "\n", errors)
        if last:
            return Begun(seconds, **json.loads(last))
        errors.seek(0)
        words = errors.read()[-LAST_CHARACTERS:].strip()
        raise AnswerError(f"a process of its own could not load model {model.name!r} and ask it: {words or 'it ended'}")


def _asked(order: str, errors: IO[str]) -> tuple[float, str]:
    """Seconds until the first answer, and the line of what was measured; empty where the process ended before."""
    pipe, start = subprocess.PIPE, time.perf_counter_ns()
    command = [sys.executable, "-m", "harness_performance.child"]
    with subprocess.Popen(  # noqa: S603  # this Python, no shell
        command, stdin=pipe, stdout=pipe, stderr=errors, text=True, encoding="utf-8"
    ) as process:
        assert process.stdin
        assert process.stdout
        try:
            process.stdin.write(order)
            process.stdin.flush()
            process.stdout.readline()
            seconds = (time.perf_counter_ns() - start) / 1e9
            return seconds, process.stdout.readline()
        except BrokenPipeError:
            return 0.0, ""
        finally:
            process.kill()
            process.stdin = None  # closing it would write what the process did not read


def _order(model: Connection, inputs: Sequence[Any]) -> dict[str, Any]:
    """What the process needs: the words of the suite for the model, its inputs as a run keeps them."""
    kind, spec = kind_of(inputs[0]), model.spec or {}
    parameters = {key: str(value) if isinstance(value, Path) else value for key, value in spec.items() if key != "use"}
    return {
        "use": spec["use"],
        "parameters": parameters,
        "paths": [key for key, value in spec.items() if isinstance(value, Path)],
        "kind": kind.name,
        "inputs": list(map(kind.write, inputs)),
        "folders": sys.path,
    }
