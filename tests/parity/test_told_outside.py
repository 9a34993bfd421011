"""What servers say that belongs to no request: who hears it, in both languages, both eras and on both transports."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest
from processes import ANSWER_WITHIN, HttpProcess, StdioProcess, serve_http, serve_stdio
from wire import (
    INITIALIZED,
    PREFIX,
    LegacySession,
    SseSession,
    call,
    headers_for,
    initialize,
    modern,
    request,
    send_modern,
    text_of,
)

ALARM = "notifications/alarms/raised"


@pytest.fixture(scope="module")
def over_http(language: str) -> Iterator[HttpProcess]:
    with serve_http("talkative_server", language) as server:
        yield server


@pytest.fixture
def over_pipes(language: str) -> Iterator[StdioProcess]:
    with serve_stdio("talkative_server", language) as server:
        yield server


class Stream:
    """The messages of an event stream, as they come."""

    def __init__(self, response: http.client.HTTPResponse) -> None:
        assert response.status == 200, response.status
        self._response = response

    def next(self) -> Any:
        while line := self._response.readline():
            if line.startswith(b"data:") and line[5:].strip():
                return json.loads(line[5:])
        raise EOFError("the stream ended")


@contextmanager
def stream(server: HttpProcess, method: str, headers: dict[str, str], message: Any = None) -> Iterator[Stream]:
    """An open stream: a session's own, or the answer to a request that stays open."""
    with closing(http.client.HTTPConnection("127.0.0.1", server.judged_port, timeout=ANSWER_WITHIN)) as connection:
        common = {"Accept": "application/json, text/event-stream", "Content-Type": "application/json"}
        body = None if message is None else json.dumps(message)
        connection.request(method, server.path, body, {**common, **headers})
        yield Stream(connection.getresponse())


def own_stream(session: LegacySession) -> Any:
    headers = {"Mcp-Session-Id": session.id, "MCP-Protocol-Version": session.version, "Accept": "text/event-stream"}
    return stream(session.server, "GET", headers)


def ask(session: LegacySession, tool: str, **arguments: Any) -> None:
    answer = session.send(request("tools/call", {"name": tool, "arguments": arguments}))
    assert answer.status == 200 and not answer.message["result"].get("isError"), answer


def open_legacy(server: StdioProcess) -> None:
    server.send(initialize())
    server.receive()
    server.send(INITIALIZED)


def told(server: StdioProcess, method: str) -> Any:
    """The next notification of this method."""
    while True:
        for message in server.seen:
            if message.get("method") == method:
                server.seen.remove(message)
                return message
        server.receive()


def test_every_session_hears_what_no_request_has_to_do_with(over_http: HttpProcess) -> None:
    """EXT-6, LOG-1, LOG-5"""
    one, other = LegacySession(over_http), LegacySession(over_http)
    assert other.send(request("logging/setLevel", {"level": "error"})).status == 200
    with own_stream(one) as hears, own_stream(other) as hears_too:
        ask(one, "later", what="a log message")
        ask(one, "later", what="an alarm")
        warning = {"level": "warning", "logger": "kettle", "data": {"text": "hot"}}
        assert hears.next()["params"] == warning, "debug is below what is told without a word of the client's"
        for listener in (hears, hears_too):
            message = listener.next()
            assert message["method"] == ALARM, "the other one asked for errors alone"
            assert message["params"] == {"floor": 2, "_meta": {"example.com/by": "smoke"}}


def test_what_a_handler_says_after_its_answer_goes_to_its_own_session(over_http: HttpProcess) -> None:
    """LOG-1"""
    one, other = LegacySession(over_http), LegacySession(over_http)
    with own_stream(one) as hears, own_stream(other) as hears_too:
        ask(one, "afterwards")
        assert hears.next()["params"] == {"level": "warning", "logger": "late", "data": "mine alone"}
        ask(one, "later", what="an alarm")
        assert hears_too.next()["method"] == ALARM, "nothing of the other session's came before"


def test_a_peer_with_a_session_on_pipes_hears_all_of_it(over_pipes: StdioProcess) -> None:
    """EXT-6, LOG-1, LOG-5, RSRC-13"""
    open_legacy(over_pipes)
    over_pipes.send(request("resources/subscribe", {"uri": "alarms://kettle"}, "s"))
    over_pipes.answer_to("s")
    for what in ("a log message", "an alarm", "an update"):
        over_pipes.send(request("tools/call", {"name": "later", "arguments": {"what": what}}, what))
    assert told(over_pipes, "notifications/message")["params"]["level"] == "warning"
    assert told(over_pipes, ALARM)["params"]["floor"] == 2
    assert told(over_pipes, "notifications/resources/updated")["params"] == {"uri": "alarms://kettle"}
    over_pipes.send(request("tools/call", {"name": "afterwards", "arguments": {}}, "a"))
    assert told(over_pipes, "notifications/message")["params"]["data"] == "mine alone"


@pytest.mark.parametrize("transport", ["pipes", "http"])
def test_listeners_hear_what_they_name(
    transport: str, language: str, over_http: HttpProcess, over_pipes: StdioProcess
) -> None:
    """SUB-2, SUB-3, SUB-4, SUB-9, LOG-3, EXT-6"""
    wanted = {
        ALARM: True,
        "notifications/other": False,
        "notifications/message": True,
        "resourceSubscriptions": ["alarms://kettle"],
    }
    listen = modern("subscriptions/listen", "L", notifications=wanted)
    whats = ("a log message", "an alarm", "an update")
    if transport == "pipes":
        over_pipes.send(listen)
        first = over_pipes.receive()
        for what in whats:
            over_pipes.send(call("later", {"what": what}, what))
        alarm, update = told(over_pipes, ALARM), told(over_pipes, "notifications/resources/updated")
        assert not [message for message in over_pipes.seen if message.get("method") == "notifications/message"]
    else:
        with stream(over_http, "POST", headers_for(listen), listen) as hears:
            first = hears.next()
            for what in whats:
                message = call("later", {"what": what})
                with stream_or_answer(over_http, message) as status:
                    assert status == 200
            alarm, update = hears.next(), hears.next()
    honoured = first["params"]["notifications"]
    assert honoured[ALARM] is True and honoured["resourceSubscriptions"] == ["alarms://kettle"]
    assert alarm["params"] == {"floor": 2, "_meta": {PREFIX + "subscriptionId": "L", "example.com/by": "smoke"}}
    assert update["params"]["_meta"] == {PREFIX + "subscriptionId": "L"}


@contextmanager
def stream_or_answer(server: HttpProcess, message: Any) -> Iterator[int]:
    yield send_modern(server, message).status


def test_listeners_that_name_nothing_hear_nothing(over_pipes: StdioProcess) -> None:
    """SUB-4"""
    over_pipes.send(modern("subscriptions/listen", "L", notifications={"toolsListChanged": True}))
    assert over_pipes.receive()["params"]["notifications"] == {"toolsListChanged": True}
    for what in ("a log message", "an alarm"):
        over_pipes.send(call("later", {"what": what}, what))
        over_pipes.answer_to(what)
    over_pipes.send(call("later", {"what": "nothing"}, "last"))
    over_pipes.answer_to("last")
    assert not [message for message in over_pipes.seen if message.get("method") in (ALARM, "notifications/message")]


def test_the_first_subscriber_and_the_end_of_the_last_are_told(over_pipes: StdioProcess, language: str) -> None:
    """RSRC-13, SUB-1"""
    server = over_pipes

    def until_told(*wanted: str) -> None:
        expected = " ".join(wanted)
        while True:
            server.send(call("who_follows", {}, identity := f"who {server.new_id()}"))
            if (now := text_of(server.answer_to(identity))) == expected:
                return
            assert expected.startswith(now), now

    until_told()
    kettle = {"resourceSubscriptions": ["alarms://kettle"]}
    for identity in ("one", "other"):
        server.send(modern("subscriptions/listen", identity, notifications=kettle))
    until_told("+ alarms://kettle")
    cancel = {"jsonrpc": "2.0", "method": "notifications/cancelled"}
    server.send({**cancel, "params": {"requestId": "one"}})
    server.send({**cancel, "params": {"requestId": "other"}})
    until_told("+ alarms://kettle", "- alarms://kettle")


SUBSCRIBE = request("resources/subscribe", {"uri": "alarms://kettle"}, "s")


def ended(server: HttpProcess) -> None:
    session = LegacySession(server)
    assert session.send(SUBSCRIBE).status == 200
    assert session.send(b"", method="DELETE").status in (200, 204)


def unsubscribed(server: HttpProcess) -> None:
    one, other = LegacySession(server), LegacySession(server)
    for session in (one, other):
        assert session.send(SUBSCRIBE).message["result"] == {}
        assert session.send(SUBSCRIBE | {"id": "again"}).message["result"] == {}
    for session in (one, other):
        assert session.send(SUBSCRIBE | {"method": "resources/unsubscribe", "id": "u"}).message["result"] == {}


def abandoned(server: HttpProcess) -> None:
    assert LegacySession(server).send(SUBSCRIBE).status == 200


def hung_up(server: HttpProcess) -> None:
    listen = modern("subscriptions/listen", "L", notifications={"resourceSubscriptions": ["alarms://kettle"]})
    with stream(server, "POST", headers_for(listen), listen) as one:
        one.next()
        with stream(server, "POST", headers_for(listen), listen) as other:
            other.next()


def stream_lost(server: HttpProcess) -> None:
    with SseSession(server) as session:
        session.send(SUBSCRIBE)
        while session.receive().get("id") != "s":
            pass


@pytest.mark.parametrize("leave", [ended, unsubscribed, abandoned, hung_up, stream_lost])
def test_over_http_the_last_one_is_missed_however_it_goes(leave: Callable[[HttpProcess], None], language: str) -> None:
    """RSRC-13, SUB-1, SESS-12"""
    with serve_http("talkative_server", language, environment={"OXMCP_SESSION_IDLE_SECONDS": "0.5"}) as server:
        leave(server)
        deadline, seen = time.monotonic() + ANSWER_WITHIN, ""
        while "- alarms://kettle" not in seen and time.monotonic() < deadline:
            seen = text_of(send_modern(server, call("who_follows")).message)
        assert seen == "+ alarms://kettle - alarms://kettle"


def test_a_peer_with_a_session_on_pipes_is_told_of_likewise(over_pipes: StdioProcess) -> None:
    """RSRC-13"""
    open_legacy(over_pipes)
    seen = []
    for identity, method in enumerate(("subscribe", "subscribe", "unsubscribe", "unsubscribe", "subscribe"), 1):
        over_pipes.send(request(f"resources/{method}", {"uri": "alarms://kettle"}, identity))
        assert over_pipes.answer_to(identity)["result"] == {}
        over_pipes.send(request("tools/call", {"name": "who_follows", "arguments": {}}, f"who {identity}"))
        seen.append(text_of(over_pipes.answer_to(f"who {identity}")))
    # What hooks are told crosses by itself: it may come after the answer, in its order.
    everything = "+ alarms://kettle - alarms://kettle + alarms://kettle"
    deadline = time.monotonic() + ANSWER_WITHIN
    while seen[-1] != everything and time.monotonic() < deadline:
        assert everything.startswith(seen[-1])
        over_pipes.send(request("tools/call", {"name": "who_follows", "arguments": {}}, f"who {len(seen) + 10}"))
        seen.append(text_of(over_pipes.answer_to(f"who {len(seen) + 10}")))
    assert seen[-1] == everything
