"""Bad input over pipes: every line is answered or ignored as the rules say, and the next one is served."""

from __future__ import annotations

import json
import threading
from typing import Any

import pytest
from processes import StdioProcess, serve_stdio
from wire import (
    BATCHING,
    INITIALIZED,
    INVALID_REQUESTS,
    LEGACY,
    MODERN,
    PARSE_ERRORS,
    PREFIX,
    call,
    envelope,
    initialize,
    modern,
    request,
    text_of,
)

MIB = 1 << 20


def is_alive(server: StdioProcess) -> None:
    """The server still answers."""
    server.send(call("echo", {"text": "still here"}, "alive"))
    assert text_of(server.answer_to("alive")) == "still here"


def refused(server: StdioProcess, line: bytes, identity: Any = 1) -> int:
    """Send a line, and return the code of the error that answers it; it may name the id if that could be read."""
    server.send_bytes(line + b"\n")
    message = server.receive()
    assert message["jsonrpc"] == "2.0" and "result" not in message
    assert message.get("id") in (None, identity)
    return int(message["error"]["code"])


@pytest.mark.parametrize("line", PARSE_ERRORS.values(), ids=PARSE_ERRORS.keys())
def test_what_is_not_json_is_a_parse_error(everything_stdio: StdioProcess, line: bytes) -> None:
    """RPC-9, STDIO-12"""
    assert refused(everything_stdio, line) == -32700
    is_alive(everything_stdio)


@pytest.mark.parametrize(
    "line",
    [
        b"[" * 100_000,
        b"[" * 100_000 + b"]" * 100_000,
        b'{"a":' * 100_000,
        b'{"jsonrpc":"2.0","id":1,"method":"ping","params":{"x":' + b"[" * 5000 + b"]" * 5000 + b"}}",
    ],
)
def test_what_is_nested_too_deep_is_refused(everything_stdio: StdioProcess, line: bytes) -> None:
    """RPC-17: refused at the limit, before anyone knows whether the rest is JSON"""
    assert refused(everything_stdio, line) in (-32600, -32700)
    is_alive(everything_stdio)


@pytest.mark.parametrize(("line", "identity"), INVALID_REQUESTS.values(), ids=INVALID_REQUESTS.keys())
def test_what_is_no_message_is_an_invalid_request(everything_stdio: StdioProcess, line: bytes, identity: Any) -> None:
    """RPC-9, BATCH-6"""
    everything_stdio.send_bytes(line + b"\n")
    message = everything_stdio.receive()
    assert message["error"]["code"] == -32600
    assert message.get("id") in (identity, None)
    is_alive(everything_stdio)


@pytest.mark.parametrize(
    "line",
    [
        b'{"jsonrpc":"2.0","id":1,"id":2,"method":"ping"}',
        b'{"jsonrpc":"2.0","id":1,"method":"ping","method":"tools/list"}',
        json.dumps(call("echo", {"text": "a"})).encode().replace(b'"text": "a"', b'"text":"a","text":"b"'),
        json.dumps(call("echo", {"text": "a"})).encode().replace(b'"text": "a"', rb'"text":"a","t\u0065xt":"b"'),
    ],
)
def test_a_member_may_occur_only_once(everything_stdio: StdioProcess, line: bytes) -> None:
    """RPC-14: two readers of one message must not see different values"""
    everything_stdio.send_bytes(line + b"\n")
    assert everything_stdio.receive()["error"]["code"] in (-32700, -32600)
    is_alive(everything_stdio)


def test_a_line_without_end_is_refused_without_being_kept(everything_stdio: StdioProcess) -> None:
    """HTTP-17 in spirit: more than 64 MiB is no message, and whoever waits for its answer is told so"""
    is_alive(everything_stdio)
    text = "x" * (65 * MIB)
    everything_stdio.send(call("echo", {"text": text}, "long"))
    message = everything_stdio.receive()
    assert (message["id"], message["error"]["code"]) == ("long", -32600)
    is_alive(everything_stdio)


def test_a_long_line_within_the_limit_is_served(everything_stdio: StdioProcess) -> None:
    """TOOL-17"""
    text = "x" * (3 * MIB)
    everything_stdio.send(call("echo", {"text": text}, "long"))
    assert text_of(everything_stdio.answer_to("long")) == text


def test_blank_lines_and_carriage_returns_are_harmless(everything_stdio: StdioProcess) -> None:
    """STDIO-11"""
    everything_stdio.send_bytes(b"\n\r\n  \n")
    everything_stdio.send_bytes(json.dumps(call("echo", {"text": "dos"}, "crlf")).encode() + b"\r\n")
    assert text_of(everything_stdio.answer_to("crlf")) == "dos"
    assert len(everything_stdio.seen) == 1


@pytest.mark.parametrize("identity", [0, -1, 2**53, "", "a", "1", 'quote " and \\ and \u0007 and 世界'])
def test_an_id_comes_back_as_it_was(everything_stdio: StdioProcess, identity: Any) -> None:
    """RPC-3, PROG-7: ids and tokens keep their JSON type"""
    everything_stdio.send(call("add", {"a": 1, "b": 1}, identity))
    answer = everything_stdio.receive()
    assert answer["id"] == identity and type(answer["id"]) is type(identity)


def test_before_a_handshake_only_enveloped_requests_and_pings_are_served(everything_stdio: StdioProcess) -> None:
    """VER-9, ERA-13"""
    assert everything_stdio.request("ping")["result"] == {}
    error = everything_stdio.request("tools/list")["error"]
    assert error["code"] == -32602
    assert MODERN in json.dumps(error)
    everything_stdio.send({"jsonrpc": "2.0", "method": "notifications/never_heard_of"})
    is_alive(everything_stdio)


@pytest.mark.parametrize(
    "meta",
    [
        {},
        envelope(protocolVersion=None),
        envelope(clientCapabilities=None),
        envelope(clientCapabilities="all"),
        envelope(clientCapabilities=[]),
        {**envelope(), PREFIX + "protocolVersion": 7},
    ],
)
def test_an_incomplete_envelope_is_refused(everything_stdio: StdioProcess, meta: dict[str, Any]) -> None:
    """META-1, META-12"""
    everything_stdio.send(modern("tools/list", 5, meta))
    assert everything_stdio.answer_to(5)["error"]["code"] == -32602
    is_alive(everything_stdio)


@pytest.mark.parametrize("version", ["1999-01-01", "2026-07-29", "v999.0.0", "", LEGACY])
def test_a_version_that_is_not_served_is_named_with_those_that_are(
    everything_stdio: StdioProcess, version: str
) -> None:
    """VER-2, VER-16, VER-17"""
    everything_stdio.send(modern("tools/list", 5, envelope(protocolVersion=version)))
    error = everything_stdio.answer_to(5)["error"]
    assert error["code"] == -32022
    assert error["data"] == {"supported": [MODERN], "requested": version}


@pytest.mark.parametrize(
    ("asked", "answered"),
    [
        ("2024-11-05", "2024-11-05"),
        ("2025-03-26", "2025-03-26"),
        ("2025-06-18", "2025-06-18"),
        ("2025-11-25", "2025-11-25"),
        ("2026-07-28", "2025-11-25"),
        ("1999-01-01", "2025-11-25"),
        ("", "2025-11-25"),
    ],
)
def test_a_handshake_agrees_on_a_version(everything_stdio: StdioProcess, asked: str, answered: str) -> None:
    """VER-10, VER-11, VER-12, VER-14"""
    everything_stdio.send(initialize(asked))
    assert everything_stdio.answer_to(0)["result"]["protocolVersion"] == answered


def test_unknown_methods_and_wrong_params_are_told_apart(everything_stdio: StdioProcess) -> None:
    """RPC-9, TOOL-6, TOOL-17, PRM-3, PING-3, LOG-4"""
    cases: list[tuple[dict[str, Any], int]] = [
        (modern("no/such/method"), -32601),
        (modern("ping"), -32601),
        (modern("initialize"), -32601),
        (modern("logging/setLevel", level="info"), -32601),
        (modern("resources/subscribe", uri="test://static-text"), -32601),
        (modern("tools/call", name="no_such_tool", arguments={}), -32602),
        (modern("tools/call", name=7, arguments={}), -32602),
        (modern("tools/call", arguments={}), -32602),
        (modern("tools/call", name="echo", arguments=["text"]), -32602),
        (modern("tools/call", name="echo", arguments="text"), -32602),
        (modern("prompts/get", name="no_such_prompt"), -32602),
        (modern("prompts/get", name="test_prompt_with_arguments", arguments={"arg1": "only"}), -32602),
        (modern("resources/read", uri="test://nothing"), -32602),
        (modern("resources/read"), -32602),
        (modern("subscriptions/listen"), -32602),
        (modern("subscriptions/listen", notifications=[]), -32602),
        (modern("tools/list", meta=envelope(logLevel="loud")), -32602),
        (modern("completion/complete", ref={"type": "ref/prompt", "name": "no_such_prompt"}), -32602),
        (request("tools/list", ["not", "an", "object"]), -32602),
    ]
    for number, (message, code) in enumerate(cases):
        everything_stdio.send(message | {"id": f"case {number}"})
        answer = everything_stdio.answer_to(f"case {number}")
        assert answer.get("error", {}).get("code") == code, message


@pytest.mark.parametrize("method", ["tools/list", "prompts/list", "resources/list", "resources/templates/list"])
def test_a_forged_cursor_is_refused(everything_stdio: StdioProcess, method: str) -> None:
    """PAG-2, PAG-3, PAG-6"""
    for number, cursor in enumerate(["", "x", "eyJvIjogMX0=", "A" * 10_000, "\u0000", 7, {}]):
        everything_stdio.send(modern(method, f"{number}", cursor=cursor))
        answer = everything_stdio.answer_to(f"{number}")
        assert answer.get("error", {}).get("code") == -32602, cursor


def test_batches_are_for_the_one_revision_that_has_them(everything_stdio: StdioProcess) -> None:
    """BATCH-1, BATCH-2, BATCH-3, BATCH-4, BATCH-6, BATCH-7"""
    server = everything_stdio
    server.send(initialize(BATCHING))
    server.answer_to(0)
    server.send(INITIALIZED)
    add = request("tools/call", {"name": "add", "arguments": {"a": 1, "b": 2}})
    server.send([add | {"id": "x"}, request("ping", identity="y"), INITIALIZED, 7])
    answers: list[Any] = []
    while len(answers) < 3:
        message = server.receive()
        answers += message if isinstance(message, list) else [message]
    by_id = {answer.get("id"): answer for answer in answers}
    assert text_of(by_id["x"]) == "3" and by_id["y"]["result"] == {}
    assert by_id[None]["error"]["code"] == -32600
    server.send([INITIALIZED, INITIALIZED])  # not answered
    server.send([])
    assert server.receive()["error"]["code"] == -32600
    server.send([request("ping", identity=number) for number in range(10_000)])
    assert server.receive()["error"]["code"] == -32600
    server.send([initialize(), request("ping", identity="z")])
    answered: list[Any] = []
    while not any(answer.get("id") == "z" or "error" in answer for answer in answered):
        message = server.receive()
        answered += message if isinstance(message, list) else [message]
    assert any("error" in answer for answer in answered)
    is_alive(server)


@pytest.mark.parametrize("version", ["2025-06-18", LEGACY])
def test_other_revisions_refuse_batches(everything_stdio: StdioProcess, version: str) -> None:
    """BATCH-5"""
    server = everything_stdio
    server.send(initialize(version))
    server.answer_to(0)
    server.send([request("ping")])
    assert server.receive()["error"]["code"] == -32600
    is_alive(server)


def test_one_process_serves_both_eras_side_by_side(everything_stdio: StdioProcess) -> None:
    """VER-6, VER-8, ERA-5, META-13"""
    server = everything_stdio
    server.send(call("echo", {"text": "before"}, 1))
    assert server.answer_to(1)["result"]["resultType"] == "complete"
    server.send(initialize())
    server.answer_to(0)
    server.send(INITIALIZED)
    legacy = server.request("tools/call", {"name": "echo", "arguments": {"text": "legacy"}})["result"]
    assert legacy["content"][0]["text"] == "legacy" and "resultType" not in legacy
    server.send(call("echo", {"text": "after"}, "m"))
    assert server.answer_to("m")["result"]["resultType"] == "complete"
    assert server.request("initialize", initialize()["params"])["error"]["code"] == -32600


def test_a_flood_that_nobody_reads_is_answered_once_it_is_read(language: str) -> None:
    """HTTP-19, SUB-11 in spirit: slow readers are waited for, not buffered for without limit"""
    count = 3000
    with serve_stdio("everything_server", language) as server:
        lines = b"".join(
            json.dumps(call("echo", {"text": f"{number} {'y' * 500}"}, number)).encode() + b"\n"
            for number in range(count)
        )
        writer = threading.Thread(target=server.send_bytes, args=(lines,), daemon=True)
        writer.start()
        answered = {server.receive()["id"] for _ in range(count)}
        writer.join(10)
        assert answered == set(range(count))
