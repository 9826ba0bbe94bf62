"""The way to an endpoint: certificates of one's own, and a proxy that somebody else wrote."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from bad_server import Server, answered, serving

import harness

pytest.importorskip("aiohttp")
pytest.importorskip("trustme")
pytest.importorskip("proxy")
import proxy
import trustme
from harness_endpoints import calls, http

TEXTS = [f"a {'good' if at % 2 else 'bad'} film, number {at}" for at in range(8)]
LABELS = ["yes" if at % 2 else "no" for at in range(8)]


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses that a test can wait for, and no proxy but the test's."""
    monkeypatch.setattr(calls, "FIRST_WAIT", 0.01)
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def server(authority: trustme.CA) -> Iterator[Server]:
    """A server with a certificate that no authority of this machine vouches for."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    with serving(lambda _, body: answered(body), tls=context) as listening:
        yield listening


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """The address of a proxy."""
    with proxy.Proxy(["--hostname", "127.0.0.1", "--port", "0", "--num-workers", "1", "--num-acceptors", "1"]) as it:
        yield f"http://127.0.0.1:{it.flags.port}"


def accuracy(url: str, out: Path, **options: Any) -> float:
    model = http(url=url, response="predictions", labels=["no", "yes"], **options)
    found = harness.evaluate(model, (TEXTS, LABELS), ["classification"], out=out, progress=False)
    return float(found["classification"].accuracy)


def test_a_certificate_of_ones_own_is_trusted_where_it_is_named(
    server: Server, authority: trustme.CA, tmp_path: Path
) -> None:
    before = len(server.bodies)
    with pytest.raises(harness.RunError, match=r"does not hold: .*`certificate: ca.pem` in `model`"):
        accuracy(server.url, tmp_path / "no")
    assert len(server.bodies) == before
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    assert accuracy(server.url, tmp_path / "yes", certificate=tmp_path / "ca.pem") == 1


def test_a_certificate_of_another_host_does_not_hold(authority: trustme.CA, tmp_path: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("elsewhere.example").configure_cert(context)
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    with serving(lambda _, body: answered(body), tls=context) as other:
        with pytest.raises(harness.RunError, match="does not hold"):
            accuracy(other.url, tmp_path / "run", certificate=tmp_path / "ca.pem")
        assert other.bodies == []


def test_requests_go_through_the_proxy_that_is_named(address: str, tmp_path: Path) -> None:
    with serving(lambda _, body: answered(body)) as plain:
        assert accuracy(plain.url, tmp_path / "direct") == 1
        assert not any("via" in headers for headers in plain.connections.values())
    with serving(lambda _, body: answered(body)) as plain:
        assert accuracy(plain.url, tmp_path / "proxied", proxy=address) == 1
        assert all("proxy.py" in headers["via"] for headers in plain.connections.values())


def test_requests_go_through_the_proxy_of_the_environment(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", address)
    with serving(lambda _, body: answered(body)) as plain:
        assert accuracy(plain.url, tmp_path / "run") == 1
        assert all("proxy.py" in headers["via"] for headers in plain.connections.values())


def test_a_certificate_of_ones_own_is_trusted_through_a_proxy(
    server: Server, authority: trustme.CA, address: str, tmp_path: Path
) -> None:
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    assert accuracy(server.url, tmp_path / "run", certificate=tmp_path / "ca.pem", proxy=address) == 1


def test_a_proxy_that_is_not_there_ends_the_run(tmp_path: Path) -> None:
    with serving(lambda _, body: answered(body)) as plain:
        with pytest.raises(harness.RunError, match="the last 2 requests failed"):
            accuracy(
                plain.url, tmp_path / "run", proxy="http://127.0.0.1:9", limits={"attempts": 2, "give_up_after": 2}
            )
        assert plain.bodies == []
