"""oxmcp with the benchmark's tools: `--stdio` or `--port N`, and `--tools N` for a long list."""

import argparse

from catalogue import add, echo, echo_async, many

from oxmcp import FastMCP

parser = argparse.ArgumentParser()
parser.add_argument("--stdio", action="store_true")
parser.add_argument("--port", type=int)
parser.add_argument("--tools", type=int, default=0)
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
    mcp.run()
else:
    mcp.run(transport="http", host="127.0.0.1", port=options.port, json_response=True)
