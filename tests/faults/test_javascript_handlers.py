"""What handlers do that only JavaScript knows: values of every kind thrown and returned. Each call is answered, once."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from processes import HttpProcess, StdioProcess, serve_http, serve_stdio
from wire import call, envelope, initialize, modern, request, send_modern, text_of

Ask = Callable[..., Any]


@pytest.fixture(scope="module")
def faulty_stdio() -> Iterator[StdioProcess]:
    """The faulty server over pipes, one process for all of these tests: none of them may end it."""
    with serve_stdio("faulty_server", "typescript") as server:
        server.send(initialize())
        server.answer_to(0)
        yield server


@pytest.fixture(scope="module")
def faulty_http() -> Iterator[HttpProcess]:
    """The faulty server over HTTP, likewise."""
    with serve_http("faulty_server", "typescript") as server:
        yield server


@pytest.fixture(params=["modern", "legacy", "http"])
def ask(faulty_stdio: StdioProcess, faulty_http: HttpProcess, request: pytest.FixtureRequest) -> Ask:
    """Call a tool and return the whole response; then see that the server still works."""

    def once(tool: str, arguments: dict[str, Any]) -> Any:
        if request.param == "http":
            return send_modern(faulty_http, call(tool, arguments)).message
        if request.param == "legacy":
            return faulty_stdio.request("tools/call", {"name": tool, "arguments": arguments})
        identity = f"m{faulty_stdio.new_id()}"
        faulty_stdio.send(call(tool, arguments, identity))
        return faulty_stdio.answer_to(identity)

    def asked(tool: str, **arguments: Any) -> Any:
        response = once(tool, arguments)
        assert text_of(once("works", {"text": "still here"})) == "still here"
        return response

    return asked


def refusal(response: Any) -> str:
    """The text of a tool error; it shows nobody the server's inside."""
    assert response["result"]["isError"] is True, response
    text = text_of(response)
    assert text and ".mjs" not in text and "    at " not in text and "[object Object]" not in text
    return text


THROWN = {
    "error": "the cause",
    "error without a message": "RangeError",
    "error with a cause": "outer",
    "error with a number for a message": "",
    "error with a code": "no such file",
    "many errors": "two",
    "error without words": "",
    "string": "just words",
    "empty string": "",
    "lone surrogate": "half",
    "long string": "xxx",
    "number": "42",
    "nan": "NaN",
    "bigint": "12",
    "boolean": "false",
    "undefined": "",
    "null": "",
    "symbol": "mark",
    "function": "",
    "object": "an object",
    "object without a prototype": "bare",
    "cycle": "",
    "unspeakable": "",
    "revoked": "",
    "promise": "",
}


@pytest.mark.parametrize("way", ["throws", "rejects"])
@pytest.mark.parametrize(("kind", "words"), THROWN.items(), ids=THROWN.keys())
def test_whatever_is_thrown_is_a_tool_error_in_words(ask: Ask, way: str, kind: str, words: str) -> None:
    """TOOL-7"""
    text = refusal(ask(way, kind=kind))
    assert words in text and len(text) < 100_000


@pytest.mark.parametrize("way", ["throws", "rejects"])
def test_a_thrown_protocol_error_keeps_its_code_and_data(ask: Ask, way: str) -> None:
    """RPC-9: any but those that the protocol keeps for itself"""
    expected = {"code": -31099, "message": "of my own", "data": {"detail": [1]}}
    assert ask(way, kind="protocol error")["error"] == expected
    theirs = {"code": -31098, "message": "of theirs", "data": {"detail": 2}}
    assert ask(way, kind="another package's protocol error")["error"] == theirs
    error = ask(way, kind="protocol error with bad data")["error"]
    assert (error["code"], error["message"]) == (-31099, "of my own")


PLACED = [
    "symbol",
    "function",
    "cycle",
    "throwing getter",
    "throwing toJSON",
    "invalid date",
]


@pytest.mark.parametrize("way", ["returns", "returns_later"])
@pytest.mark.parametrize(("kind", "text"), [("bare bigint", "12"), ("bigint", '{"items":[1,{"when":12}]}')])
def test_an_integer_of_any_size_is_written(ask: Ask, way: str, kind: str, text: str) -> None:
    """TOOL-7"""
    assert text_of(ask(way, kind=kind)) == text


@pytest.mark.parametrize("way", ["returns", "returns_later"])
@pytest.mark.parametrize("kind", PLACED)
def test_a_value_that_is_not_json_is_named_by_its_path(ask: Ask, way: str, kind: str) -> None:
    """TOOL-7"""
    text = refusal(ask(way, kind=kind))
    assert "structuredContent.items[1].when" in text


UNFIT = [
    "deep",
    "bare function",
    "bare symbol",
    "content that is no block",
    "content with an unknown type",
    "content without text",
    "a bigint in content",
    "isError that is text",
    "meta that is a list",
    "unspeakable",
]


@pytest.mark.parametrize("way", ["returns", "returns_later"])
@pytest.mark.parametrize("kind", [*UNFIT, "thenable that throws", "thenable with a throwing getter"])
def test_a_result_that_is_none_is_refused_in_words(ask: Ask, way: str, kind: str) -> None:
    """TOOL-7"""
    refusal(ask(way, kind=kind))


def value(response: Any) -> Any:
    """A structured result, in either era; every text of it has a form in UTF-8."""
    json.dumps(response, ensure_ascii=False).encode()
    assert not response["result"].get("isError"), response
    return response["result"]["structuredContent"]["value"]


def test_what_is_odd_is_sent_as_well_as_it_can_be(ask: Ask) -> None:
    """TOOL-7, TOOL-8"""
    for kind in ("undefined", "null"):
        assert ask("returns_oddly", kind=kind)["result"]["content"] == []
    assert not ask("returns_oddly", kind="nothing")["result"].get("isError")
    assert text_of(ask("returns_oddly", kind="string")) == "just words"
    data = ask("returns_oddly", kind="data with a member named content")["result"]["structuredContent"]
    assert data == {"title": "A title", "content": "words"}
    assert value(ask("returns_oddly", kind="nan")) is None
    assert value(ask("returns_oddly", kind="lone surrogate")).startswith("half ")
    assert text_of(ask("returns_oddly", kind="lone surrogate in content")).encode().startswith(b"half ")
    assert value(ask("returns_oddly", kind="map")) == {"a": 1}
    assert value(ask("returns_oddly", kind="set")) == [1, 2]
    assert value(ask("returns_oddly", kind="date")) == "1970-01-01T00:00:00.000Z"
    assert value(ask("returns_oddly", kind="bytes")) == "AQID"
    assert text_of(ask("returns_oddly", kind="twice settled")) == "once"
    structured = ask("returns_oddly", kind="a member named __proto__")["result"]["structuredContent"]
    assert structured == {"__proto__": {"a": 1}, "constructor": 2}


BROKEN = [
    "another type",
    "another type, with content",
    "nothing",
    "content only",
    "another root",
    "zero",
    "empty text",
    "false",
]


@pytest.mark.parametrize("kind", BROKEN)
def test_no_result_gets_past_its_output_schema(ask: Ask, kind: str) -> None:
    """TOOL-8: with content or without it, falsy values included"""
    response = ask("breaks_a_promise", kind=kind)
    if "error" in response:
        assert response["error"]["code"] == -32603
    else:
        refusal(response)
        assert "structuredContent" not in response["result"]


def test_a_rejection_after_the_time_limit_is_nobodys_business(ask: Ask, faulty_stdio: StdioProcess) -> None:
    """CAN-9"""
    for _ in range(3):
        response = ask("rejects_too_late")
        if "error" not in response:
            assert "200 milliseconds" in refusal(response)
    # Longer than the late rejection takes: an unhandled one would have ended the process.
    assert text_of(ask("returns_oddly", kind="string")) == "just words"


def test_a_context_used_after_the_answer_does_nothing(faulty_stdio: StdioProcess) -> None:
    """PROG-6: no notification follows the answer"""
    message = modern(
        "tools/call", "late", envelope(progressToken="late", logLevel="debug"), name="goes_on", arguments={}
    )
    faulty_stdio.send(message)
    assert text_of(faulty_stdio.answer_to("late")) == "answered"
    count = len(faulty_stdio.seen)
    while (seen := text_of(faulty_stdio.request("tools/call", {"name": "went_on", "arguments": {}}))).count(";") < 2:
        pass
    assert "progress: false" in seen and "log: false" in seen and "signal: " in seen, seen
    assert all("method" not in message for message in faulty_stdio.seen[count:])


def test_a_request_without_an_answer_keeps_nobody_waiting(faulty_stdio: StdioProcess) -> None:
    """CAN-2, CAN-3"""
    server = faulty_stdio
    for number in range(50):
        server.send(request("tools/call", {"name": "never_answers", "arguments": {}}, f"never {number}"))
    assert text_of(server.request("tools/call", {"name": "works", "arguments": {}})) == "fine"
    for number in range(50):
        params = {"requestId": f"never {number}"}
        server.send({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": params})
    assert text_of(server.request("tools/call", {"name": "works", "arguments": {}})) == "fine"
    assert not [message for message in server.seen if str(message.get("id", "")).startswith("never")]
