"""fastmcp with the benchmark's tools, as installed or `--tuned` (uvloop, httptools, quiet logs)."""

import argparse

from catalogue import add, echo, echo_async, many
from fastmcp import FastMCP

parser = argparse.ArgumentParser()
parser.add_argument("--stdio", action="store_true")
parser.add_argument("--port", type=int)
parser.add_argument("--tools", type=int, default=0)
parser.add_argument("--tuned", action="store_true")
options = parser.parse_args()

mcp = FastMCP("load", version="1.0.0")
if options.tools:
    for name, function in many(options.tools):
        mcp.tool(function, name=name)
else:
    mcp.tool(echo)
    mcp.tool(echo_async)
    mcp.tool(add)

if options.stdio:
    mcp.run(show_banner=False)
else:
    mcp.run(
        transport="http",
        host="127.0.0.1",
        port=options.port,
        json_response=True,
        show_banner=False,
        log_level="WARNING" if options.tuned else None,
        uvicorn_config={
            "loop": "uvloop" if options.tuned else "asyncio",
            "http": "httptools" if options.tuned else "h11",
        },
    )
