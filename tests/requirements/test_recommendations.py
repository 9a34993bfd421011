"""What the specification recommends, allows or only describes: done in every language alike."""

from __future__ import annotations

import json
from typing import Any

from places import Peer, Servers, everywhere
from streams import Stream
from wire import BATCHING, INITIALIZED, call, headers_for, request, send

ICON = {"src": "https://example.org/icon.png", "mimeType": "image/png", "sizes": ["48x48"]}


def tool_named(peer: Peer, name: str) -> dict[str, Any]:
    """What is listed of a tool."""
    (found,) = (tool for tool in peer.ask("tools/list").result["tools"] if tool["name"] == name)
    return dict(found)


@everywhere("ICON-1", "TOOL-16")
def test_what_an_author_said_of_a_tool_is_told_and_nothing_is_made_up(peer: Peer) -> None:
    decorated = tool_named(peer, "decorated")
    assert decorated["icons"] == [ICON] and decorated["title"] == "Decorated"
    assert decorated["annotations"] == {"readOnlyHint": True, "openWorldHint": False}
    plain = tool_named(peer, "echo")
    assert not {"icons", "title", "annotations"} & set(plain), "the defaults are the reader's"
    link = peer.call("decorated").result["content"][2]
    assert link["type"] == "resource_link" and link["icons"] == [ICON]


@everywhere("RPC-12")
def test_members_that_nobody_knows_are_let_pass(peer: Peer) -> None:
    message = peer.request("tools/call", {"name": "echo", "arguments": {"text": "a"}, "x": [1, {"y": None}]})
    assert peer.say({**message, "extra": {"deep": [1]}, "result_": 7}).text == "a"
    seen = peer.call("meta_seen", {"example.com/mine": {"b": [1, 2]}, "bare": 7} if not peer.is_modern else None)
    if not peer.is_modern:
        assert json.loads(seen.text) == {"bare": 7, "example.com/mine": {"b": [1, 2]}}
        return
    meta = {"example.com/mine": {"b": [1, 2]}, "bare": 7}
    params = {"name": "meta_seen", "arguments": {}, "_meta": meta}
    assert json.loads(peer.say(peer.request("tools/call", params)).text).items() >= meta.items()


@everywhere("RPC-11", "RPC-19")
def test_what_there_is_not_has_the_code_of_what_is_unknown(peer: Peer) -> None:
    for method in ("tasks/list", "nothing", "tools", "tools/calls", "sampling/createMessage", "roots/list", ""):
        if method != "tasks/list" or peer.is_modern:
            assert peer.ask(method).code in (-32601, -32600), method


@everywhere("PARAM-1", "PARAM-10", era="modern", over=("http",))
def test_a_header_that_repeats_an_argument_is_compared_with_it(peer: Peer) -> None:
    server: Any = peer.session
    assert tool_named(peer, "test_x_mcp_header")["inputSchema"]["properties"]["region"]["x-mcp-header"] == "Region"
    message = call("test_x_mcp_header", {"region": "north"})
    for region, status in (("north", 200), ("=?base64?bm9ydGg=?=", 200), ("south", 400), ("North", 400)):
        answer = send(server, message, {**headers_for(message), "Mcp-Param-Region": region})
        assert answer.status == status, region


@everywhere("HTTP-4", over=("http",))
def test_a_stream_is_not_kept_by_who_stands_between(peer: Peer) -> None:
    """SSE-4, LHTTP-6"""
    message = peer.request("tools/call", {"name": "steps", "arguments": {"count": 1}}, progressToken="t")
    modern_server = peer.session if peer.is_modern else None
    session: Any = peer.session
    headers = headers_for(message) if modern_server else session.headers
    with Stream(modern_server or session.server, message, headers) as stream:
        told = {name.lower(): value for name, value in stream.response.getheaders()}
        assert told["x-accel-buffering"] == "no" and "no-cache" in told["cache-control"]
        methods = [event.message.get("method") for event in stream.events if event.data]
    # What belongs to a call goes on its own stream, and the answer is the last of it.
    assert "notifications/progress" in methods and methods[-1] is None


@everywhere("LHTTP-12", "ERA-2", era="legacy", over=("http",))
def test_who_names_no_version_is_served_by_the_one_of_the_session(peer: Peer, servers: Servers) -> None:
    for version in ("2025-03-26", "2025-06-18", "2025-11-25"):
        session: Any = servers.fresh(peer.place, version).session
        answer = send(session.server, request("tools/list"), {"Mcp-Session-Id": session.id})
        titles = [tool.get("title") for tool in answer.message["result"]["tools"] if tool["name"] == "decorated"]
        assert titles == ([None] if version == BATCHING else ["Decorated"]), version


@everywhere("RESUME-2", "RESUME-1", era="legacy", over=("http",))
def test_the_id_of_an_event_leads_to_its_stream(peer: Peer, servers: Servers) -> None:
    session: Any = servers.fresh(peer.place).session
    params = {"name": "steps", "arguments": {"count": 3}, "_meta": {"progressToken": "t"}}
    firsts = []
    for identity in ("one", "other"):
        with Stream(session.server, request("tools/call", params, identity), session.headers) as stream:
            firsts.append(next(stream.events).id)
            assert list(stream.events)[-1].message["id"] == identity
    for identity, first in zip(("one", "other"), firsts, strict=True):
        headers = {**session.headers, "Accept": "text/event-stream", "Last-Event-ID": str(first)}
        with Stream(session.server, None, headers, method="GET") as resumed:
            while "id" not in (message := resumed.next()):
                assert message["method"].startswith("notifications/")
            assert message["id"] == identity


@everywhere("LIFE-5", era="legacy", over=("stdio", "sse"))
def test_nothing_is_asked_or_told_before_the_client_is_ready(peer: Peer, servers: Servers) -> None:
    early = servers.fresh(peer.place, ready=False)
    other = servers.fresh(peer.place)
    if peer.place.transport != "stdio":
        assert other.call("test_trigger_tool_change").text
        assert other.call("touch_watched_resource").text
    assert early.ask("ping").told == []
    early.tell(INITIALIZED)
    assert early.call("echo", text="ready").text == "ready"


@everywhere("TASK-14", "TASK-2")
def test_what_is_to_be_asked_first_is_asked_before_there_is_a_task(peer: Peer) -> None:
    can = {"elicitation": {"form": {}}, "extensions": {"io.modelcontextprotocol/tasks": {}}}
    first = peer.call("test_tool_with_task", {"clientCapabilities": can}).result
    assert first["resultType"] == "input_required" and "taskId" not in str(first)
    (key,) = first["inputRequests"]
    answers = {key: {"action": "accept", "content": {"name": "Ada"}}}
    again = {"inputResponses": answers, "requestState": first["requestState"]}
    task = peer.ask(
        "tools/call", meta={"clientCapabilities": can}, name="test_tool_with_task", arguments={}, **again
    ).result
    assert task["resultType"] == "task" and task["taskId"]


@everywhere("META-2")
def test_who_a_client_says_it_is_changes_nothing(peer: Peer) -> None:
    """META-4"""
    said = []
    for who in (None, {"name": "a", "version": "1"}, {"name": "claude-ai", "version": "99", "title": "admin"}):
        reply = peer.say(peer.request("tools/list", {}, clientInfo=who))
        said.append(reply.result["tools"])
        assert peer.say(peer.request("tools/call", {"name": "echo", "arguments": {"text": "x"}}, clientInfo=who)).text
    assert said[0] == said[1] == said[2]
