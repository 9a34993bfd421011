"""What is offered: lists that are the same for everybody, requests that are checked before anybody's function runs."""

from __future__ import annotations

import base64
from typing import Any

from places import Peer, Servers, everywhere

LISTS = {"tools/list": "tools", "prompts/list": "prompts", "resources/list": "resources"}
PROMPT = {"type": "ref/prompt", "name": "test_prompt_with_arguments"}


def names(peer: Peer, method: str, meta: dict[str, Any] | None = None) -> list[Any]:
    """All that is listed."""
    listed: list[Any] = peer.ask(method, meta=meta).result[LISTS[method]]
    return listed


def refused_with(peer: Peer, params: dict[str, Any]) -> int:
    """The code for params that are wrong: where a header repeats the name, that is looked at first (HDR-14)."""
    is_mirrored = peer.is_modern and peer.place.transport == "http"
    return -32602 if isinstance(params.get("name"), str) or not is_mirrored else -32020


@everywhere("TOOL-2", "RSRC-2", "PRM-2", "TOOL-3")
def test_lists_are_the_same_on_every_connection_and_whatever_was_asked_before(peer: Peer, servers: Servers) -> None:
    before = {method: names(peer, method) for method in LISTS}
    peer.call("echo", text="something else")
    peer.ask("resources/read", uri="test://static-text")
    peer.ask("prompts/get", name="test_simple_prompt")
    other = servers.fresh(peer.place)
    somebody = {"clientInfo": {"name": "another", "version": "9"}, "clientCapabilities": {"sampling": {}, "roots": {}}}
    for method in LISTS:
        assert names(peer, method) == before[method] == names(peer, method, somebody) == names(other, method)


@everywhere("TOOL-13", "TOOL-7")
def test_arguments_are_checked_before_the_function_runs(peer: Peer) -> None:
    for wrong in ({}, {"label": 7}, {"label": None}, {"label": ["wrong"]}, {"label": {}}, {"another": "wrong"}):
        refused = peer.ask("tools/call", name="wait_until_cancelled", arguments=wrong).result
        assert refused["isError"] and "label" in refused["content"][0]["text"], wrong
    for wrong_params in ({}, {"name": 7}, {"name": "add", "arguments": []}, {"name": "add", "arguments": "a"}):
        assert peer.ask("tools/call", **wrong_params).code == refused_with(peer, wrong_params), wrong_params
    assert "wrong" not in peer.call("observed").text and "7" not in peer.call("observed").text


@everywhere("RSRC-4", "RSRC-3")
def test_a_resource_that_is_not_there_is_an_error_and_not_empty(peer: Peer) -> None:
    for uri in ("test://nothing", "test://static-text/below", "test://template//data", "other://static-text", "test:"):
        refused = peer.ask("resources/read", uri=uri)
        assert refused.code == (-32602 if peer.is_modern else -32002), uri
        if not peer.is_modern:
            assert refused.message["error"]["data"]["uri"] == uri


@everywhere("PRM-4")
def test_what_prompts_carry_is_whole(peer: Peer) -> None:
    (image, _) = peer.ask("prompts/get", name="test_prompt_with_image", arguments={}).result["messages"]
    assert image["content"]["mimeType"] == "image/png"
    assert base64.b64decode(image["content"]["data"], validate=True).startswith(b"\x89PNG")
    uri = "test://example-resource"
    embedding = peer.ask("prompts/get", name="test_prompt_with_embedded_resource", arguments={"resourceUri": uri})
    resource = embedding.result["messages"][0]["content"]["resource"]
    assert resource["uri"] == uri and resource["mimeType"] == "text/plain" and resource["text"]


@everywhere("PRM-5", "PRM-3", "PRM-6")
def test_what_is_asked_of_prompts_is_checked(peer: Peer) -> None:
    name = "test_prompt_with_arguments"
    for wrong in (
        {"name": name},
        {"name": name, "arguments": {"arg1": "a"}},
        {"name": name, "arguments": {"arg1": "a", "arg2": 7}},
        {"name": name, "arguments": {"arg1": "a", "arg2": None}},
        {"name": name, "arguments": {"arg1": "a", "arg2": {"b": "c"}}},
        {"name": name, "arguments": ["a", "b"]},
        {"name": "no_such_prompt", "arguments": {}},
        {"name": ["test_simple_prompt"]},
        {},
    ):
        assert peer.ask("prompts/get", **wrong).code == refused_with(peer, wrong), wrong
    result = peer.ask("prompts/get", name=name, arguments={"arg1": "a", "arg2": "b"}).result
    assert [(message["role"], message["content"]["type"]) for message in result["messages"]] == [("user", "text")]


@everywhere("CMP-5", "CMP-3")
def test_what_is_to_be_completed_is_checked(peer: Peer) -> None:
    for wrong in (
        {},
        {"ref": PROMPT},
        {"ref": PROMPT, "argument": "arg1"},
        {"ref": PROMPT, "argument": {"name": "arg1"}},
        {"ref": PROMPT, "argument": {"name": "arg1", "value": 7}},
        {"ref": {**PROMPT, "name": "no_such_prompt"}, "argument": {"name": "arg1", "value": "t"}},
        {"ref": {"type": "ref/prompt"}, "argument": {"name": "arg1", "value": "t"}},
        {"ref": {"type": "ref/nothing", "name": "x"}, "argument": {"name": "arg1", "value": "t"}},
        {"ref": {"type": "ref/resource", "uri": "test://nothing/{x}"}, "argument": {"name": "x", "value": "t"}},
        {"ref": "ref/prompt", "argument": {"name": "arg1", "value": "t"}},
    ):
        assert peer.ask("completion/complete", **wrong).code == -32602, wrong


@everywhere("CMP-6", "CMP-2")
def test_an_argument_that_nobody_knows_completes_to_nothing(peer: Peer) -> None:
    asked = {"ref": PROMPT, "argument": {"name": "no_such_argument", "value": ""}}
    assert peer.ask("completion/complete", **asked).result["completion"]["values"] == []
    known = {"ref": PROMPT, "argument": {"name": "arg1", "value": "teste"}}
    assert peer.ask("completion/complete", **known).result["completion"]["values"] == ["tested"]


@everywhere("PARAM-9")
def test_a_header_is_expected_for_no_argument_that_is_absent_or_null(peer: Peer) -> None:
    for arguments in ({}, {"region": None}):
        answer = peer.ask("tools/call", name="test_x_mcp_header", arguments=arguments)
        assert answer.status == 200 and answer.result["isError"], arguments
    missing = peer.ask("tools/call", name="test_x_mcp_header", arguments={"region": "north"})
    assert (missing.status, missing.code) == (400, -32020)


@everywhere("LOG-2", "LOG-3")
def test_log_messages_are_for_those_who_ask_in_the_request(peer: Peer) -> None:
    asked = peer.call("steps", {"logLevel": "info"}, count=2)
    assert [log["level"] for log in asked.told_of("notifications/message")] == ["info", "info"]
    for meta in ({}, {"progressToken": "t"}, {"logLevel": "warning"}):
        assert peer.call("steps", meta, count=2).told_of("notifications/message") == []


@everywhere("CAN-6", "CAN-2", over=("stdio",))
def test_a_request_of_the_new_era_is_never_taken_back(peer: Peer) -> None:
    call = {"name": "wait_until_cancelled", "arguments": {"label": f"taken back {peer.place}"}}
    message = peer.request("tools/call", call, progressToken="t")
    peer.tell(message)
    assert peer.next()["method"] == "notifications/progress"
    peer.tell({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": message["id"]}})
    while f"cancelled taken back {peer.place}" not in (reply := peer.call("observed")).text:
        assert reply.told == []
    assert peer.ask("tools/list").told == []


@everywhere("CAN-6", over=("http",))
def test_nothing_is_taken_back_on_a_stream(peer: Peer) -> None:
    assert peer.call("steps", {"progressToken": "t"}, count=3).told_of("notifications/cancelled") == []


@everywhere("STDIO-15", "STDIO-1")
def test_answers_come_when_they_are_there_each_on_a_line(peer: Peer) -> None:
    session: Any = peer.session
    text = "two\nlines, \r\n\u2028\u2029\u0085 and \u0000"
    slow = {"name": "echo_later", "arguments": {"text": text, "milliseconds": 300}}
    peer.tell(peer.request("tools/call", slow, "slow"))
    peer.tell(peer.request("tools/call", {"name": "echo", "arguments": {"text": text}}, "quick"))
    lines = [session.lines.get(timeout=30) for _ in range(2)]
    for line, identity in zip(lines, ("quick", "slow"), strict=True):
        assert line.endswith(b"\n") and line.count(b"\n") == 1 and b"\r" not in line
        assert line.decode().startswith("{") and f'"id":"{identity}"' in line.decode().replace(" ", "")


@everywhere("SEC-17", era="legacy", over=("sse",))
def test_no_text_breaks_an_event(peer: Peer) -> None:
    for text in ("a\nb", "a\r\nb", "a\rb", "a\u2028b\u2029c", "\n\n", "data: x\n\ndata: y", "\nevent: endpoint\n"):
        assert peer.call("echo", text=text).text == text


@everywhere("SEC-17", over=("http",))
def test_no_text_breaks_an_event_of_a_stream(peer: Peer) -> None:
    for text in ("a\nb", "a\r\nb", "a\rb", "a\u2028b\u2029c", "\n\n", "data: x\n\ndata: y", "\nevent: endpoint\n"):
        message = peer.request("tools/call", {"name": "steps", "arguments": {"count": 1}}, progressToken=text)
        reply = peer.say(message)
        assert reply.told_of("notifications/progress")[0]["progressToken"] == text
        assert reply.message["id"] == message["id"]


@everywhere("EXT-2", "EXT-3")
def test_an_extension_that_nobody_has_changes_nothing(peer: Peer, servers: Servers) -> None:
    unheard = {"extensions": {"com.example/unheard-of": {"a": 1}}}
    if not peer.is_modern:
        peer = servers.fresh(peer.place, can=unheard)
    meta = {"clientCapabilities": unheard} if peer.is_modern else None
    assert peer.call("echo", meta, text="served").text == "served"
    assert peer.ask("com.example/unheard-of", meta=meta).code == -32601
