"""What `instructions.py` counts: a server over stdio whose functions run where their calls are counted alike each time.

A plain function that seems slow, as all are under callgrind, is moved to other threads; `search` is a coroutine function, so
that it stays.
"""

from __future__ import annotations

import sys
from pathlib import Path

from oxmcp import FastMCP

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests/load/servers"))

from records import Filter, Page, Query, Range  # isort: skip
from records import search as page  # isort: skip

mcp = FastMCP("bench", version="1")


@mcp.tool
def echo(text: str) -> str:
    """Return the text."""
    return text


@mcp.tool
async def echo_async(text: str) -> str:
    """Return the text, from a coroutine."""
    return text


MADE = page(
    Query(text="", filters=[Filter(field="", operator="equals", value="speed")], range=Range(first=1, last=2)), 20
)


@mcp.tool
async def search(query: Query, limit: int = 20) -> Page:
    """Return a page of records."""
    return page(query, limit)


@mcp.tool
async def search_made(query: Query, limit: int = 20) -> Page:
    """Return a page of records that was made before."""
    return MADE


if __name__ == "__main__":
    mcp.run()
