"""A server that offers what others offer: the one with one of everything, two namespaces deep, and one that comes and goes.

Usage: python mounting_server.py --stdio | --port N
"""

from __future__ import annotations

from typing import Any

import everything_server
from serving import serve

from oxmcp import FastMCP

everything = everything_server.mcp
middle = FastMCP("middle")
mcp = FastMCP("mounting", capabilities=["logging"])

SEEN: list[str] = []
"""What the inner servers heard: who follows a resource, and what passes their middleware."""


@everything.on_subscribed
def came(uri: str) -> None:
    """Somebody follows it."""
    SEEN.append(f"followed {uri}")


@everything.on_unsubscribed
async def went(uri: str) -> None:
    """Nobody follows it any more."""
    SEEN.append(f"unfollowed {uri}")


def noting(whose: str) -> Any:
    """Middleware that notes which tools are called."""

    async def note(ctx: Any, call_next: Any) -> Any:
        if ctx.method == "tools/call":
            SEEN.append(f"{whose} {ctx.params['name']}")
        return await call_next(ctx)

    return note


everything.add_middleware(noting("everything"))
middle.add_middleware(noting("middle"))
middle.mount(everything, "all")
mcp.mount(middle, "mid")

passing = FastMCP("passing")


@passing.tool(structured_output=False)
def late() -> str:
    """A tool of a server that comes later."""
    return "late"


@mcp.tool(structured_output=False)
def mount() -> str:
    """Mount another server."""
    mcp.mount(passing, "extra")
    return "mounted"


@mcp.tool(structured_output=False)
def unmount() -> str:
    """Unmount it again."""
    return f"unmounted {mcp.unmount(passing)}".lower()


@mcp.tool
def seen() -> list[str]:
    """What the inner servers heard since this was asked last."""
    all_of_it = list(SEEN)
    SEEN.clear()
    return all_of_it


if __name__ == "__main__":
    serve(mcp)
