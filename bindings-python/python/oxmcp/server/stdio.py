"""Standard input and output as a transport, under the name people know.

The streams are tokens for the engine, not queues: it reads and writes private copies of descriptors 0 and 1 itself, and no
byte of the protocol passes through Python.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class StdioStream:
    """One direction of standard input and output, as a token for `Server.run`."""

    __slots__ = ()
    transport = "stdio"


@asynccontextmanager
async def stdio_server() -> AsyncIterator[tuple[StdioStream, StdioStream]]:
    """The two streams that `Server.run` takes: `async with stdio_server() as (read, write): …`."""
    yield StdioStream(), StdioStream()
