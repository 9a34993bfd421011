"""What the environment can change about a server, over real processes."""

from __future__ import annotations

import pytest
from processes import serve_http, serve_stdio
from wire import INITIALIZED, LegacySession, call, initialize, request, send, send_modern, text_of


def test_without_sessions_each_legacy_post_stands_alone(language: str) -> None:
    """SESS-13"""
    with serve_http("everything_server", language, environment={"OXMCP_STATELESS_HTTP": "1"}) as server:
        welcome = send(server, initialize())
        assert welcome.status == 200 and "mcp-session-id" not in welcome.headers
        assert send(server, INITIALIZED, {"MCP-Protocol-Version": "2025-11-25"}).status == 202
        add = request("tools/call", {"name": "add", "arguments": {"a": 1, "b": 2}})
        answer = send(server, add, {"MCP-Protocol-Version": "2025-11-25"})
        assert answer.status == 200 and text_of(answer.message) == "3"
        for method in ("GET", "DELETE"):
            assert send(server, b"", method=method).status == 405
        assert send_modern(server, call("echo", {"text": "both"})).status == 200


def test_causes_can_be_kept_from_callers(language: str) -> None:
    """TOOL-7, LOG-6"""
    if language != "python":
        pytest.skip("Python's setting")
    with serve_stdio("faulty_server", language, environment={"OXMCP_MASK_ERRORS": "1"}) as server:
        server.send(call("raises", {"text": "the secret cause"}, 1))
        answer = server.answer_to(1)
        assert answer["result"]["isError"] and "secret" not in text_of(answer)
        server.send(call("raises_tool_error", {"text": "meant for callers"}, 2))
        assert text_of(server.answer_to(2)) == "meant for callers"
    assert b"the secret cause" in b"".join(server.errors)


def test_json_answers_carry_no_stream(language: str) -> None:
    """HTTP-4, HTTP-16"""
    with serve_http("everything_server", language, environment={"OXMCP_JSON_RESPONSE": "1"}) as server:
        session = LegacySession(server)
        params = {"name": "steps", "arguments": {"count": 3}, "_meta": {"progressToken": 1}}
        answer = session.send(request("tools/call", params))
        assert answer.headers["content-type"].startswith("application/json")
        assert text_of(answer.message) == "3 steps"
