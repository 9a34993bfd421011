"""The official SDK with the benchmark's tools.

`--tuned`: uvloop, httptools, quiet logs; its tools are then coroutines, which spares it the worker threads.
Otherwise as installed: asyncio, h11, the log level and access log its own `run()` sets.
"""

import sys

sys.modules["rich"] = None  # type: ignore[assignment]  # not among its requirements: a neighbour may have installed it

import uvicorn  # noqa: E402
from catalogue import STEPS, as_coroutines, chosen, offers_context_tools, options  # noqa: E402
from mcp.server.mcpserver import Context, MCPServer  # noqa: E402

chosen_options = options("--tuned")


async def steps(text: str, ctx: Context) -> str:
    """Return the text after some reports of progress."""
    for step in range(1, STEPS + 1):
        await ctx.report_progress(step, STEPS)
    return text


mcp = MCPServer("load", version="1.0.0", log_level="WARNING" if chosen_options.tuned else "INFO")
tools = chosen(chosen_options)
for name, function in as_coroutines(tools) if chosen_options.tuned else tools:
    mcp.add_tool(function, name=name)
if offers_context_tools(chosen_options):
    from mcp_asking import confirm, confirmed

    mcp.add_tool(steps)
    mcp.add_tool(confirm)
    mcp.add_tool(confirmed)

limit = {"max_request_body_size": chosen_options.max_body} if chosen_options.max_body else {}
if chosen_options.stdio:
    mcp.run()
else:
    uvicorn.run(
        mcp.streamable_http_app(json_response=chosen_options.answers == "json", **limit),
        host="127.0.0.1",
        port=chosen_options.port,
        loop="uvloop" if chosen_options.tuned else "asyncio",
        http="httptools" if chosen_options.tuned else "h11",
        log_level=mcp.settings.log_level.lower(),
    )
