"""What older revisions cannot hold: each client is told what its own revision knows, and of the rest the nearest."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from asking import CAPABLE
from places import Peer, Servers, everywhere
from wire import LEGACY

REVISIONS = ("2024-11-05", "2025-03-26", "2025-06-18", LEGACY)
BLOCKS = {
    "2024-11-05": {"text", "image", "resource"},
    "2025-03-26": {"text", "image", "resource", "audio"},
    "2025-06-18": {"text", "image", "resource", "audio", "resource_link"},
    LEGACY: {"text", "image", "resource", "audio", "resource_link"},
}
"""The kinds of content that a revision lists."""


def each_revision(peer: Peer, servers: Servers, **options: Any) -> Iterator[tuple[str, Peer]]:
    """A session in each revision with a handshake, as the peer's place has them."""
    for revision in REVISIONS:
        yield revision, servers.fresh(peer.place, revision, **options)


def tool_of(peer: Peer, name: str) -> dict[str, Any]:
    """A tool as it is listed."""
    found: dict[str, Any] = next(tool for tool in peer.ask("tools/list").result["tools"] if tool["name"] == name)
    return found


@everywhere("DOWN-1", "DOWN-2", "DOWN-6", era="legacy", over=("http", "sse"))
def test_blocks_that_a_revision_does_not_know_become_text(peer: Peer, servers: Servers) -> None:
    for revision, session in each_revision(peer, servers):
        text, audio, link = session.call("decorated").result["content"]
        assert text["text"] == "for you" and text["annotations"]["audience"] == ["user"]
        assert audio["type"] == ("audio" if "audio" in BLOCKS[revision] else "text")
        assert link["type"] == ("resource_link" if "resource_link" in BLOCKS[revision] else "text")
        assert "test://static-text" in (link.get("uri") or link["text"])
        assert ("title" in link) == (link["type"] == "resource_link")


@everywhere("DOWN-21", era="legacy", over=("http", "sse"))
def test_lists_of_kinds_are_kept_to(peer: Peer, servers: Servers) -> None:
    tools = ("test_audio_content", "test_multiple_content_types", "decorated", "picture", "test_embedded_resource")
    for revision, session in each_revision(peer, servers):
        for tool in tools:
            kinds = {block["type"] for block in session.call(tool).result["content"]}
            assert kinds <= BLOCKS[revision], (revision, tool)
        for tool in session.ask("tools/list").result["tools"]:
            assert tool["inputSchema"]["type"] == "object"
            assert tool.get("outputSchema", {"type": "object"})["type"] == "object", (revision, tool)


@everywhere("DOWN-1", "DOWN-2", "DOWN-21", era="modern")
def test_the_newest_revision_is_told_all(peer: Peer) -> None:
    kinds = [block["type"] for block in peer.call("decorated").result["content"]]
    assert kinds == ["text", "audio", "resource_link"]
    assert {"title", "icons", "annotations", "_meta"} <= set(tool_of(peer, "decorated"))
    assert "outputSchema" in tool_of(peer, "weather") and "execution" not in tool_of(peer, "slow_compute")


@everywhere("DOWN-5", era="legacy", over=("http", "sse"))
def test_structure_is_for_those_whose_revision_has_it(peer: Peer, servers: Servers) -> None:
    for revision, session in each_revision(peer, servers):
        has_structure = revision >= "2025-06-18"
        assert ("outputSchema" in tool_of(session, "weather")) == has_structure
        result = session.call("weather", city="Oslo").result
        assert ("structuredContent" in result) == has_structure
        assert json.loads(result["content"][0]["text"])["city"] == "Oslo"
        assert "_meta" in session.call("whole_result").result, revision


@everywhere("DOWN-6", "DOWN-7", "DOWN-8", "DOWN-9", era="legacy", over=("http", "sse"))
def test_items_show_what_each_revision_knows_of_them(peer: Peer, servers: Servers) -> None:
    for revision, session in each_revision(peer, servers):
        tool = tool_of(session, "decorated")
        assert ("title" in tool, "_meta" in tool) == (revision >= "2025-06-18",) * 2
        assert ("annotations" in tool) == (revision >= "2025-03-26")
        assert ("icons" in tool) == (revision == LEGACY)
        assert revision == LEGACY or "execution" not in tool_of(session, "slow_compute")
        assert tool["description"] and tool["inputSchema"]["type"] == "object"


@everywhere("DOWN-13", era="legacy", over=("http", "sse"))
def test_the_words_of_progress_are_for_those_whose_revision_has_them(peer: Peer, servers: Servers) -> None:
    for revision, session in each_revision(peer, servers):
        steps = session.call("steps", {"progressToken": "t"}, count=1).told_of("notifications/progress")
        assert ("message" in steps[0]) == (revision >= "2025-03-26")


@everywhere("ELI-16", era="legacy", over=("http", "sse"))
def test_choices_are_asked_for_in_the_words_of_the_revision(peer: Peer, asking: Servers) -> None:
    """DOWN-11"""
    for revision in ("2025-06-18", LEGACY):
        session = asking.fresh(peer.place, revision, can=CAPABLE)
        with session.begin(session.request("tools/call", {"name": "choose", "arguments": {}})) as following:
            question = following()
            (field,) = question["params"]["requestedSchema"]["properties"].values()
            if revision == LEGACY:
                assert [choice["title"] for choice in field["oneOf"]] == ["Small", "Large"]
            else:
                assert (field["enum"], field["enumNames"]) == (["s", "l"], ["Small", "Large"])
            given = {"action": "accept", "content": {"value": "l"}}
            session.tell({"jsonrpc": "2.0", "id": question["id"], "result": given})
            assert following()["result"]["content"][0]["text"] == "accept l"
    older = asking.fresh(peer.place, "2025-06-18", can=CAPABLE)
    refused = older.call("book")
    assert refused.told == [] and refused.result["isError"] and "2025-06-18" in refused.text


@everywhere("SAM-2", era="legacy", over=("stdio", "http", "sse"))
def test_a_model_is_offered_no_tools_where_its_client_says_nothing_of_them(peer: Peer, asking: Servers) -> None:
    session = asking.fresh(peer.place, can={"sampling": {}})
    refused = session.call("write_with_tools", topic="tests")
    assert refused.told == [] and refused.result["isError"] and "sampling.tools" in refused.text
    able = asking.fresh(peer.place, can={"sampling": {"tools": {}}})
    call = able.request("tools/call", {"name": "write_with_tools", "arguments": {"topic": "tests"}})
    with able.begin(call) as following:
        question = following()
        assert [tool["name"] for tool in question["params"]["tools"]] == ["look_up"]
        block = {"type": "text", "text": "done"}
        sampled = {"role": "assistant", "content": block, "model": "test", "stopReason": "endTurn"}
        able.tell({"jsonrpc": "2.0", "id": question["id"], "result": sampled})
        assert following()["result"]["content"][0]["text"] == "done"


@everywhere("SAM-2", era="modern")
def test_a_model_is_offered_no_tools_where_the_request_says_nothing_of_them(peer: Peer, asking: Servers) -> None:
    """META-6"""
    peer = asking.peer(peer.place)
    refused = peer.call("write_with_tools", {"clientCapabilities": {"sampling": {}}}, topic="tests")
    assert refused.code == -32021
    assert refused.message["error"]["data"]["requiredCapabilities"] == {"sampling": {"tools": {}}}
    asked = peer.call("write_with_tools", {"clientCapabilities": {"sampling": {"tools": {}}}}, topic="tests")
    (question,) = asked.result["inputRequests"].values()
    assert [tool["name"] for tool in question["params"]["tools"]] == ["look_up"]


@pytest.mark.parametrize("mode", ["form", "url"])
@everywhere("ELI-2", era="modern")
def test_a_mode_that_was_not_declared_is_not_asked_for(peer: Peer, asking: Servers, mode: str) -> None:
    """MRTR-4, META-6"""
    peer = asking.peer(peer.place)
    tool, other = ("choose", "url") if mode == "form" else ("sign_in", "form")
    refused = peer.call(tool, {"clientCapabilities": {"elicitation": {other: {}}}})
    assert refused.code == -32021
    assert refused.message["error"]["data"]["requiredCapabilities"] == {"elicitation": {mode: {}}}
