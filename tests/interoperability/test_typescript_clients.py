"""The official TypeScript clients and our servers: `sdk` (v1) and `client` (v2, both negotiations), both transports."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from peers import TRANSPORTS, WITHIN
from processes import NODE, HttpProcess
from wire import LegacySession, send
from wire import request as request_message

HERE = Path(__file__).parent
CLIENTS = [("v1", "legacy"), ("v2", "legacy"), ("v2", "auto")]
VERSIONS = {"legacy": "2025-11-25", "auto": "2026-07-28"}
pytestmark = pytest.mark.skipif(shutil.which(NODE) is None, reason="the clients need Node")


def talk(client: str, mode: str, label: str, *where: str) -> Any:
    """Run one conversation (conversation.mjs says of what) and return what the client saw."""
    command = [NODE, str(HERE / f"client_{client}.mjs"), mode, label, *where]
    finished = subprocess.run(command, capture_output=True, timeout=WITHIN + 30, check=False)
    assert finished.returncode == 0, finished.stderr.decode()[-3000:]
    return json.loads(finished.stdout)


def value(seen: Any, tool: str) -> Any:
    """A tool's structured value; revisions that know only objects get others as `{"result": …}`."""
    found = seen["results"][tool]["structuredContent"]
    return found["result"] if isinstance(found, dict) and set(found) == {"result"} else found


def text(result: Any) -> str:
    """All text of a result."""
    return "".join(block.get("text", "") for block in result["content"])


def check(seen: Any) -> None:
    """What every client sees of every server."""
    assert seen["server"]["name"] == "everything" and seen["server"]["version"] == "1.0.0"
    assert seen["instructions"] == "One of everything, for tests."
    capabilities = seen["capabilities"]
    assert {"tools", "prompts", "resources", "completions"} <= set(capabilities)

    assert seen["tools"][0] == "test_simple_text" and len(seen["tools"]) == 33
    assert seen["add"]["inputSchema"]["properties"]["a"] == {"type": "integer"}
    results = seen["results"]
    failed = {name for name, result in results.items() if result.get("isError")}
    assert failed == {"test_error_handling", "remove_extra_tool"}
    assert text(results["test_error_handling"]) == "This tool intentionally returns an error for testing"
    assert text(results["echo"]) == "naïve 世界 \u2028 🎈"
    assert value(seen, "add") == 42 and text(results["add"]) == "42"
    assert value(seen, "weather") == {"city": "Oslo", "temperature": 21.5, "conditions": ["sunny", "dry"]}
    assert json.loads(text(results["weather"])) == value(seen, "weather")
    assert [weather["city"] for weather in value(seen, "forecasts")] == ["Oslo", "Rome"]
    assert base64.b64decode(results["picture"]["content"][0]["data"]).startswith(b"\x89PNG")
    assert [block["type"] for block in results["test_multiple_content_types"]["content"]] == [
        "text",
        "image",
        "resource",
    ]
    assert results["whole_result"]["_meta"]["example.org/note"] == "kept"
    assert text(results["test_x_mcp_header"]) == "Region: eu-wést"
    assert seen["unknownTool"] == -32602 and seen["missingCapability"] == -32021
    assert seen["badArguments"]["isError"] and "a" in text(seen["badArguments"])

    uris = {resource["uri"] for resource in seen["resources"]}
    skills = {"skill://test-skill/SKILL.md", "skill://zoo/second-skill/SKILL.md"}
    assert uris == {"test://static-text", "test://static-binary", "test://watched-resource"} | skills
    assert seen["contents"]["test://static-text"][0]["text"] == "This is the content of the static text resource."
    assert base64.b64decode(seen["contents"]["test://static-binary"][0]["blob"]).startswith(b"\x89PNG")
    assert [template["uriTemplate"] for template in seen["templates"]] == ["test://template/{id}/data"]
    assert json.loads(seen["document"][0]["text"])["id"] == "a b"
    assert seen["unknownResource"] in (-32002, -32602)

    assert len(seen["prompts"]) == len(seen["messages"]) == 4
    (message,) = seen["messages"]["test_prompt_with_arguments"]
    assert message["content"]["text"] == "Prompt with arguments: arg1='the arg1', arg2='the arg2'"
    assert [each["content"]["type"] for each in seen["messages"]["test_prompt_with_image"]] == ["image", "text"]
    assert seen["missingArgument"] == -32602
    assert seen["completion"]["values"] == ["test", "testing", "tested"]
    assert seen["templateCompletion"]["values"] == ["other"]

    assert seen["progress"] == [[done, 100, f"Completed step {done} of 100"] for done in (0, 50, 100)]
    assert seen["together"] == [f"call {number}" for number in range(30)]


def check_connection(seen: Any, label: str) -> None:
    """What a client sees besides, where requests know of each other."""
    capabilities = seen["capabilities"]
    assert capabilities["tools"]["listChanged"] and capabilities["prompts"]["listChanged"]
    assert capabilities["resources"]["subscribe"]
    assert seen["logs"] == [["info", f"log {step}"] for step in range(1, 6)]
    assert seen["cancelled"] and seen["observed"] == [f"started {label}", f"cancelled {label}"]
    assert {
        "notifications/resources/updated test://watched-resource",
        "notifications/tools/list_changed",
    } <= set(seen["heard"])
    assert seen["extra"] == f"I am extra_{label}_0"


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize(("client", "mode"), CLIENTS)
def test_it_lists_and_calls_everything(
    client: str, mode: str, transport: str, language: str, everything_http: HttpProcess, everything_command: list[str]
) -> None:
    """VER-8, VER-10, TOOL-1, TOOL-6, TOOL-7, TOOL-8, RSRC-7, RSRC-13, PRM-1, CMP-2, PROG-3, LOG-5, CAN-1, TOOL-12, SUB-1"""
    label = f"{client}_{mode}_{transport}"
    if transport == "http":
        where = [everything_http.url]
    else:
        where = everything_command
    seen = talk(client, mode, label, *where)
    assert seen["version"] == VERSIONS[mode]
    check(seen)
    check_connection(seen, label)


MOUNTED = [
    # The v1 way sorts requests by their session itself, so a modern client falls back to the handshake.
    ("express", "/sessions", "v1", "legacy", "2025-11-25"),
    ("express", "/sessions", "v2", "legacy", "2025-11-25"),
    ("express", "/sessions", "v2", "auto", "2025-11-25"),
    ("express", "/stateless", "v1", "stateless", "2025-11-25"),
    ("express", "/stateless", "v2", "stateless", "2025-11-25"),
    ("express", "/handler", "v1", "stateless", "2025-11-25"),
    ("express", "/handler", "v2", "stateless", "2025-11-25"),
    ("express", "/handler", "v2", "auto", "2026-07-28"),
    ("hono", "/mcp", "v1", "legacy", "2025-11-25"),
    ("hono", "/mcp", "v2", "legacy", "2025-11-25"),
    ("hono", "/mcp", "v2", "auto", "2026-07-28"),
    ("hono", "/stateless", "v1", "stateless", "2025-11-25"),
    ("hono", "/stateless", "v2", "stateless", "2025-11-25"),
]


@pytest.mark.parametrize(("app", "path", "client", "mode", "version"), MOUNTED)
def test_it_works_mounted_in_an_app_of_others(
    app: str, path: str, client: str, mode: str, version: str, request: pytest.FixtureRequest
) -> None:
    """VER-8, VER-10, TOOL-1, TOOL-7, RSRC-7, PRM-1, PROG-3, SESS-13"""
    server: HttpProcess = request.getfixturevalue(f"{app}_app")
    label = f"{client}_{mode}_{path[1:]}"
    seen = talk(client, mode, label, f"http://127.0.0.1:{server.judged_port}{path}")
    assert seen["version"] == version
    check(seen)
    if mode != "stateless":
        check_connection(seen, label)


def test_sessions_that_end_leave_the_map_of_their_app(express_app: HttpProcess) -> None:
    """SESS-1"""
    before = send(express_app, b"", method="GET", path="/sessions/open").message
    session = LegacySession(express_app)
    assert session.id in send(express_app, b"", method="GET", path="/sessions/open").message
    assert session.send(request_message("ping")).message["result"] == {}
    assert session.send(request_message("ping"), method="DELETE").status in (200, 204)
    assert send(express_app, b"", method="GET", path="/sessions/open").message == before
