"""A server whose tool destroys something, so that a person is asked first: `--stdio`, or HTTP with `--port N`.

The file that `OXMCP_CONFIG` names may say more of it.
"""

from __future__ import annotations

import sys

from oxmcp import FastMCP

mcp = FastMCP("protected", safety={"idempotency": {"ttl_seconds": 60}})
done: list[str] = []


@mcp.tool(annotations={"destructiveHint": True})
def delete(table: str) -> str:
    """Deletes a table."""
    done.append(table)
    return f"deleted {table}"


@mcp.tool(annotations={"readOnlyHint": True})
def deleted() -> str:
    """What was deleted so far."""
    return ",".join(done)


@mcp.tool
def count(by: int) -> str:
    """How often it was called."""
    done.extend(["counted"] * by)
    return str(len(done))


if sys.argv[1] == "--stdio":
    mcp.run()
else:
    mcp.run("http", port=int(sys.argv[2]))
