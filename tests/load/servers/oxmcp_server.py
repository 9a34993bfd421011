"""oxmcp with the benchmark's tools: `--stdio` or `--port N`, and `--tools N` for a long list.

`--ask`: with the tools that ask. `--mounted`: under uvicorn, set up as the official SDK is (`--tuned`: uvloop and httptools).
"""

import argparse
from typing import Annotated

from catalogue import QUESTION, Confirmation, add, echo, echo_async, many

from oxmcp import Context, Elicit, FastMCP, Resolve

parser = argparse.ArgumentParser()
parser.add_argument("--stdio", action="store_true")
parser.add_argument("--port", type=int)
parser.add_argument("--tools", type=int, default=0)
parser.add_argument("--ask", action="store_true")
parser.add_argument("--mounted", action="store_true")
parser.add_argument("--tuned", action="store_true")
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


mcp = FastMCP("load", version="1.0.0")
if options.tools:
    for name, function in many(options.tools):
        mcp.tool(function, name=name)
elif options.ask:
    mcp.tool(confirm)
    mcp.tool(confirmed)
else:
    mcp.tool(echo)
    mcp.tool(echo_async)
    mcp.tool(add)

if options.stdio:
    mcp.run()
elif options.mounted:
    import uvicorn

    uvicorn.run(
        mcp.streamable_http_app(json_response=True),
        host="127.0.0.1",
        port=options.port,
        loop="uvloop" if options.tuned else "asyncio",
        http="httptools" if options.tuned else "h11",
        log_level="warning" if options.tuned else "info",
    )
else:
    mcp.run(transport="http", host="127.0.0.1", port=options.port, json_response=not options.ask)
