"""The official `mcp` 1.x client, the most widespread one, and our servers: both transports, its own interpreter."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from peers import TRANSPORTS, WITHIN
from processes import DATABASE_ASSISTANT, ROOT, HttpProcess

INTERPRETER = Path(os.environ.get("OXMCP_MCP1_PYTHON", ROOT / ".venv-mcp1" / "bin" / "python"))
pytestmark = [
    pytest.mark.parametrize("transport", TRANSPORTS),
    pytest.mark.skipif(not INTERPRETER.exists(), reason="no interpreter with mcp 1.x: run `make setup`"),
]


def talk(what: str, *where: str) -> Any:
    """Run one conversation and return what the client saw."""
    script = Path(__file__).with_name("client_1x.py")
    finished = subprocess.run(
        [str(INTERPRETER), str(script), what, *where], capture_output=True, timeout=WITHIN + 30, check=False
    )
    assert finished.returncode == 0, finished.stderr.decode()[-3000:]
    return json.loads(finished.stdout)


def test_it_uses_the_everything_server(
    transport: str, language: str, everything_http: HttpProcess, everything_command: list[str]
) -> None:
    """VER-10, LIFE-2, PING-1, TOOL-1, TOOL-6, TOOL-7, TOOL-12, RSRC-3, RSRC-13, PRM-1, CMP-2, PROG-3, LOG-5"""
    stdio = tuple(everything_command)
    seen = talk("everything", *((everything_http.url,) if transport == "http" else stdio))
    assert seen["version"] == "2025-11-25" and seen["server"] == "everything"
    assert seen["tools"][0] == "test_simple_text" and "add" in seen["tools"]
    assert seen["add schema"]["properties"]["a"]["type"] == "integer"
    assert seen["add"]["content"] == [{"type": "text", "text": "3"}] and seen["add"]["isError"] is False
    assert seen["weather"] == {"city": "Oslo", "temperature": 21.5, "conditions": ["sunny", "dry"]}
    assert seen["refused"] is True
    assert seen["unknown tool"] == -32602
    assert seen["reconnection"] == "The caller came back."  # RESUME-3: over HTTP its stream was closed meanwhile
    assert seen["picture"] == "image"
    assert len(seen["resources"]) == 5 and seen["templates"] == ["test://template/{id}/data"]
    assert seen["static text"] == "This is the content of the static text resource."
    assert seen["unknown resource"] == -32002
    assert "test_simple_prompt" in seen["prompts"]
    assert seen["prompt"] == {"type": "text", "text": "Prompt with arguments: arg1='1', arg2='2'"}
    assert seen["completion"] == ["other"]
    assert seen["progress"] == [[1.0, 3.0, "step 1"], [2.0, 3.0, "step 2"], [3.0, 3.0, "step 3"]]
    assert {"log log 1", "log log 2", "log log 3"} <= set(seen["heard"])
    assert {"notifications/resources/updated", "notifications/tools/list_changed"} <= set(seen["heard"])


def test_it_uses_the_database_assistant(transport: str, assistant_http: HttpProcess) -> None:
    """TOOL-1, TOOL-8, DOWN-3, RSRC-7, PRM-1"""
    stdio = (sys.executable, str(DATABASE_ASSISTANT))
    seen = talk("assistant", *((assistant_http.url,) if transport == "http" else stdio))
    assert sorted(seen["tools"]) == ["list_tables", "query"]
    assert "books" in [table["name"] for table in seen["tables"]["result"]]
    assert seen["answer"]["rows"][0][0] > 10
    assert "CREATE TABLE books" in seen["schema"] and len(seen["rows"]) == 2
    assert "What stands out?" in seen["prompt"]["text"]
