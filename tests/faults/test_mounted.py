"""The TypeScript server in apps of others: what goes wrong there goes wrong as it does on the engine's own listener."""

from __future__ import annotations

import socket
import threading
from typing import Any

import pytest
from processes import HttpProcess
from wire import (
    INITIALIZED,
    LEGACY,
    LegacySession,
    call,
    envelope,
    headers_for,
    initialize,
    modern,
    raw_connection,
    raw_request,
    request,
    send,
    send_modern,
    text_of,
)

MODERN_PATHS = [("express_app", "/handler"), ("hono_app", "/mcp")]


class At:
    """A place in an app, as the functions of `wire` want a server."""

    def __init__(self, app: HttpProcess, path: str) -> None:
        self.app, self.port, self.judged_port, self.path = app, app.port, app.judged_port, path
        self.url = f"http://127.0.0.1:{app.judged_port}{path}"


@pytest.fixture(params=MODERN_PATHS, ids=["express", "hono"])
def place(request: pytest.FixtureRequest) -> Any:
    """Where an app answers modern requests."""
    fixture, path = request.param
    return At(request.getfixturevalue(fixture), path)


def read_until(connection: socket.socket, mark: bytes) -> bytes:
    """Read until a mark has arrived."""
    received = b""
    while mark not in received:
        piece = connection.recv(65536)
        assert piece, received
        received += piece
    return received


def sent(place: Any, message: Any) -> bytes:
    """The bytes of a modern POST to the place."""
    return raw_request(message, headers_for(message)).replace(b"POST /mcp ", f"POST {place.path} ".encode(), 1)


def observed(place: Any) -> str:
    """What the waiting tools have seen so far."""
    return text_of(send_modern(place, call("observed")).message)


@pytest.mark.parametrize("shown", [True, False])
def test_hanging_up_cancels_a_modern_call(place: Any, shown: bool) -> None:
    """HTTP-10: whether the answer had begun or not"""
    label = f"mounted {place.path} {shown}"
    meta = {**envelope(), "progressToken": "p"} if shown else envelope()
    message = modern("tools/call", 0, meta, name="wait_until_cancelled", arguments={"label": label})
    with raw_connection(place) as connection:
        connection.sendall(sent(place, message))
        if shown:
            read_until(connection, b"notifications/progress")
        else:
            while f"started {label}" not in observed(place):
                pass
    while f"cancelled {label}" not in observed(place):
        pass


def test_a_progress_notification_arrives_before_the_answer(place: Any) -> None:
    """SSE-1, PROG-3: pieces are passed on when they come"""
    meta = {**envelope(), "progressToken": "p"}
    message = modern("tools/call", 1, meta, name="wait_until_cancelled", arguments={"label": "streaming"})
    with raw_connection(place) as connection:
        connection.sendall(sent(place, message))
        assert b"text/event-stream" in read_until(connection, b"notifications/progress")


REFUSED: dict[str, tuple[bytes | Any, dict[str, str | None], int]] = {
    "no JSON": (b"hello", {}, 400),
    "half a message": (b'{"jsonrpc":"2.0","id":1', {}, 400),
    "another name": (call("echo", {"text": "x"}), {"Mcp-Name": "add"}, 400),
    "no method header": (call("echo", {"text": "x"}), {"Mcp-Method": None}, 400),
    "an unknown method": (modern("no/such/method"), {}, 404),
    "text": (call("echo", {"text": "x"}), {"Content-Type": "text/plain"}, 415),
}


@pytest.mark.parametrize(("body", "changes", "status"), REFUSED.values(), ids=REFUSED.keys())
def test_bad_requests_are_refused(hono_app: HttpProcess, body: Any, changes: dict[str, Any], status: int) -> None:
    """RPC-9, HDR-10, HTTP-12"""
    headers = headers_for(body) if isinstance(body, dict) else headers_for(call("echo"))
    assert send(hono_app, body, {**headers, **changes}).status == status
    assert text_of(send_modern(hono_app, call("echo", {"text": "still here"})).message) == "still here"


def test_a_long_request_and_a_long_answer_pass_through(place: Any) -> None:
    """HTTP-17"""
    text = "x" * (3 << 20)
    assert text_of(send_modern(place, call("echo", {"text": text})).message) == text


def test_a_body_over_the_limit_is_refused(hono_app: HttpProcess) -> None:
    """HTTP-17"""
    answer = send_modern(hono_app, call("echo", {"text": "x" * (5 << 20)}))
    assert answer.status == 413


@pytest.mark.parametrize("path", ["/stateless", "/handler"])
def test_without_sessions_each_request_stands_alone(express_app: HttpProcess, path: str) -> None:
    """SESS-13"""
    place: Any = At(express_app, path)
    welcome = send(place, initialize())
    assert welcome.status == 200 and "mcp-session-id" not in welcome.headers
    assert send(place, INITIALIZED, {"MCP-Protocol-Version": LEGACY}).status == 202
    add = request("tools/call", {"name": "add", "arguments": {"a": 1, "b": 2}})
    assert text_of(send(place, add, {"MCP-Protocol-Version": LEGACY}).message) == "3"


def test_sessions_of_an_app_do_not_know_each_other(express_app: HttpProcess) -> None:
    """SESS-1, CAN-2: nobody cancels the calls of others"""
    one, other = LegacySession(express_app), LegacySession(express_app)
    assert one.id != other.id
    label = "a session's own"
    params = {"name": "wait_until_cancelled", "arguments": {"label": label}, "_meta": {"progressToken": 1}}
    headers = {"Mcp-Session-Id": one.id, "MCP-Protocol-Version": LEGACY}
    data = raw_request(request("tools/call", params, 5), headers).replace(b"POST /mcp ", b"POST /sessions ", 1)
    notice = {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 5}}

    def seen(session: LegacySession) -> str:
        message = session.send(request("tools/call", {"name": "observed", "arguments": {}})).message
        return text_of(message)

    with raw_connection(express_app) as connection:
        connection.sendall(data)
        read_until(connection, b"notifications/progress")
        assert other.send(notice).status == 202
        assert f"cancelled {label}" not in seen(other)
        assert one.send(notice).status == 202
        while f"cancelled {label}" not in seen(one):
            pass


def test_a_session_that_nobody_opened_is_refused(express_app: HttpProcess) -> None:
    """SESS-1"""
    for identity in (None, "nobody"):
        answer = send(express_app, request("tools/list"), {"Mcp-Session-Id": identity})
        assert answer.status in (400, 404), answer


def test_many_at_once_each_get_their_own(place: Any) -> None:
    """HTTP-19"""
    answers: dict[int, Any] = {}

    def ask(number: int) -> None:
        arguments = {"text": f"call {number}", "milliseconds": (number * 37) % 40}
        answers[number] = send_modern(place, call("echo_later", arguments)).message

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [text_of(answers[number]) for number in range(40)] == [f"call {number}" for number in range(40)]
