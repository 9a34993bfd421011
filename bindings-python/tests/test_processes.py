"""What concerns the process a server runs in: a loop that runs already, its log, its children, how long its messages are."""

from __future__ import annotations

import asyncio
import gc
import json
import logging
import subprocess
import sys
from typing import Any

import pytest

from oxmcp import Client, FastMCP, McpError

INITIALIZE = {
    "jsonrpc": "2.0",
    "id": 0,
    "method": "initialize",
    "params": {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}},
}


def call(identity: Any, tool: str, **arguments: Any) -> dict[str, Any]:
    params = {"name": tool, "arguments": arguments}
    return {"jsonrpc": "2.0", "id": identity, "method": "tools/call", "params": params}


def serve(script: str, *messages: Any, **environment: str) -> dict[Any, Any]:
    """The answers of a script to these messages by their ids; everything on its output is a message."""
    lines = b"".join(json.dumps(message).encode() + b"\n" for message in (INITIALIZE, *messages))
    done = subprocess.run(
        [sys.executable, "-c", script],
        input=lines,
        capture_output=True,
        timeout=60,
        env=environment or None,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    return {answer["id"]: answer for answer in answers if "id" in answer}


@pytest.mark.parametrize("transport", ["stdio", "http"])
def test_run_where_a_loop_runs_says_what_to_do(transport: str, caplog: pytest.LogCaptureFixture) -> None:
    async def main() -> None:
        with pytest.raises(RuntimeError, match=r"await server\.run_async"):
            FastMCP("t").run(transport, port=0)

    with caplog.at_level(logging.DEBUG):
        asyncio.run(main())
        gc.collect()
    assert "destroyed" not in caplog.text


def test_a_log_handler_on_standard_output_never_reaches_the_wire() -> None:
    """STDIO-2: whatever is logged while the server starts"""
    script = """
import logging, sys
from contextlib import asynccontextmanager
from oxmcp import FastMCP

logging.basicConfig(level=logging.DEBUG, stream=sys.stdout)

@asynccontextmanager
async def lifespan(server):
    logging.warning("entered")
    yield
    logging.warning("left")

FastMCP("t", lifespan=lifespan).run()
"""
    assert list(serve(script)) == [0]


FORKS = """
import os, sys
from oxmcp import FastMCP

mcp = FastMCP("t")

def code_of(pid):
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])

@mcp.tool
def exits() -> int:
    if (pid := os.fork()) == 0:
        sys.exit(7)
    return code_of(pid)

@mcp.tool
def returns() -> int:
    if (pid := os.fork()) == 0:
        return -1
    return code_of(pid)

@mcp.tool
def raises() -> int:
    if (pid := os.fork()) == 0:
        raise ValueError("of the child")
    return code_of(pid)

@mcp.tool
async def exits_on_the_loop() -> int:
    if (pid := os.fork()) == 0:
        sys.exit(3)
    return code_of(pid)

mcp.run()
"""


@pytest.mark.parametrize(("tool", "code"), [("exits", 7), ("returns", 0), ("raises", 1), ("exits_on_the_loop", 3)])
def test_a_child_that_is_forked_in_a_tool_ends_with_it(tool: str, code: int) -> None:
    assert serve(FORKS, call(1, tool))[1]["result"]["content"][0]["text"] == str(code)


SIZES = """
from oxmcp import FastMCP

mcp = FastMCP("t")

@mcp.tool
def size(data: str) -> int:
    return len(data)

mcp.run(max_body_bytes=6_000_000)
"""


def test_messages_may_be_as_long_as_is_said_and_longer_ones_are_answered() -> None:
    """STDIO-11"""
    answers = serve(SIZES, call("fits", "size", data="x" * 5_000_000), call("long", "size", data="x" * 7_000_000))
    assert answers["fits"]["result"]["content"][0]["text"] == "5000000"
    assert answers["long"]["error"]["code"] == -32600


async def test_messages_within_the_process_have_the_same_limit() -> None:
    mcp = FastMCP("t", max_body_bytes=1000)

    @mcp.tool
    def size(data: str) -> int:
        return len(data)

    async with Client(mcp) as client:
        with pytest.raises(McpError, match="more than the 1000 allowed"):
            await client.call_tool("size", {"data": "x" * 2000})
        assert (await client.call_tool("size", {"data": "x"})).data == 1


@pytest.mark.parametrize("value", [-1, float("nan"), "long", True])
def test_a_grace_that_is_no_time_is_refused(value: Any) -> None:
    with pytest.raises(ValueError, match="shutdown_grace_seconds must be a number of seconds, 0 or more"):
        FastMCP("t", shutdown_grace_seconds=value)
