"""oxmcp with the benchmark's tools.

`--mounted`: under uvicorn, set up as the official SDK is (`--tuned`: uvloop and httptools).
"""

from typing import Annotated

from catalogue import QUESTION, STEPS, Confirmation, chosen, offers_context_tools, options

from oxmcp import Context, Elicit, FastMCP, Resolve

chosen_options = options("--mounted", "--tuned")
mcp = FastMCP("load", version="1.0.0")


async def steps(text: str, ctx: Context) -> str:
    """Return the text after some reports of progress."""
    for step in range(1, STEPS + 1):
        await ctx.report_progress(step, STEPS)
    return text


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


for name, function in chosen(chosen_options):
    mcp.tool(function, name=name)
if offers_context_tools(chosen_options):
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
        **limit,
    )
