"""JSON-RPC itself: ids, errors, numbers and texts, the same from every server in every place."""

from __future__ import annotations

import json
from typing import Any

import pytest
from places import Peer, everywhere, same
from wire import INVALID_REQUESTS, PARSE_ERRORS, request

IDS = [0, -1, 7, 2**53 + 1, 2**63 - 1, "", "1", "true", 'quote " and \\ and \u0007', "世界 🎈"]


@everywhere("RPC-1", "RPC-3", "RPC-7")
def test_every_answer_carries_the_id_of_its_request_and_a_result_or_an_error(peer: Peer) -> None:
    for method in ("tools/list", "no/such/method"):
        for identity in IDS:
            answer = peer.ask(method, identity=identity).message
            assert answer["jsonrpc"] == "2.0" and same(answer["id"], identity)
            assert set(answer) == {"jsonrpc", "id", "result" if method == "tools/list" else "error"}
            if "error" in answer:
                assert type(answer["error"]["code"]) is int and type(answer["error"]["message"]) is str
            else:
                assert isinstance(answer["result"], dict)


@everywhere("RPC-2", "RPC-8", "RPC-6")
def test_an_id_that_is_no_text_and_no_integer_is_refused(peer: Peer) -> None:
    for identity in (None, 1.5, True, {}, [], [1]):
        message = {**peer.request("tools/list", {}), "id": identity}
        error = peer.send_bytes(json.dumps(message).encode())
        assert error["error"]["code"] == -32600 and error.get("id") is None, identity
    assert peer.is_alive()


@everywhere("RPC-6")
def test_notifications_are_never_answered(peer: Peer) -> None:
    for method, params in (
        ("notifications/never_heard_of", {}),
        ("notifications/cancelled", {"requestId": "nobody's"}),
        ("notifications/cancelled", {"requestId": {}}),
        ("notifications/progress", {"progressToken": 1, "progress": 2}),
        ("tools/list", {}),
    ):
        peer.tell({"jsonrpc": "2.0", "method": method, "params": params})
    answer = peer.call("echo", text="next")
    assert answer.text == "next" and answer.told == []


@everywhere("RPC-9", "RPC-16", "RPC-17", "RPC-18", "RPC-14")
def test_what_cannot_be_read_is_refused_and_the_next_message_is_served(peer: Peer) -> None:
    method = json.dumps(peer.request("tools/list", {})).encode()
    cases = {
        **{name: (line, (-32700,)) for name, line in PARSE_ERRORS.items()},
        **{name: (line, (-32600,)) for name, (line, _) in INVALID_REQUESTS.items() if line != b"[]"},
        "nested too deep": (b'{"x":' + b"[" * 1000 + b"]" * 1000 + b"}", (-32600, -32700)),
        "a method without an end": (method.replace(b"tools/list", b"x" * 5000), (-32600,)),
        "a member twice": (method.replace(b'"method"', b'"method": "ping", "method"'), (-32600, -32700)),
        "a member twice, spelled differently": (
            method.replace(b'"method"', b'"m\\u0065thod": "ping", "method"'),
            (-32600, -32700),
        ),
    }
    for name, (line, codes) in cases.items():
        assert peer.send_bytes(line)["error"]["code"] in codes, name
    assert peer.is_alive()


@everywhere("RPC-15", "RPC-16")
def test_numbers_and_texts_come_through_as_they_are(peer: Peer) -> None:
    for text in ("", "\u0000", "a\u2028b\u2029c", "\\ud800", "é", "e\u0301", "🎈" * 3, "\ufeff", "x" * 100_000):
        assert peer.call("echo", text=text).text == text
    for a, b in ((2**53 - 1, 0), (-(2**53) + 1, 0), (2**53 - 2, 1), (-7, 7)):
        result = peer.call("add", a=a, b=b).result
        assert result["content"][0]["text"] == str(a + b)
        structured = result["structuredContent"]
        assert json.dumps(structured if isinstance(structured, int) else structured["result"]) == str(a + b)


@everywhere("RPC-13")
def test_params_that_are_no_object_are_refused(peer: Peer) -> None:
    # JSON-RPC knows arrays there; anything else is no message at all.
    for params, code in (([], -32602), (["a"], -32602), (7, -32600), ("text", -32600), (True, -32600)):
        message: dict[str, Any] = {**peer.request("tools/list", {}), "params": params}
        assert peer.say(message).code == code, params


@everywhere("RPC-4", "RPC-5", over=("stdio", "sse"))
def test_an_id_that_is_still_waiting_is_not_taken_a_second_time(peer: Peer) -> None:
    first = peer.request("tools/call", {"name": "echo_later", "arguments": {"text": "first", "milliseconds": 150}}, "x")
    second = peer.request("tools/call", {"name": "echo", "arguments": {"text": "second"}}, "x")
    peer.tell(first)
    answers = [peer.say(second), peer.say(peer.request("tools/list", {}, "y"))]
    assert answers[0].code == -32600
    while (answer := peer.next())["id"] != "x":
        pass
    assert answer["result"]["content"][0]["text"] == "first"


@everywhere("RPC-20", "PROG-2", "PROG-3", "PROG-7")
def test_progress_names_the_token_it_was_given_rises_and_comes_before_the_answer(peer: Peer) -> None:
    for token in ("t", 0, -1, "0", 2**53):
        answer = peer.call("steps", {"progressToken": token}, count=3)
        told = answer.told_of("notifications/progress")
        assert [(step["progress"], step["total"]) for step in told] == [(1, 3), (2, 3), (3, 3)]
        assert all(same(step["progressToken"], token) for step in told)
    assert peer.call("steps", count=3).told_of("notifications/progress") == []


def refused(peer: Peer) -> list[int]:
    """The codes of all kinds of refusals."""
    return [
        peer.ask(method, **params).code
        for method, params in (
            ("no/such/method", {}),
            ("tasks/result", {"taskId": "x"}),
            ("tools/call", {"name": "no_such_tool"}),
            ("tools/call", {}),
            ("resources/read", {"uri": "test://nothing"}),
            ("prompts/get", {"name": "no_such_prompt"}),
            ("tools/list", {"cursor": "forged"}),
            ("completion/complete", {}),
        )
    ]


@everywhere("RPC-10")
def test_no_code_is_sent_that_the_era_has_not(peer: Peer) -> None:
    reserved = set(range(-32099, -32019)) | set(range(-32019, -31999))
    allowed = {-32020, -32021, -32022} if peer.is_modern else {-32002}
    assert set(refused(peer)) & reserved <= allowed


@pytest.mark.parametrize("name", ["resources/subscribe", "logging/setLevel", "initialize", "ping"])
@everywhere("PING-3", "HTTP-6", over=("http",))
def test_what_the_new_era_has_not_is_not_found(peer: Peer, name: str) -> None:
    answer = peer.ask(name, uri="test://static-text", level="info")
    assert (answer.status, answer.code) == (404, -32601)


@everywhere("PING-1")
def test_a_ping_is_answered_with_nothing(peer: Peer) -> None:
    assert peer.say(request("ping", identity="ping")).result == {}
    assert peer.say(request("ping", {}, identity="ping again")).result == {}
