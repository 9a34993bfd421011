"""Options of serving over HTTP: what is said of them, and what they do on a real listener."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import json
import logging
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import asgi_caller
import pytest

import oxmcp
from oxmcp import Context, FastMCP
from oxmcp.errors import ConfigurationError
from oxmcp.serving import settings

PREFIX = "io.modelcontextprotocol/"


def on_a_listener(ask: Callable[[int], Any], **options: Any) -> Any:
    """What `ask`, called in a thread with the port, returns while a server with these options listens."""

    async def go() -> Any:
        port: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        serving = asyncio.ensure_future(
            FastMCP("served").run_http_async(port=0, on_listening=lambda _, number: port.set_result(number), **options)
        )
        try:
            done, _ = await asyncio.wait([serving, port], return_when=asyncio.FIRST_COMPLETED)
            if serving in done:
                serving.result()
            return await asyncio.to_thread(ask, port.result())
        finally:
            serving.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await serving

    return asyncio.run(go())


def answer(port: int, method: str, headers: dict[str, str], body: str = "") -> http.client.HTTPResponse:
    """The head of the answer to one request."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request(method, "/mcp", body, headers)
        response = connection.getresponse()
        response.text = response.read().decode()  # type: ignore[attr-defined]
        return response
    finally:
        connection.close()


@pytest.mark.parametrize("name", ["ALLOWED_HOSTS", "ALLOWED_ORIGINS", "CORS", "PORT", "JSON_RESPONSE", "LOG_LEVEL"])
@pytest.mark.parametrize("value", ["", "  "])
def test_an_empty_variable_counts_as_not_set(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    usual = vars(FastMCP().settings)
    monkeypatch.setenv(f"OXMCP_{name}", value)
    assert vars(FastMCP().settings) == usual


def test_a_list_of_nothing_but_commas_counts_as_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OXMCP_ALLOWED_HOSTS", " , ,")
    assert FastMCP().settings.allowed_hosts is None


def test_every_variable_that_is_read_is_known_and_in_the_reference() -> None:
    source = Path(oxmcp.__file__).parent
    read = {
        name
        for file in source.rglob("*.py")
        for name in re.findall(
            r'\b(?:text|number|whole|switch|listed|secrets|_variable|_read)\(\s*"([A-Z_]+)"', file.read_text()
        )
    }
    assert read == set(settings.VARIABLES)
    told = set(re.findall(r"OXMCP_([A-Z_]+)", oxmcp.MCPServer.__doc__ or ""))
    # The file of the sections is read by the engine.
    assert told == {*settings.VARIABLES, "CONFIG"}


def test_a_misspelt_variable_is_told_of_once_with_what_it_may_have_meant(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(settings, "_told", set())
    monkeypatch.setenv("OXMCP_ALLOWED_HOST", "a.example")
    monkeypatch.setenv("OXMCP_ZZZ", "1")
    monkeypatch.setenv("OXMCP_BINDING", "/there/oxmcp.node")
    monkeypatch.setenv("OXMCP_PORT", "1")
    with caplog.at_level(logging.WARNING, "oxmcp"):
        FastMCP()
        FastMCP()
    told = sorted(record.getMessage() for record in caplog.records)
    assert told == [
        "the variable OXMCP_ALLOWED_HOST is not one that oxmcp reads; did you mean OXMCP_ALLOWED_HOSTS?",
        "the variable OXMCP_ZZZ is not one that oxmcp reads",
    ]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"max_connections": 0}, "max_connections must be a whole number of at least 1, not 0"),
        ({"max_body_bytes": "much"}, 'max_body_bytes must be a whole number of at least 1, not "much"'),
        ({"body_seconds": -1}, "body_seconds must be a number of seconds above 0, not -1"),
        ({"body_pause_seconds": 0}, "body_pause_seconds must be a number of seconds above 0, not 0"),
        ({"allowed_hosts": ["https://a.example/mcp"]}, "allowed_hosts: .* is a URL: write the host alone, .a.example."),
        ({"allowed_hosts": []}, "allowed_hosts: there is none in the list"),
        ({"allowed_origins": ["https://*"]}, "allowed_origins: .* would be every site"),
        ({"cors": {"origins": "*", "credentials": True}}, "cors, credentials: cookies cannot go to every origin"),
        ({"cors": {"origin": "*"}}, "cors has no member 'origin'; it has origins, allowed_headers"),
        ({"host": 7}, "host must be a text, not 7"),
        ({"max_sessions": 0}, "max_sessions must be a whole number of at least 1, not 0"),
        ({"max_sessions_per_second": 0}, "max_sessions_per_second must be a whole number of at least 1, not 0"),
        ({"max_subscriptions": 0}, "max_subscriptions must be a whole number of at least 1, not 0"),
        ({"session_idle_seconds": 0}, "session_idle_seconds must be a number of seconds above 0, not 0"),
        ({"session_idle_timeout": -1}, "session_idle_seconds must be a number of seconds above 0, not -1"),
        ({"sse": True, "sse_path": "/mcp/"}, "sse.path, sse.messages_path and the HTTP path must differ"),
        ({"sse": True, "message_path": "m"}, 'sse.messages_path must begin with one "/"'),
    ],
)
def test_an_option_that_cannot_work_is_refused_at_the_start(options: dict[str, Any], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        on_a_listener(lambda port: None, **options)
    if "cors" not in options and "host" not in options:
        with pytest.raises(ConfigurationError, match=told):
            FastMCP().run("http", port=0, **options)


@pytest.mark.parametrize(
    ("cors", "allowed"),
    [
        (True, None),
        ("https://app.example", "https://app.example"),
        (["https://other.example", "https://app.example"], "https://app.example"),
        ("*", "*"),
        ({"origins": "*", "max_age_seconds": 60}, "*"),
        ({"origins": ["https://app.example"], "credentials": True}, "https://app.example"),
    ],
)
def test_pages_may_read_what_is_answered_if_the_author_says_so(cors: Any, allowed: str | None) -> None:
    """HTTP-14"""
    asked = {"Origin": "https://app.example", "Access-Control-Request-Method": "POST"}
    told = on_a_listener(lambda port: answer(port, "OPTIONS", asked), cors=cors)
    assert told.status == (403 if allowed is None else 204)
    assert told.getheader("Access-Control-Allow-Origin") == allowed


def test_pages_can_be_let_in_by_a_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    for text, read in [("true", True), ("off", False), ("https://a, https://b", ("https://a", "https://b"))]:
        monkeypatch.setenv("OXMCP_CORS", text)
        assert FastMCP().settings.cors == read


def test_a_refused_host_is_told_the_setting_by_its_name_here() -> None:
    """SEC-2"""
    told = on_a_listener(lambda port: answer(port, "GET", {"Host": "api.example"}))
    assert told.status == 421 and "setting allowed_hosts" in told.text
    told = on_a_listener(
        lambda port: answer(port, "GET", {"Host": "api.example", "Accept": "text/event-stream"}),
        allowed_hosts="api.example:*",
    )
    assert told.status == 400  # no session


def test_the_log_has_a_line_for_each_kind_of_refusal_not_for_each_request(caplog: pytest.LogCaptureFixture) -> None:
    """SEC-2"""

    def ask(port: int) -> None:
        for number in range(5):
            assert answer(port, "POST", {"Host": f"h{number}.example"}).status == 421
            assert answer(port, "POST", {"Origin": f"https://o{number}.example"}).status == 403
            assert answer(port, "PUT", {}).status == 405

    with caplog.at_level(logging.WARNING, "oxmcp"):
        on_a_listener(ask)
    lines = [record.getMessage() for record in caplog.records]
    assert len(lines) == 2, lines
    assert '"h0.example"' in lines[0] and "allowed_hosts" in lines[0]
    assert '"https://o0.example"' in lines[1] and "allowed_origins" in lines[1]


def open_stream(port: int, path: str = "/sse") -> tuple[http.client.HTTPConnection, http.client.HTTPResponse, str]:
    """A stream of HTTP+SSE, and where its client is to post."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", path, headers={"Accept": "text/event-stream"})
    response = connection.getresponse()
    assert response.status == 200, response.read()
    assert response.readline() == b"event: endpoint\n"
    return connection, response, response.readline().decode().removeprefix("data: ").strip()


SSE = [
    ({"sse": True}, "/sse", "/messages/?"),
    ({"transport": "sse"}, "/sse", "/messages/?"),
    ({"transport": "sse", "path": "/stream"}, "/stream", "/messages/?"),
    ({"transport": "sse", "sse_path": "/a/sse", "message_path": "/a/messages"}, "/a/sse", "/a/messages?"),
]


@pytest.mark.parametrize(("options", "path", "messages"), SSE)
def test_http_with_sse_is_served_beside_streamable_http(options: dict[str, Any], path: str, messages: str) -> None:
    def ask(port: int) -> int:
        connection, _, where = open_stream(port, path)
        connection.close()
        assert where.startswith(messages), where
        return answer(port, "POST", {"Content-Type": "text/plain"}).status

    assert on_a_listener(ask, **options) == 415, "anywhere else than at /mcp it is 404"


def test_run_sse_async_takes_the_options_of_run_http_async() -> None:
    async def go() -> tuple[str, str]:
        port: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        told = port.set_result
        mcp = FastMCP("served", sse_path="/s", message_path="/m")
        serving = asyncio.ensure_future(mcp.run_sse_async("/", port=0, on_listening=lambda _, number: told(number)))
        try:
            connection, response, where = await asyncio.to_thread(open_stream, await port, "/s")
            connection.close()
            return str(response.getheader("content-type")), where
        finally:
            serving.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await serving

    kind, where = asyncio.run(go())
    assert kind == "text/event-stream" and where.startswith("/m?")


def test_paths_of_http_with_sse_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OXMCP_SSE", "1")
    monkeypatch.setenv("OXMCP_SSE_PATH", "/there")
    assert FastMCP().settings.http({})["sse"] == {"path": "/there", "messages_path": "/messages/"}
    assert "sse" not in FastMCP(sse=False).settings.http({})


HEADERS = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}
OPENING = '{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{}}}'
PING = '{"jsonrpc":"2.0","id":1,"method":"ping"}'


def test_there_are_no_more_sessions_than_allowed() -> None:
    """SESS-12"""

    def ask(port: int) -> list[int]:
        sessions = [str(answer(port, "POST", HEADERS, OPENING).getheader("mcp-session-id")) for _ in range(3)]
        return [answer(port, "POST", {**HEADERS, "Mcp-Session-Id": id}, PING).status for id in sessions]

    assert on_a_listener(ask, max_sessions=2) == [404, 200, 200]


def test_no_more_sessions_begin_in_a_second_than_allowed() -> None:
    """SESS-12"""

    def ask(port: int) -> None:
        own = str(answer(port, "POST", HEADERS, OPENING).getheader("mcp-session-id"))
        refused = [told for _ in range(50) if (told := answer(port, "POST", HEADERS, OPENING)).status != 200]
        assert len(refused) > 20
        for told in refused:
            assert (told.status, told.getheader("retry-after"), told.getheader("mcp-session-id")) == (503, "1", None)
            assert "too many sessions" in told.text  # type: ignore[attr-defined]
        assert answer(port, "POST", {**HEADERS, "Mcp-Session-Id": own}, PING).status == 200

    on_a_listener(ask, max_sessions_per_second=1)


def test_no_more_subscriptions_are_open_than_allowed() -> None:
    """SUB-11"""
    about = {PREFIX + "protocolVersion": "2026-07-28", PREFIX + "clientCapabilities": {}}
    params = {"notifications": {"toolsListChanged": True}, "_meta": about}
    listen = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "subscriptions/listen", "params": params})
    headers = {**HEADERS, "MCP-Protocol-Version": "2026-07-28", "Mcp-Method": "subscriptions/listen"}

    def ask(port: int) -> None:
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
            connection.request("POST", "/mcp", listen, headers)
            assert b"acknowledged" in (first := connection.getresponse()).readline() + first.readline()
            refused = answer(port, "POST", headers, listen)
            assert "too many subscriptions" in refused.text  # type: ignore[attr-defined]

    on_a_listener(ask, max_subscriptions=1)


def test_no_more_calls_wait_for_answers_than_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    """SEC-12"""
    about = {
        PREFIX + "protocolVersion": "2026-07-28",
        PREFIX + "clientInfo": {"name": "test", "version": "1"},
        PREFIX + "clientCapabilities": {"roots": {}},
    }
    call = json.dumps(
        {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "ask", "_meta": about}}
    ).encode()

    async def go(mcp: FastMCP) -> None:
        @mcp.tool
        async def ask(ctx: Context) -> str:
            return str(await ctx.list_roots())

        app = mcp.http_app()
        headers = {"mcp-protocol-version": "2026-07-28", "mcp-method": "tools/call", "mcp-name": "ask"}
        first = await asgi_caller.ask(app, call, headers=headers)
        assert first.result["resultType"] == "input_required"
        second = (await asgi_caller.ask(app, call, headers=headers)).result
        assert second["isError"] and "too many calls wait" in second["content"][0]["text"], second

    asyncio.run(go(FastMCP(max_parked_calls=1)))
    monkeypatch.setenv("OXMCP_MAX_PARKED_CALLS", "1")
    asyncio.run(go(FastMCP()))
    with pytest.raises(ValueError, match="max_parked_calls must be at least 1"):
        FastMCP(max_parked_calls=0)
