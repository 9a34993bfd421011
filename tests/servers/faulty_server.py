"""A server whose tools misbehave, to show that no tool can take its server along.

Usage: python faulty_server.py (--stdio | --port N) [--io auto|loop|thread]
"""

from __future__ import annotations

import argparse
import asyncio
import builtins
import os
import subprocess
import sys
import threading
import time
from typing import Any

from oxmcp import FastMCP, ToolError

mcp = FastMCP("faulty", version="1.0.0")


class Opaque:
    """A value that no serialiser knows."""

    def __repr__(self) -> str:
        raise RuntimeError("not even a repr")


class OwnBaseException(BaseException):
    """An exception that `except Exception` does not catch."""


@mcp.tool()
def works(text: str = "fine") -> str:
    """Behave."""
    return text


@mcp.tool()
def raises(text: str) -> str:
    """Raise an ordinary exception."""
    raise ValueError(text)


@mcp.tool()
async def raises_async(text: str) -> str:
    """Raise an ordinary exception in a coroutine."""
    await asyncio.sleep(0)
    raise ValueError(text)


@mcp.tool()
def raises_tool_error(text: str) -> str:
    """Raise the error meant for callers."""
    raise ToolError(text)


@mcp.tool()
def raises_without_words() -> str:
    """Raise an exception that cannot be shown."""

    class Unspeakable(Exception):
        def __str__(self) -> str:
            raise RuntimeError("no words")

    raise Unspeakable


@mcp.tool()
def raises_group() -> str:
    """Raise several exceptions at once, or what the interpreter has instead."""
    group = getattr(builtins, "ExceptionGroup", None)
    if group is None:
        raise RuntimeError("many")
    raise group("many", [ValueError("one"), KeyError("two")])


@mcp.tool()
def exits() -> str:
    """Leave the process, as scripts do."""
    sys.exit(3)


@mcp.tool()
async def exits_async() -> str:
    """Leave the process from a coroutine."""
    sys.exit(3)


@mcp.tool()
def interrupts() -> str:
    """Raise what Ctrl-C raises."""
    raise KeyboardInterrupt


@mcp.tool()
async def interrupts_async() -> str:
    """Raise what Ctrl-C raises, in a coroutine."""
    raise KeyboardInterrupt


@mcp.tool()
def raises_base() -> str:
    """Raise an exception of the kind nobody catches."""
    raise OwnBaseException("of my own")


@mcp.tool()
async def cancels_itself() -> str:
    """Raise a cancellation that nobody asked for."""
    raise asyncio.CancelledError


@mcp.tool()
def recurses() -> str:
    """Run out of stack."""
    return recurses()  # type: ignore[no-any-return]


@mcp.tool()
def returns_opaque() -> Any:
    """Return something that is not JSON, inside something that is."""
    return {"items": [1, {"when": Opaque()}]}


@mcp.tool()
def returns_cycle() -> Any:
    """Return a list that contains itself."""
    cycle: list[Any] = []
    cycle.append(cycle)
    return cycle


@mcp.tool()
def returns_nan() -> Any:
    """Return a number that JSON does not have."""
    return {"value": float("nan")}


@mcp.tool()
def returns_odd_keys() -> Any:
    """Return a mapping whose keys JSON does not have."""
    return {(1, 2): "tuple"}


@mcp.tool()
def returns_surrogate() -> str:
    """Return text that has no UTF-8."""
    return "half \ud83d"


@mcp.tool()
def returns_deep() -> Any:
    """Return a value nested far deeper than any reader allows."""
    value: Any = "bottom"
    for _ in range(100_000):
        value = [value]
    return value


@mcp.tool()
def returns_much(mebibytes: int) -> str:
    """Return a long text."""
    return "x" * (mebibytes << 20)


@mcp.tool(output_schema={"type": "object", "properties": {"count": {"type": "integer"}}, "required": ["count"]})
def breaks_its_promise() -> dict[str, Any]:
    """Return something else than the output schema says."""
    return {"count": "three"}


@mcp.tool(timeout=0.2)
async def hangs() -> str:
    """Never come back, but for the time limit."""
    await asyncio.sleep(3600)
    return "never"


@mcp.tool(timeout=0.2)
def hangs_in_a_thread() -> str:
    """Block a thread longer than the time limit."""
    time.sleep(2)
    return "too late"


@mcp.tool()
def prints(text: str) -> str:
    """Write to everything that looks like standard output."""
    print(text)
    print(text, file=sys.__stdout__)
    sys.stdout.flush()
    os.write(1, text.encode() + b"\n")
    subprocess.run([sys.executable, "-c", f"print({text!r})"], check=True)
    return "printed"


@mcp.tool()
def reads_input() -> str:
    """Read standard input, which belongs to the protocol."""
    return repr(sys.stdin.read(1))


@mcp.tool()
def starts_a_thread() -> str:
    """Leave a daemon thread behind that prints."""
    threading.Thread(target=lambda: print("from a thread"), daemon=True).start()
    return "started"


def _wait_for(path: str) -> str:
    """Blocks the thread until there is a file at `path`, half a minute at most."""
    for _ in range(6_000):
        if os.path.exists(path):
            return "released"
        time.sleep(0.005)
    return "gave up"


@mcp.tool()
async def blocks_the_loop(path: str) -> str:
    """Block the event loop until there is a file at `path`."""
    return _wait_for(path)


@mcp.tool()
def blocks_a_thread(path: str) -> str:
    """Block a plain function until there is a file at `path`."""
    return _wait_for(path)


def main() -> None:
    """Serve over standard input and output, or over HTTP on a loopback port."""
    parser = argparse.ArgumentParser(description=__doc__)
    transport = parser.add_mutually_exclusive_group(required=True)
    transport.add_argument("--stdio", action="store_true")
    transport.add_argument("--port", type=int)
    parser.add_argument("--io", choices=["auto", "loop", "thread"], default="auto")
    options = parser.parse_args()
    if options.stdio:
        mcp.run(io=options.io)
    else:
        mcp.run(transport="http", host="127.0.0.1", port=options.port, io=options.io)


if __name__ == "__main__":
    main()
