"""How busy a model behind an address is kept, and what many requests take in memory.

`python -m benchmarks.endpoints busy [ROUNDS]`: a server that takes a known time for each request, with 64 requests at
once: the share of the time that its 64 places are taken, which is requests times delay over places times wall time. A
bare client of aiohttp, 64 loops that post the same bodies and read the answers as JSON, takes turns with it: what this
machine can give, with the server on the same cores. The processor's time a request is that of the asking process alone.
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
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from statistics import median
from typing import Any

import aiohttp
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


async def _posted(url: str, count: int) -> int:
    """What a bare client does: so many loops that post one text after the other."""
    texts = iter(range(count))

    async def posts(session: aiohttp.ClientSession) -> int:
        answered = 0
        for at in texts:
            async with session.post(url, data=json.dumps({"inputs": [f"text number {at}"]}).encode()) as response:
                answered += len(json.loads(await response.read()))
        return answered

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        return sum(await asyncio.gather(*(posts(session) for _ in range(PLACES))))


def bare(url: str, count: int) -> int:
    """Ask so many texts with a bare client, and count the answers."""
    return asyncio.run(_posted(url, count))


def asked(url: str, count: int) -> int:
    """Ask so many texts through the adapter and the engine, and count the answers."""
    return max(ask(url, count))


def _timed(client: Callable[[str, int], int], url: str, count: int) -> tuple[float, float]:
    """Seconds, and those of the processor in this process."""
    start, before = time.perf_counter(), time.process_time()
    assert client(url, count) == count
    return time.perf_counter() - start, time.process_time() - before


def busy(rounds: int) -> None:
    """Print the share of the time that the server's places are taken, by its delay, beside a bare client's."""
    for delay in DELAYS:
        count = int(PLACES * SECONDS / delay)
        with server(delay) as url:
            pairs = [(_timed(asked, url, count), _timed(bare, url, count)) for _ in range(rounds)]
        ours, its = ([count * delay / PLACES / pair[at][0] for pair in pairs] for at in (0, 1))
        used, its_used = (1000 * median(pair[at][1] for pair in pairs) / count for at in (0, 1))
        ratio = median(a / b for a, b in zip(ours, its, strict=True))
        print(
            f"delay {delay} s, {count} requests: {median(ours):.1%} busy (median of {rounds}; least {min(ours):.1%}); "
            f"a bare client {median(its):.1%}, ratio {ratio:.1%}; processor {used:.2f} and {its_used:.2f} ms a request"
        )


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
