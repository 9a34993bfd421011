"""A server with a little to record, as the file that `OXMCP_CONFIG` names says: `--stdio`, or HTTP with `--port N`."""

from __future__ import annotations

import sys

from oxmcp import FastMCP

mcp = FastMCP("recorded")


@mcp.tool
async def work(number: int) -> str:
    """Answers."""
    return f"did {number}"


@mcp.tool(output_schema={"type": "object"})
def fail(reason: str, password: str = "", note: str = "") -> dict[str, str]:
    """Raises what it is told."""
    raise ConnectionError(f"{reason} password={password} {note}")


@mcp.resource("data://{name}")
def data(name: str) -> str:
    """Raises, too."""
    raise ConnectionError(f"cannot read {name}, token=canaryToken")


if sys.argv[1] == "--stdio":
    mcp.run()
else:
    mcp.run("http", port=int(sys.argv[2]))
