"""Servers in applications that know their users: what is given to one of them is of use to no other."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from processes import ANSWER_WITHIN, LANGUAGES, HttpProcess, serve_http
from wire import (
    INITIALIZED,
    LEGACY,
    PREFIX,
    Answer,
    envelope,
    headers_for,
    initialize,
    modern,
    request,
    send,
    text_of,
)

TAKES = {"extensions": {PREFIX + "tasks": {}}, "elicitation": {"form": {}}}
ANN = {"X-User": "ann"}
OTHERS: list[dict[str, str | None]] = [{}, {"X-User": "bob"}, {"X-User": "Ann"}]


@pytest.fixture(scope="module", params=LANGUAGES)
def owned(request: pytest.FixtureRequest) -> Iterator[HttpProcess]:
    """The application, in each language that has some to be mounted in."""
    with serve_http("owned_server", request.param) as server:
        yield server


def say(server: HttpProcess, who: Any, method: str, **params: Any) -> Answer:
    """Ask as somebody, in the modern era."""
    message = modern(method, 1, envelope(clientCapabilities=TAKES), **params)
    return send(server, message, {**headers_for(message), **who})


def told(answer: Answer) -> tuple[int, Any]:
    """All that a client sees of it."""
    return answer.status, answer.message


def test_state_of_another_is_refused_as_forged_state_is(owned: HttpProcess) -> None:
    """MRTR-9, SEC-5"""
    asked = say(owned, ANN, "tools/call", name="greet", arguments={}).message["result"]
    (key,) = asked["inputRequests"]

    def retry(who: Any, state: str) -> Answer:
        answers = {key: {"action": "accept", "content": {"value": "Ann"}}}
        return say(owned, who, "tools/call", name="greet", arguments={}, inputResponses=answers, requestState=state)

    for other in OTHERS:
        assert told(retry(other, asked["requestState"])) == told(retry(other, "oxmcp1.AQID"))
    assert text_of(retry(ANN, asked["requestState"]).message) == "Hello, Ann!"
    assert "error" in retry(ANN, asked["requestState"]).message


def test_a_task_of_another_is_answered_as_an_unknown_one_is(owned: HttpProcess) -> None:
    """TASK-12, SEC-5"""
    task = say(owned, ANN, "tools/call", name="later", arguments={}).message["result"]["taskId"]
    for other in OTHERS:
        for method in ("tasks/get", "tasks/update", "tasks/cancel"):
            theirs = say(owned, other, method, taskId=task, inputResponses={})
            unknown = say(owned, other, method, taskId="unknown", inputResponses={})
            assert told(theirs) == told(unknown) and theirs.error == -32602, method
        assert heard(owned, other, task) == []
    assert heard(owned, ANN, task) == [task]
    assert say(owned, ANN, "tasks/get", taskId=task).message["result"]["taskId"] == task


def heard(server: HttpProcess, who: Any, task: str) -> list[str]:
    """The tasks that a subscription was granted."""
    about = envelope(clientCapabilities=TAKES)
    message = modern("subscriptions/listen", 1, about, notifications={"taskIds": [task], "toolsListChanged": True})
    with closing(http.client.HTTPConnection("127.0.0.1", server.judged_port, timeout=ANSWER_WITHIN)) as connection:
        headers = {**headers_for(message), "Content-Type": "application/json", "Accept": "text/event-stream", **who}
        connection.request("POST", server.path, json.dumps(message), headers)
        response = connection.getresponse()
        assert response.status == 200
        while not (line := response.readline()).startswith(b"data: {"):
            assert line, "the stream is over"
        granted = json.loads(line[6:])["params"]["notifications"]
        return list(granted.get("taskIds", []))


def test_a_cursor_of_another_is_refused_as_a_forged_one_is(owned: HttpProcess) -> None:
    """PAG-6, SEC-5"""
    cursor = say(owned, ANN, "tools/list").message["result"]["nextCursor"]
    for other in OTHERS:
        theirs = say(owned, other, "tools/list", cursor=cursor)
        assert told(theirs) == told(say(owned, other, "tools/list", cursor="AWFi")) and theirs.error == -32602
    assert len(say(owned, ANN, "tools/list", cursor=cursor).message["result"]["tools"]) == 1


def test_a_session_of_another_is_answered_as_an_unknown_one_is(owned: HttpProcess) -> None:
    """SESS-10, SEC-5"""
    begun = send(owned, initialize(), ANN)
    session = {"Mcp-Session-Id": begun.headers["mcp-session-id"], "MCP-Protocol-Version": LEGACY}
    unknown = {**session, "Mcp-Session-Id": "unknown"}
    asked = request("tools/list")
    for other in OTHERS:
        for message in (asked, INITIALIZED, initialize(), {"jsonrpc": "2.0", "id": 1, "result": {}}):
            theirs = send(owned, message, {**session, **other})
            assert theirs.status == 404
            assert theirs.body == send(owned, message, {**unknown, **other}).body
        for method in ("GET", "DELETE"):
            accept = {"Accept": "text/event-stream", "Content-Type": None}
            theirs = send(owned, b"", {**session, **other, **accept}, method=method)
            assert theirs.status == 404
            assert theirs.body == send(owned, b"", {**unknown, **other, **accept}, method=method).body
    assert send(owned, asked, {**session, **ANN}).message["result"]["tools"]
    assert send(owned, b"", {**session, **ANN}, method="DELETE").status in (200, 204)
    assert send(owned, asked, {**session, **ANN}).status == 404


def test_messages_are_taken_from_whoever_opened_the_stream(owned: HttpProcess) -> None:
    """SESS-10"""
    with closing(http.client.HTTPConnection("127.0.0.1", owned.judged_port, timeout=ANSWER_WITHIN)) as connection:
        connection.request("GET", "/older/sse", headers={"Accept": "text/event-stream", **ANN})
        stream = connection.getresponse()
        assert stream.status == 200
        while not (line := stream.readline()).startswith(b"data: "):
            assert line, "the stream is over"
        messages = line[6:].strip().decode()
        for other in OTHERS:
            assert send(owned, initialize("2024-11-05"), other, path=messages).status == 404
        assert send(owned, initialize("2024-11-05"), ANN, path=messages).status == 202
        while not (line := stream.readline()).startswith(b"data: {"):
            assert line, "the stream is over"
        assert json.loads(line[6:])["result"]["protocolVersion"] == "2024-11-05"
