"""The process itself: many calls at once, cancellations, the end of input, signals."""

from __future__ import annotations

import json
import random
import signal
import time
from typing import Any

import pytest
from processes import StdioProcess, serve_stdio
from wire import INITIALIZED, PREFIX, call, envelope, initialize, modern, request, text_of

PROMPTLY = 5.0
"""Seconds a process may take to end on a busy machine; it is usually far less than one."""


def cancel(identity: Any) -> dict[str, Any]:
    """The notification that cancels a request."""
    return {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": identity}}


def in_a_session(server: StdioProcess) -> None:
    """Open a legacy session."""
    server.send(initialize())
    server.answer_to(0)
    server.send(INITIALIZED)


@pytest.mark.parametrize("era", ["legacy", "modern"])
def test_64_calls_in_flight_are_each_answered_once(everything_stdio: StdioProcess, era: str) -> None:
    """HTTP-19: every answer carries its own id, whatever the order"""
    server = everything_stdio
    if era == "legacy":
        in_a_session(server)
    chance = random.Random(64)
    expected: dict[str, str] = {}
    waiting: set[str] = set()

    def start(number: int) -> None:
        identity = f"call {number}"
        text = f"text of {number}"
        tool = chance.choice(["echo", "echo_later", "echo_blocking"])
        arguments: dict[str, Any] = {"text": text}
        if tool != "echo":
            arguments["milliseconds"] = chance.choice([0, 1, 5, 20, 60])
        params = {"name": tool, "arguments": arguments}
        server.send(request("tools/call", params, identity) if era == "legacy" else call(tool, arguments, identity))
        expected[identity] = text
        waiting.add(identity)

    for number in range(64):
        start(number)
    number = 64
    while waiting:
        answer = server.receive()
        assert answer["id"] in waiting, answer
        waiting.remove(answer["id"])
        assert text_of(answer) == expected[answer["id"]]
        if number < 400:
            start(number)
            number += 1
    server.send(modern("tools/list", "last"))
    assert server.receive()["id"] == "last"  # and nothing was answered twice


def test_a_storm_of_cancellations_leaves_nothing_behind(everything_stdio: StdioProcess) -> None:
    """CAN-1, CAN-2, CAN-4, CAN-5"""
    server = everything_stdio
    for number in range(300):
        server.send(call("wait_until_cancelled", {"label": f"storm {number}"}, f"storm {number}"))
        server.send(cancel(f"storm {number}"))
        server.send(cancel(f"storm {number}"))
        server.send(cancel(f"never asked {number}"))
    malformed: list[Any] = [{}, {"requestId": None}, {"requestId": {}}, {"requestId": [1]}, {"reason": 7}]
    for params in malformed:
        server.send({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": params})
    server.send({"jsonrpc": "2.0", "method": "notifications/cancelled"})
    server.send(call("echo", {"text": "after the storm"}, "after"))
    assert text_of(server.answer_to("after")) == "after the storm"
    assert [message for message in server.seen if "method" not in message and message["id"] != "after"] == []
    deadline = time.monotonic() + 20
    while True:
        server.send(call("observed", {}, "observed"))
        seen = text_of(server.answer_to("observed"))
        started = sum(f'"started storm {number}"' in seen for number in range(300))
        cancelled = sum(f'"cancelled storm {number}"' in seen for number in range(300))
        if started == cancelled or time.monotonic() > deadline:
            break
    assert started == cancelled


def test_a_cancelled_legacy_call_is_not_answered(everything_stdio: StdioProcess) -> None:
    """CAN-3"""
    server = everything_stdio
    in_a_session(server)
    params = {"name": "wait_until_cancelled", "arguments": {"label": "one"}, "_meta": {"progressToken": 7}}
    server.send(request("tools/call", params, 77))
    note = server.receive()
    assert note["method"] == "notifications/progress" and note["params"]["progressToken"] == 7
    server.send(cancel(77))
    while "cancelled one" not in text_of(server.request("tools/call", {"name": "observed", "arguments": {}})):
        pass
    assert not [message for message in server.seen if message.get("id") == 77]


def test_answers_cancel_nothing_and_confuse_nobody(everything_stdio: StdioProcess) -> None:
    """RPC-21: responses to questions that were never asked are dropped"""
    server = everything_stdio
    for message in (
        {"jsonrpc": "2.0", "id": 1, "result": {}},
        {"jsonrpc": "2.0", "id": "x", "error": {"code": -1, "message": "no"}},
        {"jsonrpc": "2.0", "id": None, "error": {"code": -32700, "message": "no"}},
    ):
        server.send(message)
    server.send(call("echo", {"text": "unmoved"}, "after"))
    assert text_of(server.answer_to("after")) == "unmoved"


def test_the_end_of_input_is_the_end_of_the_server(everything_stdio: StdioProcess) -> None:
    """STDIO-5: a host closes the pipe to stop a server"""
    everything_stdio.send(call("echo", {"text": "last"}))
    everything_stdio.answer_to(1)
    everything_stdio.close_input()
    assert everything_stdio.process.wait(PROMPTLY) == 0


def test_input_that_ends_at_once_ends_the_server(language: str) -> None:
    """STDIO-5"""
    with serve_stdio("everything_server", language) as server:
        server.close_input()
        assert server.process.wait(60) == 0


def test_what_was_asked_before_the_end_of_input_is_answered(everything_stdio: StdioProcess) -> None:
    """STDIO-14: `echo … | server` works"""
    for number in range(20):
        everything_stdio.send(call("echo", {"text": "piped"}, number))
    everything_stdio.close_input()
    assert {message["id"] for message in everything_stdio.remaining()} == set(range(20))
    assert everything_stdio.process.wait(PROMPTLY) == 0


def test_a_process_that_ends_right_after_its_first_calls_ends_well() -> None:
    """STDIO-5: whatever thread was being started for them"""
    for _ in range(12):
        with serve_stdio("everything_server", "python") as server:
            for number in range(20):
                server.send(call("echo", {"text": "piped"}, number))
            server.close_input()
            assert len(list(server.remaining())) == 20
            assert server.process.wait(PROMPTLY) == 0


def test_a_last_line_without_its_end_is_still_a_message(everything_stdio: StdioProcess) -> None:
    """STDIO-11"""
    everything_stdio.send_bytes(json.dumps(call("echo", {"text": "unended"}, 9)).encode())
    everything_stdio.close_input()
    assert [text_of(message) for message in everything_stdio.remaining()] == ["unended"]
    assert everything_stdio.process.wait(PROMPTLY) == 0


def test_the_end_of_input_does_not_wait_for_a_call_without_end(everything_stdio: StdioProcess) -> None:
    """STDIO-14"""
    server = everything_stdio
    meta = {**envelope(), "progressToken": 1}
    server.send(modern("tools/call", 1, meta, name="wait_until_cancelled", arguments={"label": "eof"}))
    assert server.receive()["method"] == "notifications/progress"
    server.close_input()
    assert server.process.wait(20) == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("busy", [False, True])
def test_a_signal_ends_the_server_while_its_input_is_open(
    everything_stdio: StdioProcess, number: signal.Signals, busy: bool
) -> None:
    """Ctrl-C works although nobody closed the pipe"""
    server = everything_stdio
    meta = {**envelope(), "progressToken": 1}
    server.send(modern("tools/call", 1, meta, name="steps", arguments={"count": 1}))
    server.answer_to(1)
    if busy:
        server.send(modern("tools/call", 2, meta, name="wait_until_cancelled", arguments={"label": "signal"}))
        assert server.receive()["method"] == "notifications/progress"
    server.process.send_signal(number)
    code = server.process.wait(PROMPTLY)
    assert code in (0, 130, 143, -number)
    assert b"Traceback" not in b"".join(server.errors)


def test_a_listen_stream_ends_with_its_result(everything_stdio: StdioProcess) -> None:
    """SUB-2, SUB-3, SUB-4, SUB-5"""
    server = everything_stdio
    server.send(modern("subscriptions/listen", "L", notifications={"toolsListChanged": True, "unheardOf": True}))
    first = server.receive()
    assert first["method"] == "notifications/subscriptions/acknowledged"
    assert first["params"]["notifications"] == {"toolsListChanged": True}
    assert first["params"]["_meta"][PREFIX + "subscriptionId"] == "L"
    server.send(call("test_trigger_prompt_change", {}, 1))
    server.send(call("test_trigger_tool_change", {}, 2))
    server.answer_to(1)
    server.answer_to(2)
    while not (changes := [message for message in server.seen if "list_changed" in message.get("method", "")]):
        server.receive()
    assert {message["method"] for message in changes} == {"notifications/tools/list_changed"}
    assert all(message["params"]["_meta"][PREFIX + "subscriptionId"] == "L" for message in changes)
    server.process.send_signal(signal.SIGINT)
    rest = list(server.remaining())
    closing = [message for message in rest if message.get("id") == "L"]
    assert len(closing) == 1
    assert closing[0]["result"]["resultType"] == "complete"
    assert closing[0]["result"]["_meta"][PREFIX + "subscriptionId"] == "L"
