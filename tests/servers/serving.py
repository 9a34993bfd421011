"""How the servers of the tests are run."""

from __future__ import annotations

import argparse
from typing import Any

from oxmcp import FastMCP


def serve(mcp: FastMCP, **options: Any) -> None:
    """Serves over standard input and output (`--stdio`), or over HTTP on a loopback port (`--port`), with these options."""
    parser = argparse.ArgumentParser()
    transport = parser.add_mutually_exclusive_group(required=True)
    transport.add_argument("--stdio", action="store_true")
    transport.add_argument("--port", type=int)
    chosen = parser.parse_args()
    if chosen.stdio:
        mcp.run()
    else:
        mcp.run(transport="http", host="127.0.0.1", port=chosen.port, sse=True, event_store=True, **options)
