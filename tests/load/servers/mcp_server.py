"""The official SDK with the benchmark's tools.

`--tuned`: uvloop, httptools, quiet logs; its tools are then coroutines only, which spares it the worker threads.
`--ask`: with the tools that ask.
Otherwise as installed: asyncio, h11, the log level and access log its own `run()` sets.
"""

import argparse
import sys

sys.modules["rich"] = None  # type: ignore[assignment]  # not among its requirements: a neighbour may have installed it

from typing import Annotated  # noqa: E402

import uvicorn  # noqa: E402
from catalogue import QUESTION, Confirmation, add, echo, echo_async, many  # noqa: E402
from mcp.server.mcpserver import Context, Elicit, MCPServer, Resolve  # noqa: E402

parser = argparse.ArgumentParser()
parser.add_argument("--stdio", action="store_true")
parser.add_argument("--port", type=int)
parser.add_argument("--tools", type=int, default=0)
parser.add_argument("--tuned", action="store_true")
parser.add_argument("--ask", action="store_true")
options = parser.parse_args()


async def confirm(ctx: Context) -> str:
    """Ask for a confirmation."""
    answer = await ctx.elicit(QUESTION, Confirmation)
    return "sure" if answer.action == "accept" and answer.data.sure else "not sure"


async def ask() -> Elicit[Confirmation]:
    """What is to be asked."""
    return Elicit(QUESTION, Confirmation)


async def confirmed(answer: Annotated[Confirmation, Resolve(ask)]) -> str:
    """Have a confirmation asked for."""
    return "sure" if answer.sure else "not sure"


mcp = MCPServer("load", version="1.0.0", log_level="WARNING" if options.tuned else "INFO")
if options.tools:
    for name, function in many(options.tools):
        mcp.add_tool(function, name=name)
elif options.ask:
    mcp.add_tool(confirm)
    mcp.add_tool(confirmed)
else:
    mcp.add_tool(echo)
    mcp.add_tool(echo_async)
    mcp.add_tool(add)

if options.stdio:
    mcp.run()
else:
    uvicorn.run(
        mcp.streamable_http_app(json_response=not options.ask),
        host="127.0.0.1",
        port=options.port,
        loop="uvloop" if options.tuned else "asyncio",
        http="httptools" if options.tuned else "h11",
        log_level=mcp.settings.log_level.lower(),
    )
