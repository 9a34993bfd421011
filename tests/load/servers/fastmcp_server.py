"""fastmcp with the benchmark's tools, as installed: asyncio, h11, its own logs."""

from catalogue import STEPS, chosen, offers_context_tools, options
from fastmcp import Context, FastMCP

chosen_options = options()


async def steps(text: str, ctx: Context) -> str:
    """Return the text after some reports of progress."""
    for step in range(1, STEPS + 1):
        await ctx.report_progress(step, STEPS)
    return text


mcp = FastMCP("load", version="1.0.0")
for name, function in chosen(chosen_options):
    mcp.tool(function, name=name)
if offers_context_tools(chosen_options):
    mcp.tool(steps)

if chosen_options.stdio:
    mcp.run(show_banner=False)
else:
    mcp.run(
        transport="http",
        host="127.0.0.1",
        port=chosen_options.port,
        json_response=chosen_options.answers == "json",
        show_banner=False,
        uvicorn_config={"loop": "asyncio", "http": "h11"},
    )
