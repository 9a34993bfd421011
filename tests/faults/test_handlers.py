"""Tools that misbehave: their calls are answered, once, and the server carries on. Over both transports."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from processes import HttpProcess, StdioProcess, serve_http, serve_stdio
from wire import LegacySession, call, initialize, send_modern, text_of
from wire import request as plain_request

Call = Callable[..., Any]


@pytest.fixture(scope="module")
def faulty_http(language: str) -> Iterator[HttpProcess]:
    """The faulty server over HTTP, one process for all of these tests: none of them may end it."""
    with serve_http("faulty_server", language) as server:
        yield server


@pytest.fixture(scope="module")
def faulty_stdio(language: str) -> Iterator[StdioProcess]:
    """The faulty server over pipes, likewise."""
    with serve_stdio("faulty_server", language) as server:
        server.send(initialize())
        server.answer_to(0)
        yield server


@pytest.fixture(params=["stdio", "stdio legacy", "http", "http legacy"])
def ask(request: pytest.FixtureRequest, language: str) -> Call:
    """Call a tool of the faulty server and return the whole response."""
    if request.param.startswith("stdio"):
        pipes: StdioProcess = request.getfixturevalue("faulty_stdio")

        def over_pipes(tool: str, **arguments: Any) -> Any:
            if request.param == "stdio legacy":
                return pipes.request("tools/call", {"name": tool, "arguments": arguments})
            identity = f"m{pipes.new_id()}"
            pipes.send(call(tool, arguments, identity))
            return pipes.answer_to(identity)

        return over_pipes
    server: HttpProcess = request.getfixturevalue("faulty_http")

    def over_http(tool: str, **arguments: Any) -> Any:
        if request.param == "http":
            answer = send_modern(server, call(tool, arguments))
        else:
            answer = LegacySession(server).send(call_message(tool, arguments))
        assert answer.status == 200
        return answer.message

    return over_http


def call_message(tool: str, arguments: Any) -> Any:
    """One legacy `tools/call`."""
    return plain_request("tools/call", {"name": tool, "arguments": arguments})


def refusal(response: Any) -> str:
    """The text of a tool error."""
    assert response["result"]["isError"] is True
    text = text_of(response)
    assert "Traceback" not in text and ".py" not in text and ".mjs" not in text and "    at " not in text
    return text


def works(ask: Call) -> None:
    """The server still answers."""
    assert text_of(ask("works", text="still here")) == "still here"


@pytest.mark.parametrize("tool", ["raises", "raises_async"])
def test_an_exception_is_a_tool_error_that_names_it(ask: Call, tool: str) -> None:
    """TOOL-7"""
    text = refusal(ask(tool, text="the cause"))
    assert "the cause" in text
    works(ask)


def test_a_tool_error_says_exactly_its_text(ask: Call) -> None:
    """TOOL-7"""
    assert refusal(ask("raises_tool_error", text="plain words: 世界")) == "plain words: 世界"


FAULTS = [
    "raises_without_words",
    "raises_group",
    "cancels_itself",
    "recurses",
    "returns_cycle",
    "returns_deep",
    "breaks_its_promise",
]
ONLY_PYTHON = [
    "exits",
    "exits_async",
    "interrupts",
    "interrupts_async",
    "raises_base",
    "returns_nan",
    "returns_odd_keys",
    "returns_surrogate",
]
"""What JavaScript does not have, or gives a form in JSON (test_javascript_handlers.py)."""


@pytest.mark.parametrize("tool", FAULTS + ONLY_PYTHON)
def test_whatever_a_tool_does_its_call_is_answered_and_the_server_lives(ask: Call, tool: str, language: str) -> None:
    """TOOL-7, TOOL-8"""
    if tool in ONLY_PYTHON and language != "python":
        pytest.skip("of no meaning there")
    response = ask(tool)
    if "error" in response:
        assert response["error"]["code"] == -32603
    else:
        refusal(response)
    works(ask)


def test_a_value_that_is_not_json_is_named_by_its_path(ask: Call) -> None:
    """TOOL-7"""
    text = refusal(ask("returns_opaque"))
    assert re.search(r"items\D*1\D*when", text), text
    works(ask)


@pytest.mark.parametrize("tool", ["hangs", "hangs_in_a_thread"])
def test_a_time_limit_ends_the_wait(ask: Call, tool: str) -> None:
    """CAN-9"""
    response = ask(tool)
    if "error" not in response:
        assert "200 milliseconds" in refusal(response)
    works(ask)


def test_a_long_answer_arrives_whole(ask: Call) -> None:
    """HTTP-4"""
    assert len(text_of(ask("returns_much", mebibytes=16))) == 16 << 20
    works(ask)


def test_what_a_tool_prints_is_no_protocol(ask: Call) -> None:
    """STDIO-2: only messages on standard output. `receive` fails on any other line."""
    assert text_of(ask("prints", text="stray words")) == "printed"
    assert text_of(ask("starts_a_thread")) == "started"
    works(ask)


def test_what_a_tool_prints_reaches_standard_error(language: str) -> None:
    """STDIO-13"""
    with serve_stdio("faulty_server", language) as server:
        server.send(call("prints", {"text": "stray words"}))
        assert text_of(server.answer_to(1)) == "printed"
    shown = b"".join(server.errors)
    assert shown.count(b"stray words") >= 3


def test_a_tool_that_reads_input_finds_none(ask: Call) -> None:
    """STDIO-13: standard input belongs to the protocol"""
    response = ask("reads_input")
    if not response["result"].get("isError"):
        assert text_of(response) in ("''", '""')
    works(ask)


def test_misbehaving_calls_do_not_disturb_others_under_way(faulty_stdio: StdioProcess, language: str) -> None:
    """HTTP-19"""
    bad = ["raises", "raises_async", "returns_opaque", "recurses"]
    bad += ["exits", "exits_async", "raises_base"] if language == "python" else ["cancels_itself"]
    for number in range(60):
        tool = bad[number % len(bad)] if number % 2 else "works"
        arguments = {"text": f"n{number}"} if tool in ("works", "raises", "raises_async") else {}
        faulty_stdio.send(call(tool, arguments, f"mixed {number}"))
    answers: dict[str, Any] = {}
    while len(answers) < 60:
        message = faulty_stdio.receive()
        assert message["id"] not in answers
        answers[message["id"]] = message
    for number in range(0, 60, 2):
        assert text_of(answers[f"mixed {number}"]) == f"n{number}"
