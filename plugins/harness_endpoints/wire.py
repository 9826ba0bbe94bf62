"""Requests on their way: connections that are kept, certificates, proxies, and answers of a size that can be read."""

from __future__ import annotations

import asyncio
import os
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp
import certifi

MOST_BYTES = 64 * 2**20
"""Bytes of an answer that are read."""

PIECE = 2**16
"""Bytes that are read at once."""


class Arrived(NamedTuple):
    """What came: headers by their names in any case."""

    status: int
    headers: Mapping[str, str]
    content: bytes


class NoAnswerError(Exception):
    """Nothing came, or not all of it; `certificate` where that of the server is why."""

    def __init__(self, why: str, *, certificate: bool) -> None:
        super().__init__(why)
        self.certificate = certificate


class TooLongError(Exception):
    """An answer of more than `MOST_BYTES`."""


@dataclass
class Wire:
    """Connections with the same headers; `verify` is what is trusted, by default what this machine and certifi do.

    All of it happens in one thread. Names and passwords of `~/.netrc` are not sent, nor is a cookie.
    """

    headers: Mapping[str, str]
    verify: ssl.SSLContext | None = None
    proxy: str | None = None
    _open: list[aiohttp.ClientSession] = field(default_factory=list)
    _proxies: dict[str, str | None] = field(default_factory=dict)

    async def post(self, url: str, body: bytes) -> Arrived:
        """What the answer to some JSON is; raises NoAnswerError or TooLongError."""
        if not self._open:
            self._open.append(self._opened())
        try:
            async with self._open[0].post(url, data=body, proxy=self._proxy(url), allow_redirects=False) as response:
                return Arrived(response.status, response.headers, await _read(response.content))
        except (aiohttp.ClientError, ssl.SSLError, OSError, asyncio.IncompleteReadError) as error:
            certificate = any(isinstance(each, ssl.SSLCertVerificationError) for each in _causes(error))
            raise NoAnswerError(f"{type(error).__name__}: {error}", certificate=certificate) from None

    async def close(self) -> None:
        """End every connection."""
        while self._open:
            await self._open.pop().close()

    def _opened(self) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, ssl=self.verify or trusted()),
            headers={"Content-Type": "application/json", **self.headers},
            timeout=aiohttp.ClientTimeout(total=None),
            cookie_jar=aiohttp.DummyCookieJar(),
        )

    def _proxy(self, url: str) -> str | None:
        """The proxy of the suite, else that of the environment, which takes half a millisecond to read."""
        if url not in self._proxies:
            self._proxies[url] = self.proxy or _proxy_of_environment(url)
        return self._proxies[url]


def _proxy_of_environment(url: str) -> str | None:
    parts, known = urlsplit(url), getproxies()
    if proxy_bypass(parts.netloc.rpartition("@")[2]):
        return None
    return known.get(parts.scheme) or known.get("all")


def trusted() -> ssl.SSLContext:
    """The authorities that the environment names, else those of this machine and those of certifi."""
    context = ssl.create_default_context()
    if not {"SSL_CERT_FILE", "SSL_CERT_DIR"} & set(os.environ):
        context.load_verify_locations(certifi.where())
    return context


async def _read(content: aiohttp.StreamReader) -> bytes:
    found = bytearray()
    async for piece in content.iter_chunked(PIECE):
        found += piece
        if len(found) > MOST_BYTES:
            raise TooLongError(f"more than {MOST_BYTES // 2**20} MiB")
    return bytes(found)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """An error, and what it is of, back to the first."""
    while error:
        yield error
        error = error.__cause__ or error.__context__
