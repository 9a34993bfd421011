"""oxmcp with the benchmark's tools.

`--mounted`: under uvicorn, set up as the official SDK is (`--tuned`: uvloop and httptools).
"""

from catalogue import STEPS, chosen, offers_context_tools, options

from oxmcp import Context, FastMCP

chosen_options = options("--mounted", "--tuned")
mcp = FastMCP("load", version="1.0.0")


async def steps(text: str, ctx: Context) -> str:
    """Return the text after some reports of progress."""
    for step in range(1, STEPS + 1):
        await ctx.report_progress(step, STEPS)
    return text


for name, function in chosen(chosen_options):
    mcp.tool(function, name=name)
if offers_context_tools(chosen_options):
    from oxmcp_asking import confirm, confirmed

    mcp.tool(steps)
    mcp.tool(confirm)
    mcp.tool(confirmed)

limit = {"max_body_bytes": chosen_options.max_body} if chosen_options.max_body else {}
if chosen_options.stdio:
    mcp.run()
elif chosen_options.mounted:
    import uvicorn

    uvicorn.run(
        mcp.streamable_http_app(json_response=chosen_options.answers == "json"),
        host="127.0.0.1",
        port=chosen_options.port,
        loop="uvloop" if chosen_options.tuned else "asyncio",
        http="httptools" if chosen_options.tuned else "h11",
        log_level="warning" if chosen_options.tuned else "info",
    )
else:
    mcp.run(
        transport="http",
        host="127.0.0.1",
        port=chosen_options.port,
        json_response=chosen_options.answers == "json",
        max_sessions_per_second=1_000_000,  # as many as the load generator begins at once
        **limit,
    )
