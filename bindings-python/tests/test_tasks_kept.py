"""Tasks in a file: they are there in the next process (TASK-3)."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from oxmcp import Client, FastMCP
from oxmcp.errors import ConfigurationError, TransportError

SERVER = """
import asyncio, sys
from oxmcp import FastMCP

mcp = FastMCP(tasks={"path": sys.argv[1]})

@mcp.tool(task=True)
async def add(a: int, b: int) -> int:
    return a + b

@mcp.tool(task=True)
async def never_ends() -> None:
    await asyncio.Event().wait()

mcp.run()
"""
TASKS = "io.modelcontextprotocol/tasks"
ENVELOPE = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientInfo": {"name": "test", "version": "1"},
    "io.modelcontextprotocol/clientCapabilities": {"extensions": {TASKS: {}}},
}


class Process:
    """A server in a process of its own, spoken to line by line."""

    def __init__(self, file: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", SERVER, str(file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def ask(self, method: str, **params: Any) -> dict[str, Any]:
        """The answer to one request."""
        assert self._process.stdin is not None and self._process.stdout is not None
        asked = {"jsonrpc": "2.0", "id": 1, "method": method, "params": {**params, "_meta": ENVELOPE}}
        print(json.dumps(asked), file=self._process.stdin, flush=True)
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer

    def begin(self, name: str, **arguments: Any) -> str:
        """The id of the task that a call becomes."""
        return str(self.ask("tools/call", name=name, arguments=arguments)["result"]["taskId"])

    def reached(self, id: str, status: str) -> dict[str, Any]:
        """The task, once it is no longer at work."""
        while (task := self.ask("tasks/get", taskId=id)["result"])["status"] == "working":
            pass
        assert task["status"] == status, task
        return dict(task)

    def die(self) -> None:
        """Ends without a word, as a process does that is out of memory."""
        self._process.kill()
        self._process.communicate(timeout=20)


def test_what_is_finished_keeps_its_result_and_what_is_not_has_lost_its_worker(tmp_path: Path) -> None:
    file = tmp_path / "tasks.sqlite"
    first = Process(file)
    try:
        finished, running = first.begin("add", a=2, b=3), first.begin("never_ends")
        before = first.reached(finished, "completed")
    finally:
        first.die()
    second = Process(file)
    try:
        assert second.reached(finished, "completed") == before
        assert before["result"]["structuredContent"] == 5
        lost = second.reached(running, "failed")
        assert lost["statusMessage"] == "worker lost"
        assert second.ask("tasks/get", taskId="somebody else's")["error"]["code"] == -32602
    finally:
        second.die()


async def test_a_server_that_ends_leaves_its_file_to_the_next_one_or_to_itself(tmp_path: Path) -> None:
    def keeping() -> tuple[FastMCP, Client]:
        mcp = FastMCP(tasks={"path": tmp_path / "tasks.sqlite"})

        @mcp.tool(task=True)
        async def work() -> str:
            return "done"

        return mcp, Client(mcp, mode="modern", capabilities={"extensions": {TASKS: {}}}, timeout=20)

    # Whoever still holds a server holds no file.
    (first, client), (second, another) = keeping(), keeping()
    async with client:
        id = (await client.request("tools/call", {"name": "work", "arguments": {}}))["taskId"]
        while (await client.request("tasks/get", {"taskId": id}))["status"] == "working":
            pass
        with pytest.raises(TransportError, match="in use, by another process or another server"):
            async with another:
                pass
    for mcp in (second, first):
        async with Client(mcp, mode="modern", capabilities={"extensions": {TASKS: {}}}, timeout=20) as client:
            assert (await client.request("tasks/get", {"taskId": id}))["status"] == "completed"


@pytest.mark.parametrize("path", [7, "", None])
def test_what_is_no_path_is_refused_at_once(path: Any) -> None:
    with pytest.raises(ConfigurationError, match="path must be the path of a file"):
        FastMCP(tasks={"path": path})


def test_a_file_that_cannot_be_is_told_of_when_the_server_starts(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("no database, " * 100)
    for place in (tmp_path, tmp_path / "notes.txt", tmp_path / "nowhere" / "tasks.sqlite"):
        finished = subprocess.run(
            [sys.executable, "-c", SERVER, str(place)],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert finished.returncode == 1
        assert str(place) in finished.stderr
