"""Servers of others, started in processes of their own around a tiny language model."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

SCRIPT = (
    "from importlib.metadata import entry_points as e; "
    "next(iter(e(group='console_scripts', name='transformers'))).load()()"
)
"""What the command `transformers` does, in the Python of these tests."""

CHAT_TEMPLATE = "{% for each in messages %}{{ each['content'] }}\n{% endfor %}"


def transformers_serve(port: int) -> list[str]:
    """The command line of `transformers serve`."""
    return [sys.executable, "-c", SCRIPT, "serve", "--host", "127.0.0.1", "--port", str(port), "--log-level", "error"]


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextmanager
def running(
    command: Sequence[str], url: str, log: Path, environment: Mapping[str, str], seconds: float = 120.0
) -> Iterator[None]:
    """A server in a process of its own, from when `url` answers on."""
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, env=dict(environment))
    try:
        _wait(process, url, log, seconds)
        yield
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(10)
        process.kill()
        process.wait()


def _wait(process: subprocess.Popen[bytes], url: str, log: Path, seconds: float) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until and process.poll() is None:
        with suppress(URLError, OSError), urlopen(url, timeout=5):
            return
        time.sleep(0.2)
    raise AssertionError(f"no server at {url}: {log.read_text(errors='replace')[-2000:]}")
