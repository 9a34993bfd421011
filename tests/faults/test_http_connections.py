"""Connections that stall, break off, or come in crowds."""

from __future__ import annotations

import json
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from processes import HttpProcess, serve_http
from wire import (
    COMMON,
    PREFIX,
    LegacySession,
    call,
    envelope,
    headers_for,
    modern,
    raw_connection,
    raw_request,
    request,
    send_modern,
    text_of,
)

PROMPTLY = 10.0
"""Seconds a process may take to end on a busy machine; it is usually about one."""


def echoes(server: HttpProcess) -> None:
    """The server still answers."""
    assert text_of(send_modern(server, call("echo", {"text": "still here"})).message) == "still here"


def observed(server: HttpProcess) -> str:
    """What the waiting tools have seen so far."""
    return text_of(send_modern(server, call("observed")).message)


def read_until(connection: socket.socket, mark: bytes) -> bytes:
    """Read until a mark has arrived."""
    received = b""
    while mark not in received:
        piece = connection.recv(65536)
        assert piece, received
        received += piece
    return received


def waiting_call(label: str) -> dict[str, Any]:
    """A modern call that shows a sign of life and then waits."""
    meta = {**envelope(), "progressToken": "p"}
    return modern("tools/call", 1, meta, name="wait_until_cancelled", arguments={"label": label})


def test_connections_that_say_nothing_hold_nobody_up(everything_http: HttpProcess) -> None:
    """HTTP-17 in spirit"""
    whole = raw_request(call("echo", {"text": "x"}), headers_for(call("echo")))
    head_end = whole.index(b"\r\n\r\n") + 4
    with ExitStack() as stack:
        for number in range(200):
            connection = stack.enter_context(raw_connection(everything_http))
            connection.sendall([b"", b"POST /m", whole[: head_end - 2], whole[: head_end + 10]][number % 4])
        for _ in range(20):
            echoes(everything_http)
    echoes(everything_http)


def test_a_request_in_single_bytes_is_a_request(everything_http: HttpProcess) -> None:
    """HTTP-1"""
    message = call("echo", {"text": "drop by drop"})
    with raw_connection(everything_http) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in raw_request(message, headers_for(message)):
            connection.sendall(bytes([byte]))
        assert b"drop by drop" in read_until(connection, b"drop by drop")


def test_pipelined_requests_are_answered_in_order(everything_http: HttpProcess) -> None:
    """HTTP-19"""
    messages = [call("echo_later", {"text": f"<{n}>", "milliseconds": 30 - 3 * n}, n) for n in range(10)]
    with raw_connection(everything_http) as connection:
        connection.sendall(b"".join(raw_request(message, headers_for(message)) for message in messages))
        received = read_until(connection, b"<9>")
    places = [received.index(f"<{number}>".encode()) for number in range(10)]
    assert places == sorted(places)


def test_hanging_up_cancels_a_modern_call(everything_http: HttpProcess) -> None:
    """HTTP-10, CAN-1"""
    for number in range(10):
        message = waiting_call(f"hung up {number}")
        with raw_connection(everything_http) as connection:
            connection.sendall(raw_request(message, headers_for(message)))
            read_until(connection, b"notifications/progress")
    for _ in range(500):
        if (seen := observed(everything_http)).count("cancelled hung up") == 10:
            break
    assert seen.count("cancelled hung up") == 10


def test_hanging_up_without_a_sign_of_life_cancels_too(everything_http: HttpProcess) -> None:
    """HTTP-10: also when the answer would have been plain JSON"""
    message = call("wait_until_cancelled", {"label": "silent"})
    with raw_connection(everything_http) as connection:
        connection.sendall(raw_request(message, headers_for(message)))
        while "started silent" not in observed(everything_http):
            pass
    for _ in range(500):
        if "cancelled silent" in (seen := observed(everything_http)):
            break
    assert "cancelled silent" in seen


def test_hanging_up_does_not_cancel_a_legacy_call_but_a_notification_does(everything_http: HttpProcess) -> None:
    """LHTTP-7, CAN-3"""
    session = LegacySession(everything_http)
    params = {"name": "wait_until_cancelled", "arguments": {"label": "legacy"}, "_meta": {"progressToken": 5}}
    headers = {"Mcp-Session-Id": session.id, "MCP-Protocol-Version": session.version}
    with raw_connection(everything_http) as connection:
        connection.sendall(raw_request(request("tools/call", params, 5), headers))
        read_until(connection, b"notifications/progress")
    for _ in range(50):
        assert "cancelled legacy" not in observed(everything_http)
    cancel = {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 5}}
    assert session.send(cancel).status == 202
    for _ in range(500):
        if "cancelled legacy" in (seen := observed(everything_http)):
            break
    assert "cancelled legacy" in seen


def test_a_session_cannot_cancel_another_ones_call(everything_http: HttpProcess) -> None:
    """HTTP-19, CAN-4, CAN-10"""
    mine, other = LegacySession(everything_http), LegacySession(everything_http)
    params = {"name": "wait_until_cancelled", "arguments": {"label": "mine"}, "_meta": {"progressToken": 5}}
    headers = {"Mcp-Session-Id": mine.id, "MCP-Protocol-Version": mine.version}
    cancel = {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 5}}
    with raw_connection(everything_http) as connection:
        connection.sendall(raw_request(request("tools/call", params, 5), headers))
        read_until(connection, b"notifications/progress")
        assert other.send(cancel).status == 202
        for _ in range(20):
            assert "cancelled mine" not in observed(everything_http)
        assert mine.send(cancel).status == 202
        rest = read_until(connection, b"0\r\n\r\n")  # CAN-10: the stream ends
        assert b'"id":5' not in rest or b'"error"' in rest
    assert "cancelled mine" in observed(everything_http)


def test_the_same_id_on_many_connections_is_no_confusion(everything_http: HttpProcess) -> None:
    """HTTP-19"""
    found: dict[int, str] = {}

    def ask(number: int) -> None:
        message = call("echo_later", {"text": f"t{number}", "milliseconds": number % 7}, 1)
        found[number] = text_of(send_modern(everything_http, message).message)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(64)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert found == {number: f"t{number}" for number in range(64)}


def test_a_listener_needs_a_stream(everything_http: HttpProcess) -> None:
    """SUB-10, SUB-13, HTTP-16"""
    message = modern("subscriptions/listen", notifications={"toolsListChanged": True})
    assert send_modern(everything_http, message, {"Accept": "application/json"}).status == 406
    answer = send_modern(everything_http, modern("subscriptions/listen"))
    assert answer.error == -32602


@pytest.fixture
def own_server(language: str) -> Iterator[HttpProcess]:
    """A server that a test may end."""
    with serve_http("everything_server", language) as server:
        yield server


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_server_with_streams_open(own_server: HttpProcess, number: signal.Signals) -> None:
    """SUB-5: listeners get their closing result; nothing else keeps the process"""
    session = LegacySession(own_server)
    listen = modern("subscriptions/listen", "L", notifications={"toolsListChanged": True})
    waiting = waiting_call("signal")
    with ExitStack() as stack:
        listener, caller, idle, stream = (stack.enter_context(raw_connection(own_server)) for _ in range(4))
        listener.sendall(raw_request(listen, headers_for(listen)))
        read_until(listener, b"acknowledged")
        caller.sendall(raw_request(waiting, headers_for(waiting)))
        read_until(caller, b"notifications/progress")
        lines = [f"{name}: {value}" for name, value in {**COMMON, "Mcp-Session-Id": session.id}.items()]
        stream.sendall("\r\n".join(["GET /mcp HTTP/1.1", "Host: 127.0.0.1", *lines, "", ""]).encode())
        read_until(stream, b"text/event-stream")
        idle.sendall(b"POST /mcp HTTP/1.1\r\n")
        own_server.process.send_signal(number)
        rest = read_until(listener, b"resultType")
        line = next(line for line in rest.decode().splitlines() if line.startswith("data:") and "resultType" in line)
        closing = json.loads(line[5:])
        assert closing["id"] == "L" and closing["result"]["resultType"] == "complete"
        assert closing["result"]["_meta"][PREFIX + "subscriptionId"] == "L"
        assert own_server.process.wait(PROMPTLY) in (0, 130, 143, -number)
