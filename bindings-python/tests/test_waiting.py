"""How the event loop waits, wherever the I/O is driven: it sleeps until there is something to do."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

SERVER = """
import asyncio
import contextvars
from oxmcp import FastMCP

mcp = FastMCP("t")
seen = contextvars.ContextVar("seen", default="nothing")
later = []

@mcp.tool
def plain() -> str:
    return "plain"

@mcp.tool
async def quick() -> str:
    before, _ = seen.get(), seen.set("something")
    assert asyncio.current_task() is not None
    return before

@mcp.tool
async def rounds() -> int:
    selector = asyncio.get_running_loop()._selector
    select, count = selector.select, 0

    def counted(timeout=None):
        nonlocal count
        count += 1
        return select(timeout)

    selector.select = counted
    await asyncio.sleep(0.3)
    del selector.select
    return count

@mcp.tool
async def scheduled() -> list[str]:
    loop = asyncio.get_running_loop()
    told, later[:] = list(later), []
    loop.call_soon(later.append, "soon")
    loop.call_later(0.01, later.append, "later")
    return told

@mcp.tool
async def raises() -> str:
    raise ValueError("no")

@mcp.tool
async def waits() -> str:
    await asyncio.sleep(0)
    return "waited"

mcp.run()
"""

META = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientInfo": {"name": "t", "version": "1"},
    "io.modelcontextprotocol/clientCapabilities": {},
}


class Server:
    """A server of its own process, called over stdio."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", SERVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def call(self, tool: str) -> Any:
        """What a tool answers."""
        assert self.process.stdin is not None and self.process.stdout is not None
        params = {"name": tool, "arguments": {}, "_meta": META}
        request = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        result = json.loads(self.process.stdout.readline())["result"]
        return result.get("structuredContent", result["content"][0]["text"])


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    yield made
    assert made.process.stdin is not None
    made.process.stdin.close()
    assert made.process.wait(30) == 0


def test_a_loop_sleeps_wherever_the_io_was_before(server: Server) -> None:
    """The I/O moves to where most calls run, after some hundred of them; what told of the move must not keep the loop awake."""
    for tool in ("plain", "quick", "plain", "quick"):
        for _ in range(400):
            server.call(tool)
        assert server.call("rounds") < 30


def test_calls_that_end_at_once_each_have_a_task_and_a_context_of_their_own(server: Server) -> None:
    assert [server.call("quick") for _ in range(300)] == ["nothing"] * 300


def test_what_a_call_leaves_for_the_loop_is_done_while_no_other_call_comes(server: Server) -> None:
    assert server.call("scheduled") == []
    server.call("rounds")  # takes so long that timers are due
    assert server.call("scheduled") == ["soon", "later"]


def test_calls_that_fail_or_wait_are_answered_between_those_that_end_at_once(server: Server) -> None:
    for _ in range(50):
        assert server.call("quick") == "nothing"
        assert "no" in server.call("raises")
        assert server.call("waits") == "waited"
