"""A yes is for one call of one caller, and a key for one call: whoever tries otherwise over HTTP."""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from processes import serve_http
from tokens import token
from wire import MODERN, envelope, modern

SECRET = "a secret that the issuer and the server share"
YES = {"action": "accept", "content": {"confirm": True}}

Ask = Callable[..., dict[str, Any]]


@pytest.fixture
def ask(language: str, tmp_path: Path) -> Iterator[Ask]:
    """Calls a tool as somebody; returns the answer."""
    path = tmp_path / "oxmcp.toml"
    path.write_text(
        f"""[authentication]
resource = "https://mcp.example.com/mcp"
jwt = {{ issuer = "https://issuer.example.com", secret = "{SECRET}" }}
""",
        encoding="utf-8",
    )
    with serve_http("protected_server", language, environment={"OXMCP_CONFIG": str(path)}) as server:

        def call(
            who: str,
            name: str,
            arguments: dict[str, Any],
            headers: dict[str, str] | None = None,
            meta: dict[str, Any] | None = None,
            **more: Any,
        ) -> dict[str, Any]:
            meta = envelope(clientCapabilities={"elicitation": {"form": {}}}) | (meta or {})
            message = modern("tools/call", 1, meta, name=name, arguments=arguments, **more)
            told = {
                "Content-Type": "application/json",
                "Accept": "application/json, text/event-stream",
                "Authorization": f"Bearer {token(SECRET, who)}",
                "MCP-Protocol-Version": MODERN,
                "Mcp-Method": "tools/call",
                "Mcp-Name": name,
                **(headers or {}),
            }
            connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
            connection.request("POST", "/mcp", json.dumps(message), told)
            text = connection.getresponse().read().decode()
            connection.close()
            lines = [line[5:] for line in text.splitlines() if line.startswith("data:")]
            answer: dict[str, Any] = json.loads(lines[-1] if lines else text)
            return answer

        yield call


def text_of(answer: dict[str, Any]) -> str:
    """What a result says."""
    return str(answer["result"]["content"][0]["text"])


def consent(question: dict[str, Any]) -> dict[str, Any]:
    """Yes to whatever is asked."""
    asked = question["result"]
    assert asked["resultType"] == "input_required"
    responses = dict.fromkeys(asked["inputRequests"], YES)
    return {"inputResponses": responses, "requestState": asked["requestState"]}


def test_a_yes_is_for_these_arguments_and_this_caller_once(ask: Ask) -> None:
    """T18 of the threats."""
    rows, others = {"table": "logs"}, {"table": "events"}
    yes = consent(ask("ann", "delete", rows))
    assert ask("ann", "delete", others, **yes)["error"]["code"] == -32602
    assert ask("bob", "delete", rows, **yes)["error"]["code"] == -32602
    forged = {**yes, "requestState": yes["requestState"][:-2] + "AA"}
    assert ask("ann", "delete", rows, **forged)["error"]["code"] == -32602
    unasked = {"inputResponses": yes["inputResponses"]}
    assert ask("ann", "delete", rows, **unasked).get("result", {}).get("resultType") != "complete"
    assert text_of(ask("ann", "deleted", {})) == ""
    assert text_of(ask("ann", "delete", rows, **yes)) == "deleted logs"
    assert ask("ann", "delete", rows, **yes)["error"]["code"] == -32602
    assert text_of(ask("ann", "deleted", {})) == "logs"


@pytest.mark.parametrize("way", ["header", "meta"])
def test_a_key_is_for_one_call_of_one_caller(ask: Ask, way: str) -> None:
    """Whoever asks again with the key has the same answer, and nothing is done again."""

    def keyed(who: str, by: int) -> dict[str, Any]:
        if way == "header":
            return ask(who, "count", {"by": by}, {"Idempotency-Key": "k1"})
        return ask(who, "count", {"by": by}, meta={"oxmcp/idempotencyKey": "k1"})

    assert [text_of(keyed("ann", 1)) for _ in range(3)] == ["1", "1", "1"]
    other = keyed("ann", 2)["result"]
    assert other["isError"] and "other arguments" in other["content"][0]["text"]
    assert text_of(keyed("bob", 1)) == "2"
    assert text_of(ask("ann", "deleted", {})) == "counted,counted"
