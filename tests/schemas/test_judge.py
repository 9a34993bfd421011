"""The judge itself: it finds what is wrong, and nothing else."""

from __future__ import annotations

import http.client
import json

import pytest
from judge import VERSION_KEY, Conversation, Judge
from processes import ANSWER_WITHIN, serve_http
from wire import modern

RIGHT = {"tools": [{"name": "echo", "inputSchema": {"type": "object"}}]}
MODERN = {"resultType": "complete", "ttlMs": 0, "cacheScope": "private"}


def judge_list(version: str, result: object, meta: object = None) -> Judge:
    """Judge one answer to tools/list."""
    judge = Judge()
    conversation = Conversation(judge, version)
    params = {} if meta is None else {"params": {"_meta": meta}}
    conversation.heard({"jsonrpc": "2.0", "id": "a", "method": "tools/list", **params})
    conversation.said({"jsonrpc": "2.0", "id": "a", "result": result})
    return judge


@pytest.mark.parametrize("version", ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"])
def test_a_right_list_passes_and_a_wrong_one_is_found(version: str) -> None:
    assert judge_list(version, RIGHT).flaws == []
    assert judge_list(version, {"tools": [{"name": "echo"}]}).flaws
    assert judge_list(version, {}).flaws


def test_the_envelope_of_a_request_decides_the_version() -> None:
    meta = {VERSION_KEY: "2026-07-28"}
    assert judge_list("2025-11-25", RIGHT | MODERN, meta).flaws == []
    assert judge_list("2025-11-25", RIGHT, meta).flaws


def test_questions_and_news_are_judged_too() -> None:
    judge = Judge()
    conversation = Conversation(judge, "2025-06-18")
    conversation.said(
        {"jsonrpc": "2.0", "method": "notifications/progress", "params": {"progressToken": 1, "progress": 2}}
    )
    conversation.said({"jsonrpc": "2.0", "id": 1, "method": "roots/list"})
    assert judge.flaws == []
    conversation.said({"jsonrpc": "2.0", "method": "notifications/progress", "params": {"progress": 2}})
    conversation.said({"jsonrpc": "2.0", "id": 1, "method": "elicitation/create", "params": {}})
    assert len(judge.flaws) >= 2


def test_an_error_before_any_request_is_an_error_all_the_same() -> None:
    judge = Judge()
    Conversation(judge).said({"jsonrpc": "2.0", "id": None, "error": {"code": -32700, "message": "no"}})
    assert judge.flaws == []
    Conversation(judge).said({"jsonrpc": "2.0", "id": None, "error": {"code": "x", "message": "no"}})
    assert judge.flaws


def test_every_answer_of_a_connection_that_is_kept_is_judged() -> None:
    with serve_http("everything_server", "python") as server:
        host = server.url.removeprefix("http://").partition("/")[0]
        connection = http.client.HTTPConnection(host, timeout=ANSWER_WITHIN)
        headers = {"Content-Type": "application/json", "MCP-Protocol-Version": "2026-07-28", "Mcp-Method": "tools/list"}
        for identity in range(5):
            connection.request("POST", server.path, json.dumps(modern("tools/list", identity)), headers)
            assert len(json.loads(connection.getresponse().read())["result"]["tools"]) > 10
        connection.close()
    assert server.judge.judged == 10
