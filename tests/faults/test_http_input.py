"""Bad input over HTTP: bodies, headers, sessions. Each is refused with its own status and code."""

from __future__ import annotations

import json
from typing import Any

import pytest
from processes import HttpProcess
from wire import (
    BATCHING,
    INITIALIZED,
    LEGACY,
    MODERN,
    LegacySession,
    call,
    envelope,
    initialize,
    modern,
    raw_exchange,
    raw_request,
    request,
    send,
    send_modern,
    text_of,
)

MODERN_CALL = {"MCP-Protocol-Version": MODERN, "Mcp-Method": "tools/call", "Mcp-Name": "echo"}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"hello",
        b'{"jsonrpc":"2.0","id":1,"method":"tools/list"',
        b'{"jsonrpc":"2.0","id":1,"method":"\xff"}',
        b'{"jsonrpc":"2.0","id":1,"method":"ping"} x',
    ],
)
@pytest.mark.parametrize("era", ["legacy", "modern"])
def test_what_is_not_json_is_a_parse_error(everything_http: HttpProcess, body: bytes, era: str) -> None:
    """RPC-9"""
    answer = send(everything_http, body, MODERN_CALL if era == "modern" else None)
    assert (answer.status, answer.error) == (400, -32700)


@pytest.mark.parametrize("body", [b"[" * 100_000, b'{"a":' * 100_000, b"[" * 100_000 + b"]" * 100_000])
def test_what_is_nested_too_deep_is_refused(everything_http: HttpProcess, body: bytes) -> None:
    """RPC-17: refused at the limit, before anyone knows whether the rest is JSON"""
    answer = send(everything_http, body)
    assert answer.status == 400 and answer.error in (-32600, -32700)


@pytest.mark.parametrize("body", [b"7", b'"x"', b"null", b"{}", b'{"jsonrpc":"1.0","id":1,"method":"ping"}'])
def test_what_is_no_message_is_an_invalid_request(everything_http: HttpProcess, body: bytes) -> None:
    """RPC-9"""
    answer = send(everything_http, body)
    assert (answer.status, answer.error) == (400, -32600)


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"Content-Type": "text/plain"}, 415),
        ({"Content-Type": None}, 415),
        ({"Content-Type": "application/jsonp"}, 415),
        ({"Content-Encoding": "gzip"}, 415),
        ({"Accept": "text/html"}, 406),
        ({"Host": "evil.example.com"}, 421),
        ({"Origin": "http://evil.example.com"}, 403),
        ({"Origin": "null"}, 403),
        ({"X-Long": "x" * 200_000}, 431),
    ],
)
def test_headers_the_guards_refuse(everything_http: HttpProcess, changes: dict[str, str | None], status: int) -> None:
    """HTTP-8, HTTP-15, HTTP-16, HTTP-17, HTTP-20"""
    answer = send_modern(everything_http, call("echo", {"text": "x"}), changes)
    assert answer.status == status


@pytest.mark.parametrize(
    "changes",
    [
        {"Content-Type": "application/json; charset=utf-8"},
        {"Content-Type": "APPLICATION/JSON"},
        {"Accept": None},
        {"Accept": "*/*"},
        {"Accept": "application/*"},
        {"Accept": "application/json"},
        {"Accept": "text/event-stream;q=0.5, application/json"},
        {"Content-Encoding": "identity"},
        {"Mcp-Session-Id": "not-a-session"},
        {"Last-Event-ID": "7"},
        {"Mcp-Param-Unheard-Of": "x"},
        {"Mcp-Name": "  echo  "},
        {"Mcp-Name": "=?base64?ZWNobw==?="},
    ],
)
def test_headers_that_are_fine(everything_http: HttpProcess, changes: dict[str, str | None]) -> None:
    """ERA-6, HDR-10, HDR-13, HTTP-12, HTTP-15, HTTP-16, PARAM-14"""
    answer = send_modern(everything_http, call("echo", {"text": "x"}), changes)
    assert answer.status == 200 and text_of(answer.message) == "x"
    assert "mcp-session-id" not in answer.headers


@pytest.mark.parametrize("declared", [True, False])
def test_a_body_over_the_limit_is_refused(everything_http: HttpProcess, declared: bool) -> None:
    """HTTP-17"""
    head = "POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    if declared:
        data = f"{head}Content-Length: 5000000000\r\n\r\n{{".encode()
    else:
        piece = b"100000\r\n" + b" " * 0x100000 + b"\r\n"
        data = f"{head}Transfer-Encoding: chunked\r\n\r\n".encode() + piece * 5 + b"0\r\n\r\n"
    try:
        answer = raw_exchange(everything_http, data)
    except (ConnectionResetError, BrokenPipeError):
        pytest.skip("the connection was closed before the answer could be read")
    assert answer.startswith(b"HTTP/1.1 413")


@pytest.mark.parametrize(
    "data",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET\r\n\r\n",
        b"POST /mcp HTTP/9.9\r\n\r\n",
        b"POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: -1\r\n\r\n",
        b"POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
        b"POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n",
        b"POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nBad Header: x\r\n\r\n",
    ],
)
def test_what_is_not_http_harms_nobody(everything_http: HttpProcess, data: bytes) -> None:
    """HTTP-1"""
    answer = raw_exchange(everything_http, data)
    assert answer == b"" or b" 4" in answer.split(b"\r\n")[0]
    assert send_modern(everything_http, call("echo", {"text": "x"})).status == 200


def test_other_paths_and_verbs_are_refused(everything_http: HttpProcess) -> None:
    """HTTP-11, HTTP-14, LHTTP-8"""
    assert send(everything_http, initialize(), path="/elsewhere").status == 404
    for method in ("PUT", "PATCH", "OPTIONS", "HEAD"):
        answer = send(everything_http, b"", method=method)
        assert answer.status == 405 and "POST" in answer.headers["allow"], method
    for method in ("GET", "DELETE"):
        answer = send(everything_http, b"", {"MCP-Protocol-Version": MODERN}, method=method)
        assert answer.status == 405 and "POST" in answer.headers["allow"], method
        assert send(everything_http, b"", method=method).status in (400, 405)


MISMATCHES: dict[str, tuple[dict[str, Any], dict[str, str | None]]] = {
    "no version header": (call("echo", {"text": "x"}), {"MCP-Protocol-Version": None}),
    "a legacy version header": (call("echo", {"text": "x"}), {"MCP-Protocol-Version": LEGACY}),
    "another version header": (call("echo", {"text": "x"}), {"MCP-Protocol-Version": "2027-01-01"}),
    "no method header": (call("echo", {"text": "x"}), {"Mcp-Method": None}),
    "another method header": (call("echo", {"text": "x"}), {"Mcp-Method": "tools/list"}),
    "the method in capitals": (call("echo", {"text": "x"}), {"Mcp-Method": "TOOLS/CALL"}),
    "no name header": (call("echo", {"text": "x"}), {"Mcp-Name": None}),
    "another name header": (call("echo", {"text": "x"}), {"Mcp-Name": "add"}),
    "the name in capitals": (call("echo", {"text": "x"}), {"Mcp-Name": "ECHO"}),
    "a name that does not decode": (call("echo", {"text": "x"}), {"Mcp-Name": "=?base64?!!?="}),
    "a name with other bytes": (call("echo", {"text": "x"}), {"Mcp-Name": "ech\xf6"}),
    "another uri header": (modern("resources/read", uri="test://static-text"), {"Mcp-Name": "test://static-binary"}),
    "another prompt header": (modern("prompts/get", name="test_simple_prompt"), {"Mcp-Name": "x"}),
    "no parameter header": (call("test_x_mcp_header", {"region": "eu"}), {}),
    "another parameter header": (call("test_x_mcp_header", {"region": "eu"}), {"Mcp-Param-Region": "us"}),
    "an undecodable parameter header": (
        call("test_x_mcp_header", {"region": "eu"}),
        {"Mcp-Param-Region": "=?base64?ZXU?="},
    ),
}


@pytest.mark.parametrize(("message", "changes"), MISMATCHES.values(), ids=MISMATCHES.keys())
def test_headers_that_contradict_the_body(
    everything_http: HttpProcess, message: dict[str, Any], changes: dict[str, str | None]
) -> None:
    """ERA-1, ERA-4, HDR-1 to HDR-8, HDR-10, HDR-11, PARAM-7, PARAM-8, HTTP-7"""
    answer = send_modern(everything_http, message | {"id": "mine"}, changes)
    assert (answer.status, answer.error) == (400, -32020)
    assert answer.message["id"] == "mine"


@pytest.mark.parametrize("name", ["MCP-Protocol-Version", "Mcp-Method", "Mcp-Name"])
def test_a_header_may_come_only_once(everything_http: HttpProcess, name: str) -> None:
    """HDR-12"""
    message = call("echo", {"text": "x"})
    data = raw_request(message, {**MODERN_CALL, "Connection": "close"})
    line = f"{name}: {MODERN_CALL[name]}\r\n".encode()
    answer = raw_exchange(everything_http, data.replace(line, line + line))
    assert b" 400 " in answer.split(b"\r\n")[0] and b"-32020" in answer


def test_the_ladder_of_checks_is_climbed_in_order(everything_http: HttpProcess) -> None:
    """HDR-14, META-1, VER-2, HTTP-6, HTTP-7, HTTP-18"""
    wrong = {"Mcp-Method": "wrong", "MCP-Protocol-Version": MODERN}
    cases: list[tuple[dict[str, Any], dict[str, str | None], int, int]] = [
        (modern("tools/list", meta={}), wrong, 400, -32602),
        (modern("tools/list", meta=envelope(clientCapabilities=None)), wrong, 400, -32602),
        (modern("no/such/method"), {"Mcp-Method": "other"}, 400, -32020),
        (modern("no/such/method", meta=envelope(protocolVersion="v9")), {"MCP-Protocol-Version": "v9"}, 400, -32022),
        (modern("no/such/method"), {}, 404, -32601),
        (modern("ping"), {}, 404, -32601),
        (modern("initialize"), {}, 404, -32601),
        (modern("tools/call", name="no_such_tool", arguments={}), {}, 200, -32602),
        (modern("tools/list", cursor="forged"), {}, 200, -32602),
        (modern("resources/read", uri="test://nothing"), {}, 200, -32602),
        (call("test_missing_capability"), {}, 400, -32021),
    ]
    for message, changes, status, code in cases:
        answer = send_modern(everything_http, message, changes)
        assert (answer.status, answer.error) == (status, code), message
        assert answer.message["id"] == 1


def test_modern_posts_that_are_no_requests(everything_http: HttpProcess) -> None:
    """HTTP-2, HTTP-5, CAN-11, BATCH-5"""
    headers = {"MCP-Protocol-Version": MODERN}
    note = {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 1}}
    answer = send(everything_http, note, {**headers, "Mcp-Method": note["method"]})  # type: ignore[dict-item]
    assert (answer.status, answer.body) == (202, b"")
    answer = send(everything_http, {"jsonrpc": "2.0", "id": 1, "result": {}}, headers)  # type: ignore[arg-type]
    assert answer.status == 400
    answer = send(everything_http, [modern("tools/list")], headers)  # type: ignore[arg-type]
    assert (answer.status, answer.error) == (400, -32600)


def test_sessions_that_do_not_exist(everything_http: HttpProcess) -> None:
    """SESS-4, SESS-5, SESS-10, SESS-14"""
    ping = request("ping")
    assert send(everything_http, ping).status == 400
    for identity in ("unknown", "x" * 4000, "../../etc/passwd"):
        for method in ("POST", "GET", "DELETE"):
            headers: dict[str, str | None] = {"Mcp-Session-Id": identity}
            assert send(everything_http, ping, headers, method=method).status == 404, (identity, method)
    for refused in (initialize() | {"params": {}}, initialize() | {"params": {"protocolVersion": 7}}):
        assert "mcp-session-id" not in send(everything_http, refused).headers
    session = LegacySession(everything_http)
    assert session.send(ping).message["result"] == {}
    assert session.send(b"", method="DELETE").status in (200, 202, 204)
    assert session.send(ping).status == 404
    assert session.send(b"", method="DELETE").status == 404


def test_what_a_session_answers(everything_http: HttpProcess) -> None:
    """SESS-2, SESS-11, LHTTP-3, LHTTP-13, LHTTP-14, LHTTP-15, BATCH-5"""
    session = LegacySession(everything_http)
    assert session.id and all(0x21 <= ord(character) <= 0x7E for character in session.id)
    assert LegacySession(everything_http).id != session.id
    answer = session.send(request("no/such/method"))
    assert (answer.status, answer.error) == (200, -32601)
    answer = session.send(request("tools/call", {"name": "no_such_tool"}))
    assert (answer.status, answer.error) == (200, -32602)
    answer = session.send(request("resources/read", {"uri": "test://nothing"}))
    assert (answer.status, answer.error) == (200, -32002)
    assert session.send(initialize()).error == -32600
    assert session.send(request("ping"), {"MCP-Protocol-Version": "1999-01-01"}).status == 400
    assert session.send(request("ping"), {"MCP-Protocol-Version": "2025-06-18"}).status == 200
    assert session.send(request("ping"), {"MCP-Protocol-Version": None}).status == 200
    answer = session.send({"jsonrpc": "2.0", "id": 1, "result": {}})
    assert (answer.status, answer.body) == (202, b"")
    answer = session.send([request("ping")])
    assert (answer.status, answer.error) == (400, -32600)


def test_batches_over_http(everything_http: HttpProcess) -> None:
    """BATCH-1, BATCH-2, BATCH-3, BATCH-4, BATCH-6, BATCH-7"""
    session = LegacySession(everything_http, BATCHING)
    add = request("tools/call", {"name": "add", "arguments": {"a": 2, "b": 2}}, "x")
    answer = session.send([add, request("ping", identity="y"), INITIALIZED, 7])
    assert answer.status == 200
    found: list[Any] = []
    for message in answer.messages:
        found += message if isinstance(message, list) else [message]
    by_id = {message.get("id"): message for message in found}
    assert len(found) == 3 and text_of(by_id["x"]) == "4" and by_id["y"]["result"] == {}
    assert by_id[None]["error"]["code"] == -32600
    answer = session.send([INITIALIZED, INITIALIZED])
    assert (answer.status, answer.body) == (202, b"")
    assert session.send([]).error == -32600
    assert session.send([request("ping", identity=number) for number in range(10_000)]).error == -32600
    answer = send(everything_http, [initialize(), request("ping")])
    assert answer.status == 400 and b"-32600" in answer.body


def test_an_answer_is_one_line_of_json(everything_http: HttpProcess) -> None:
    """HTTP-4, SSE-6"""
    answer = send_modern(everything_http, call("echo", {"text": "two\nlines"}))
    assert answer.headers["content-type"].startswith("application/json")
    assert b"\n" not in answer.body.rstrip(b"\n")
    meta = {**envelope(), "progressToken": "p"}
    answer = send_modern(everything_http, modern("tools/call", 1, meta, name="steps", arguments={"count": 2}))
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.headers["x-accel-buffering"] == "no"
    assert not [line for line in answer.body.decode().splitlines() if line.startswith(("id:", "retry:"))]
    assert [message.get("method", "answer") for message in answer.messages] == [
        "notifications/progress",
        "notifications/progress",
        "answer",
    ]
    assert json.loads(json.dumps(answer.message))["id"] == 1
