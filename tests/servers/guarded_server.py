"""A server behind middleware of every kind, for clients of all sorts: `--stdio`, or HTTP with `--port N`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

from oxmcp import FastMCP, McpError, ToolError
from oxmcp.server.middleware import CallNext, Middleware, MiddlewareContext
from oxmcp.tools import ToolResult


class Guarding(Middleware):
    """Hides one tool, refuses another, answers for a third that is not there, and counts what passes."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    async def on_message(self, context: MiddlewareContext[Any], call_next: CallNext) -> Any:
        """Every message."""
        self.seen.append(context.method or "")
        return await call_next(context)

    async def on_initialize(self, context: MiddlewareContext[Any], call_next: CallNext) -> Any:
        """The handshake of older clients."""
        result = await call_next(context)
        result.instructions = "You are seen."
        return result

    async def on_discover(self, context: MiddlewareContext[Any], call_next: CallNext) -> Any:
        """What newer clients ask instead."""
        result = await call_next(context)
        result.instructions = "You are seen."
        return result

    async def on_list_tools(self, context: MiddlewareContext[Any], call_next: CallNext) -> Sequence[Any]:
        """The list of tools."""
        return [tool for tool in await call_next(context) if tool.name != "hidden"]

    async def on_call_tool(self, context: MiddlewareContext[Any], call_next: CallNext) -> Any:
        """A call of a tool."""
        name = context.message.name
        if name == "hidden":
            raise McpError(-32602, "Unknown tool: hidden")
        if name == "refused":
            raise ToolError("Not today.")
        return ToolResult("virtual") if name == "virtual" else await call_next(context)


guarding = Guarding()
mcp = FastMCP("guarded", middleware=[guarding])


@mcp.tool
def echo(text: str) -> str:
    """Says what it is told."""
    return text


@mcp.tool
def hidden() -> str:
    """Nobody sees it."""
    return "found"


@mcp.tool
def refused() -> str:
    """Nobody gets through."""
    return "through"


@mcp.tool
def seen() -> list[str]:
    """The methods of all that came."""
    return list(guarding.seen)


if sys.argv[1] == "--stdio":
    mcp.run()
else:
    mcp.run("http", port=int(sys.argv[2]))
