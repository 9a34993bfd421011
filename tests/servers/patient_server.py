"""A server whose calls wait for somebody from outside, for tests of how it ends.

Usage: patient_server.py --stdio | --port N, with RELEASE=a path: the calls end when there is a file.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from oxmcp import FastMCP

RELEASE = Path(os.environ["RELEASE"])
started = 0


@asynccontextmanager
async def lifespan(_server: object) -> AsyncIterator[None]:
    yield
    print("unwound", file=sys.stderr, flush=True)


mcp = FastMCP("patient", lifespan=lifespan, workers=64)


@mcp.tool
async def wait() -> str:
    """Waits on the event loop."""
    global started
    started += 1
    while not RELEASE.exists():
        await asyncio.sleep(0.01)
    return "released"


@mcp.tool
def wait_in_a_thread() -> str:
    """Waits on a worker thread."""
    global started
    started += 1
    while not RELEASE.exists():
        time.sleep(0.01)
    return "released"


@mcp.tool
async def count() -> int:
    """How many calls have begun to wait."""
    return started


if sys.argv[1] == "--stdio":
    mcp.run()
else:
    mcp.run("http", port=int(sys.argv[2]))
