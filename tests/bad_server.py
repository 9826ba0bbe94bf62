"""A server of classifications that misbehaves on purpose, in this process: it answers JSON as one tells it to."""

from __future__ import annotations

import json
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answer = tuple[int, dict[str, str], bytes]
"""Status, headers and content."""


def good(text: str) -> list[float]:
    """The answer to a text: probabilities of no and yes."""
    return [0.1, 0.9] if "good" in text else [0.9, 0.1]


def answered(body: Any, **more: Any) -> Answer:
    """What a server that works answers."""
    return json_of({"predictions": [good(text) for text in body["inputs"]], **more})


def json_of(value: Any, status: int = 200, **headers: str) -> Answer:
    return status, headers, json.dumps(value).encode()


@dataclass
class Server:
    """Where it listens, what it was asked, and how many at once."""

    behave: Callable[[int, Any], Answer]
    delay: float = 0.0
    url: str = ""
    bodies: list[Any] = field(default_factory=list)
    moments: list[float] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    connections: dict[int, dict[str, str]] = field(default_factory=dict)
    """The headers of the first request of each connection, by the port it was from."""
    at_once: int = 0
    most: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, handler: BaseHTTPRequestHandler) -> Answer:
        """Note a request and answer it."""
        body = json.loads(handler.rfile.read(int(handler.headers["content-length"])))
        with self.lock:
            number = len(self.bodies)
            self.bodies.append(body)
            self.moments.append(time.monotonic())
            self.headers.append({name.lower(): value for name, value in handler.headers.items()})
            self.paths.append(handler.path)
            self.connections.setdefault(handler.client_address[1], self.headers[-1])
            self.at_once += 1
            self.most = max(self.most, self.at_once)
        try:
            time.sleep(self.delay)
            return self.behave(number, body)
        finally:
            with self.lock:
                self.at_once -= 1

    @property
    def texts(self) -> list[str]:
        """All inputs that were asked."""
        return [text for body in self.bodies for text in body["inputs"]]


class _Listening(ThreadingHTTPServer):
    request_queue_size = 512
    daemon_threads = True


@contextmanager
def serving(
    behave: Callable[[int, Any], Answer], delay: float = 0.0, *, tls: ssl.SSLContext | None = None
) -> Iterator[Server]:
    """A server while the block runs. `behave(number, body)` gives the answer to the request of this number."""
    server = Server(behave, delay)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # head and content are sent apart: it would wait 40 ms for the other side

        def do_POST(self) -> None:
            status, headers, content = server.take(self)
            if status == HANGS_UP:
                self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")
                self.close_connection = True
                return
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name.replace("_", "-"), value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: Any) -> None: ...

    listening = _Listening(("127.0.0.1", 0), Handler)
    if tls:
        listening.socket = tls.wrap_socket(listening.socket, server_side=True)
    server.url = f"http{'s' if tls else ''}://127.0.0.1:{listening.server_address[1]}/predict"
    threading.Thread(target=listening.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield server
    finally:
        listening.shutdown()
        listening.server_close()


HANGS_UP = -1
"""In place of a status: half an answer, then nothing."""
