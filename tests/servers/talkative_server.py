"""A server that says things nobody asked for, for tests of who hears them.

Usage: talkative_server.py --stdio | --port N
"""

from __future__ import annotations

import asyncio
import sys

from oxmcp import Context, FastMCP

mcp = FastMCP(
    "talkative", capabilities={"logging": {}, "extensions": {"example.com/alarms": {"levels": 3}}, "resources": {}}
)
followed: list[str] = []
background: set[asyncio.Task[None]] = set()


async def say(what: str) -> None:
    """Says something that no request has to do with."""
    if what == "an alarm":
        alarm = {"floor": 2, "_meta": {"example.com/by": "smoke"}}
        await mcp.send_notification({"method": "notifications/alarms/raised", "params": alarm})
    elif what == "a log message":
        await mcp.send_log_message("debug", "too low")
        await mcp.send_log_message("warning", {"text": "hot"}, logger="kettle")
    elif what == "an update":
        await mcp.notify_resource_updated("alarms://kettle")


@mcp.tool
async def later(what: str) -> str:
    """Has something said after the answer, by what was started outside of any call."""
    waiting.put_nowait(what)
    return "soon"


@mcp.on_subscribed
async def subscribed(uri: str) -> None:
    followed.append(f"+ {uri}")


@mcp.on_unsubscribed
def unsubscribed(uri: str) -> None:
    followed.append(f"- {uri}")


@mcp.tool
async def who_follows() -> str:
    """What the hooks were told."""
    return " ".join(followed)


@mcp.tool
async def afterwards(ctx: Context) -> str:
    """Goes on talking after its answer."""

    async def go_on() -> None:
        while ctx.session.can_send_request:
            await asyncio.sleep(0.001)
        await ctx.session.send_log_message("warning", "mine alone", logger="late")

    task = asyncio.create_task(go_on())
    background.add(task)
    return "answered"


@mcp.resource("alarms://kettle")
def kettle() -> str:
    return "hot"


waiting: asyncio.Queue[str] = asyncio.Queue()


async def main() -> None:
    async def talk() -> None:
        while True:
            await say(await waiting.get())

    talking = asyncio.get_running_loop().create_task(talk())
    if sys.argv[1] == "--stdio":
        await mcp.run_stdio_async()
    else:
        await mcp.run_http_async(port=int(sys.argv[2]), sse=True, show_banner=False)
    talking.cancel()


asyncio.run(main())
