"""How busy a model behind an address is kept, and what many requests take in memory.

`python -m benchmarks.endpoints busy [ROUNDS]`: a server that takes a known time for each request, with 64 requests at
once: the share of the time that its 64 places are taken, which is requests times delay over places times wall time.
`python -m benchmarks.endpoints memory [REQUESTS]`: the memory of a process that asks so many different texts, after a
tenth of them and at the end.
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from statistics import median
from typing import Any

from harness_endpoints import http

from harness import Sample
from harness.engine.cases import Case
from harness.engine.loop import Engine
from harness.sessions.predict import predict

PLACES = 64
DELAYS = (0.1, 0.2, 0.5)
SECONDS = 6.0
"""About how long a round is to take."""

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"


async def _served(delay: float, pipe: Connection) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while head := await _head(reader):
            length = next(int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
            count = len(json.loads(await reader.readexactly(length))["inputs"])
            if delay:
                await asyncio.sleep(delay)
            content = json.dumps([[0.5, 0.5]] * count).encode()
            writer.write(HEAD % len(content) + content)
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0, backlog=1024)
    pipe.send(server.sockets[0].getsockname()[1])
    await server.serve_forever()


async def _head(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return b""


def _run(delay: float, pipe: Connection) -> None:
    asyncio.run(_served(delay, pipe))


@contextmanager
def server(delay: float) -> Iterator[str]:
    """The address of a server in a process of its own that takes `delay` seconds for each request."""
    here, there = multiprocessing.get_context("spawn").Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_run, args=(delay, there), daemon=True)
    process.start()
    try:
        yield f"http://127.0.0.1:{here.recv()}/"
    finally:
        process.kill()


def _asked(sample: Sample[Any], _: Any) -> Any:
    [row] = yield from predict([sample.input])
    return row.label


def ask(url: str, count: int, **options: Any) -> Iterator[int]:
    """Ask so many different texts, each alone in its request, and count those that were answered."""
    model = http(url=url, labels=["no", "yes"], max_batch=1, limits={"concurrency": PLACES}, **options)  # type: ignore[arg-type]
    cases = (Case("task", "", Sample(str(at), f"text number {at}", 0), _asked) for at in range(count))
    for at, outcome in enumerate(Engine({"": model}).run(cases), 1):
        assert outcome.error is None, outcome.error
        yield at


def busy(rounds: int) -> None:
    """Print the share of the time that the server's places are taken, by its delay."""
    for delay in DELAYS:
        count, shares = int(PLACES * SECONDS / delay), []
        with server(delay) as url:
            for _ in range(rounds):
                start = time.perf_counter()
                answered = max(ask(url, count))
                shares.append(answered * delay / PLACES / (time.perf_counter() - start))
        spread = f"median of {rounds}; least {min(shares):.1%}"
        print(f"delay {delay} s, {count} requests: {median(shares):.1%} busy ({spread})")


def memory(count: int) -> None:
    """Print the most memory this process had after a tenth of the requests, and after all."""
    with server(0.0) as url:
        print(f"{count} requests", end="")
        for at in ask(url, count):
            if at in {count // 10, count}:
                most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
                print(f"; after {at}: {most:.0f} MiB", end="", flush=True)
    print()


if __name__ == "__main__":
    what, *given = sys.argv[1:] or ["busy"]
    {"busy": busy, "memory": memory}[what](int(given[0]) if given else {"busy": 3, "memory": 100_000}[what])
