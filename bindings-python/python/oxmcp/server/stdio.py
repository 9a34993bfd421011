"""Standard input and output as a transport, under the name people know.

The streams are tokens for the engine, not queues: it reads and writes private copies of descriptors 0 and 1 itself, and no
byte of the protocol passes through Python.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any


class StdioStream:
    """One direction of standard input and output, as a token for `Server.run`."""

    __slots__ = ()
    transport = "stdio"


@asynccontextmanager
async def stdio_server() -> AsyncIterator[tuple[StdioStream, StdioStream]]:
    """The two streams that `Server.run` takes: `async with stdio_server() as (read, write): …`."""
    yield StdioStream(), StdioStream()


async def run_on(server: Any, read_stream: Any, write_stream: Any) -> None:
    """Serves on the streams that a transport of this package gave, until they end.

    Raises:
        TypeError: they are something else.
    """
    named = {getattr(stream, "transport", None) for stream in (read_stream, write_stream)}
    if named == {"stdio"}:
        await server.run_stdio_async()
    elif named == {"sse"}:
        await read_stream.serve(server)
    else:
        raise TypeError(
            "Server.run takes the streams of oxmcp.server.stdio.stdio_server(), or of connect_sse() of "
            "oxmcp.server.sse.SseServerTransport"
        )
