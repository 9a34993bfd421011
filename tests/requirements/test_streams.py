"""Streams over HTTP for clients with a session: what goes on which, and what is found again of one that was lost."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from places import Peer, Servers, everywhere
from streams import Event, Stream
from wire import LEGACY, LegacySession, request

WATCHED = {"uri": "test://watched-resource"}


def session_of(peer: Peer, servers: Servers, version: str = LEGACY) -> LegacySession:
    """A session of its own."""
    session = servers.fresh(peer.place, version).session
    assert isinstance(session, LegacySession)
    return session


def listen(session: LegacySession, after: str | None = None) -> Stream:
    """The session's own stream, or one that is resumed."""
    headers = {**session.headers, "Accept": "text/event-stream", **({"Last-Event-ID": after} if after else {})}
    return Stream(session.server, None, headers, method="GET")


def steps(session: LegacySession, count: int = 2) -> Stream:
    """A call that reports progress."""
    params = {"name": "steps", "arguments": {"count": count}, "_meta": {"progressToken": "t"}}
    return Stream(session.server, request("tools/call", params, "steps"), session.headers)


def call(session: LegacySession, tool: str, **arguments: Any) -> Any:
    """Call a tool in a session."""
    return session.send(request("tools/call", {"name": tool, "arguments": arguments})).message


@everywhere("LHTTP-1", "LHTTP-4", "LHTTP-8", "HTTP-1")
def test_one_path_takes_requests_and_opens_the_sessions_stream(peer: Peer, servers: Servers) -> None:
    session = session_of(peer, servers)
    with listen(session) as stream:
        assert stream.status == 200 and stream.response.headers["content-type"].startswith("text/event-stream")
        answer = session.send(request("ping"))
        assert answer.status == 200 and answer.headers["content-type"].startswith("application/json")
        assert answer.messages == [{"jsonrpc": "2.0", "id": 1, "result": {}}]
    with steps(session) as stream:
        assert stream.status == 200 and stream.response.headers["content-type"].startswith("text/event-stream")
        assert [event.message for event in stream.events if event.data][-1]["id"] == "steps"


@everywhere("LHTTP-9", "LHTTP-10", "LHTTP-5")
def test_each_message_goes_on_one_stream_and_no_answer_on_the_sessions(peer: Peer, servers: Servers) -> None:
    session = session_of(peer, servers)
    assert session.send(request("resources/subscribe", WATCHED)).message["result"] == {}
    with listen(session) as first, listen(session) as second, ThreadPoolExecutor(2) as threads:
        heard = [threads.submit(lambda stream=stream: list(stream.events)) for stream in (first, second)]
        for _ in range(5):
            assert call(session, "touch_watched_resource")["result"]
        with steps(session) as stream:
            of_call = [event.message for event in stream.events if event.data]
        # The end of the session is the end of its streams.
        assert session.send(None, method="DELETE").status in (200, 202, 204)
        told = [event.message for listener in heard for event in listener.result() if event.data]
    updates = [message for message in told if message["method"] == "notifications/resources/updated"]
    assert 1 <= len(updates) <= 5 and all("id" not in message for message in told)
    methods = [message.get("method") for message in of_call]
    assert methods.count("notifications/progress") == 2 and methods[-1] is None
    assert not [message for message in told if message["method"] == "notifications/progress"]


@everywhere("RESUME-1", "RESUME-4", "RESUME-6")
def test_no_two_events_of_a_session_have_one_id(peer: Peer, servers: Servers) -> None:
    session = session_of(peer, servers)
    assert session.send(request("resources/subscribe", WATCHED)).message["result"] == {}
    with listen(session) as own:
        call(session, "touch_watched_resource")
        events = [next(own.events), next(own.events)]
    for _ in range(3):
        with steps(session) as stream:
            of_call = list(stream.events)
        assert of_call[0].data == "" and [event.data for event in of_call[1:]] == [
            event.data for event in of_call if event.data
        ]
        with listen(session, of_call[1].id) as resumed:
            again = [event for event in resumed.events if event.data]
        assert again[-len(of_call[2:]) :] == of_call[2:]
        events += of_call
    ids = [event.id for event in events]
    assert None not in ids and len(set(ids)) == len(ids)


@everywhere("RESUME-5", "RESUME-9")
def test_events_of_others_are_never_replayed(peer: Peer, servers: Servers) -> None:
    mine, other = session_of(peer, servers), session_of(peer, servers)
    with steps(mine) as stream:
        events = list(stream.events)
    with steps(other) as stream:
        theirs = list(stream.events)
    first = events[0].id
    assert first is not None
    for foreign in (theirs[0].id, theirs[-1].id, "forged", f"{first}0", "0", first[:-1], "x" * 5000, "\u00fc", "../1"):
        answered(mine, foreign, [event for event in theirs if event.data])
    answered(other, first, [event for event in events if event.data])
    with listen(mine, first) as resumed:
        assert [event for event in resumed.events if event.data][-1] == events[-1]


def answered(session: LegacySession, after: str | None, foreign: list[Event]) -> None:
    """Coming back with such an id is refused, or opens a stream that has nothing of another's."""
    assert after is not None
    with listen(session, after) as stream:
        assert stream.status < 500
        if stream.status == 200:
            call(session, "touch_watched_resource")
            assert session.send(request("resources/subscribe", WATCHED)).message["result"] == {}
            call(session, "touch_watched_resource")
            assert next(event for event in stream.events if event.data) not in foreign
        else:
            assert stream.status in (400, 404, 409, 431)


@everywhere("RESUME-8")
def test_older_clients_get_no_event_without_data(peer: Peer, servers: Servers) -> None:
    for version in ("2025-03-26", "2025-06-18"):
        session = session_of(peer, servers, version)
        with steps(session) as stream:
            assert all(event.data for event in stream.events)
    with steps(session_of(peer, servers)) as stream:
        first = next(stream.events)
        assert first.data == "" and first.id
