"""The official SDK with the benchmark's tools.

`--tuned`: uvloop, httptools, quiet logs; its tools are then coroutines only, which spares it the worker threads.
Otherwise as installed: asyncio, h11, the log level and access log its own `run()` sets.
"""

import argparse
import sys

sys.modules["rich"] = None  # type: ignore[assignment]  # not among its requirements: a neighbour may have installed it

import uvicorn  # noqa: E402
from catalogue import add, echo, echo_async, many  # noqa: E402
from mcp.server.mcpserver import MCPServer  # noqa: E402

parser = argparse.ArgumentParser()
parser.add_argument("--stdio", action="store_true")
parser.add_argument("--port", type=int)
parser.add_argument("--tools", type=int, default=0)
parser.add_argument("--tuned", action="store_true")
options = parser.parse_args()

mcp = MCPServer("load", version="1.0.0", log_level="WARNING" if options.tuned else "INFO")
if options.tools:
    for name, function in many(options.tools):
        mcp.add_tool(function, name=name)
else:
    mcp.add_tool(echo)
    mcp.add_tool(echo_async)
    mcp.add_tool(add)

if options.stdio:
    mcp.run()
else:
    uvicorn.run(
        mcp.streamable_http_app(json_response=True),
        host="127.0.0.1",
        port=options.port,
        loop="uvloop" if options.tuned else "asyncio",
        http="httptools" if options.tuned else "h11",
        log_level=mcp.settings.log_level.lower(),
    )
