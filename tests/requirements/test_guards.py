"""Who may come in over HTTP: the hosts and origins of every request, and headers that stand once."""

from __future__ import annotations

import itertools
import json

import pytest
from places import Peer, Place, Servers, everywhere
from processes import EVERYTHING_LANGUAGES, HttpProcess
from wire import (
    COMMON,
    LEGACY,
    MODERN,
    LegacySession,
    SseSession,
    headers_for,
    initialize,
    modern,
    raw_exchange,
    send,
    send_modern,
)

FOREIGN = ("https://evil.example", "http://localhost.evil.example", "null", "http://127.0.0.1.evil.example", "file://")


@pytest.fixture(params=EVERYTHING_LANGUAGES)
def server(request: pytest.FixtureRequest, servers: Servers) -> HttpProcess:
    """The everything server of a language, over HTTP."""
    return servers.http(request.param)


def status_of(answer: bytes) -> int:
    """The status of a raw answer."""
    return int(answer.split(b" ", 2)[1])


def post(server: HttpProcess, *headers: tuple[str, str], path: str = "/mcp") -> int:
    """The status of a request with these headers beside the usual ones, as many of each as are named."""
    message = modern("tools/list")
    body = json.dumps(message).encode()
    own = {"Host": f"127.0.0.1:{server.port}", **COMMON, **headers_for(message)}
    named = {name.lower() for name, _ in headers}
    lines = [(name, value) for name, value in own.items() if name.lower() not in named] + list(headers)
    head = "\r\n".join([f"POST {path} HTTP/1.1", *(f"{name}: {value}" for name, value in lines)])
    ending = f"\r\nConnection: close\r\nContent-Length: {len(body)}\r\n\r\n"
    return status_of(raw_exchange(server, (head + ending).encode() + body))


def test_what_may_stand_once_is_refused_twice(server: HttpProcess) -> None:
    """HTTP-21"""
    host = f"127.0.0.1:{server.port}"
    assert post(server) == post(server, ("Host", host)) == 200
    for name, value in (
        ("Host", host),
        ("Origin", f"http://{host}"),
        ("Content-Type", "application/json"),
        ("Authorization", "Bearer x"),
        ("Mcp-Session-Id", "x"),
        ("Last-Event-ID", "x"),
    ):
        assert post(server, (name, value), (name, value)) == 400, name
        assert post(server, (name, value), (name, value), path="/elsewhere") in (400, 404), name
    assert post(server, ("Host", host), ("Host", "evil.example")) == 400


def test_a_request_without_a_host_is_refused(server: HttpProcess) -> None:
    """HTTP-21"""
    for line in ("POST /mcp", "GET /mcp", "GET /sse", "DELETE /mcp"):
        head = f"{line} HTTP/1.1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode()
        assert status_of(raw_exchange(server, head)) == 400


@everywhere("SEC-1", "HTTP-8", over=("http",))
def test_pages_of_others_are_let_in_nowhere(peer: Peer, servers: Servers) -> None:
    session = peer.session
    for origin, method in itertools.product(FOREIGN, ("POST", "GET", "DELETE", "OPTIONS")):
        if isinstance(session, LegacySession):
            answer = session.send(initialize(), {"Origin": origin, "Accept": "text/event-stream"}, method)
        else:
            assert isinstance(session, HttpProcess)
            answer = send(
                session, modern("tools/list"), {"MCP-Protocol-Version": MODERN, "Origin": origin}, method=method
            )
        assert answer.status == 403, (origin, method)
        assert "access-control-allow-origin" not in answer.headers
    server = servers.http(peer.place.language)
    for origin in (f"http://127.0.0.1:{server.port}", f"http://localhost:{server.port}", None):
        assert send_modern(server, modern("tools/list"), {"Origin": origin}).status == 200, origin
    assert peer.is_alive()


@everywhere("SEC-2", over=("http",))
def test_a_name_that_leads_here_is_no_name_of_ours(peer: Peer, servers: Servers) -> None:
    server = servers.http(peer.place.language)
    for host in ("evil.example", f"evil.example:{server.port}", "localhost.evil.example", "169.254.0.1", "[::2]"):
        assert post(server, ("Host", host)) in (403, 421), host
        message = initialize(LEGACY)
        assert send(server, message, {"Host": host}).status in (403, 421), host
        assert send(server, None, {"Host": host, "Accept": "text/event-stream"}, method="GET").status in (403, 421)
    for host in ("127.0.0.1", "localhost", "[::1]"):
        assert post(server, ("Host", f"{host}:{server.port}")) == 200, host


@everywhere("OLD-5", over=("sse",))
def test_both_endpoints_of_the_oldest_transport_look_at_the_origin(peer: Peer, servers: Servers) -> None:
    session = servers.fresh(Place(peer.place.language, "legacy", "sse")).session
    assert isinstance(session, SseSession)
    for origin in FOREIGN:
        opened = send(
            session.server, None, {"Origin": origin, "Accept": "text/event-stream"}, method="GET", path="/sse"
        )
        posted = send(session.server, initialize(), {"Origin": origin}, path=session.endpoint)
        assert (opened.status, posted.status) == (403, 403), origin
