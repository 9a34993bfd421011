"""What of the everything server becomes tasks: the fixtures of the official conformance suite, named and worded as there."""

from __future__ import annotations

import asyncio
from typing import Any

from oxmcp import Context, FastMCP, MCPError, ToolError
from oxmcp.utilities.tasks import TaskConfig


def form(field: str, kind: str) -> dict[str, Any]:
    """A form of one field."""
    return {"type": "object", "properties": {field: {"type": kind}}, "required": [field]}


def register(mcp: FastMCP) -> None:
    """Adds all of them to a server."""
    run_long(mcp)
    ask_in_mid_task(mcp)


def run_long(mcp: FastMCP) -> None:
    """Tools that take their time, and one that does not."""

    @mcp.tool(structured_output=False)
    def greet(name: str) -> str:
        """Greet at once: never a task."""
        return f"Hello, {name}!"

    @mcp.tool(task=True, structured_output=False)
    async def slow_compute(seconds: float, label: str) -> str:
        """Compute for a while."""
        await asyncio.sleep(seconds)
        return f"{label}: computed"

    @mcp.tool(task="required", structured_output=False)
    async def failing_job() -> str:
        """Fail after a while."""
        await asyncio.sleep(1)
        raise ToolError("This job always fails")

    @mcp.tool(task=True, structured_output=False)
    async def reporting_job(ctx: Context) -> str:
        """Report progress while it goes on."""
        for step in (1, 2, 3):
            await asyncio.sleep(0.05)
            await ctx.report_progress(step, 3, f"step {step}")
        return "reported"

    @mcp.tool(task=True, structured_output=False)
    async def protocol_error_job() -> str:
        """End with an error of the protocol."""
        raise MCPError(-32603, "This job breaks off")


def ask_in_mid_task(mcp: FastMCP) -> None:
    """Tools that ask their client while they are tasks, and one that asks before."""

    @mcp.tool(task=True, structured_output=False)
    async def confirm_delete(filename: str, ctx: Context) -> str:
        """Ask whether to go on."""
        answer = await ctx.elicit(f"Delete {filename}?", form("confirm", "boolean"))
        confirmed = answer.action == "accept" and answer.content["confirm"]
        return f"{filename}: {'deleted' if confirmed else 'kept'}"

    @mcp.tool(task=True, structured_output=False)
    async def multi_input(ctx: Context) -> str:
        """Ask two things at once."""
        answers = await asyncio.gather(
            ctx.elicit("What is your name?", form("name", "string")),
            ctx.elicit("Go on?", form("confirm", "boolean")),
        )
        return f"answers: {', '.join(answer.action for answer in answers)}"

    @mcp.tool(task=TaskConfig("required", begins="when told"), structured_output=False)
    async def test_tool_with_task(ctx: Context) -> str:
        """Ask first, and become a task then."""
        answer = await ctx.elicit("What is your name?", form("name", "string"))
        ctx.become_task()
        await asyncio.sleep(0.05)
        return f"Hello, {answer.content['name'] if answer.action == 'accept' else 'nobody'}!"
