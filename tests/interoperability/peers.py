"""How the official and fastmcp clients reach our servers: every transport in every mode."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from fastmcp import Client as FastClient
from fastmcp.client.transports import StdioTransport
from mcp import Client, StdioServerParameters

T = TypeVar("T")
WITHIN = 60.0
"""Seconds a whole conversation may take."""

TRANSPORTS = ("stdio", "http")
MODES = ("legacy", "auto")
VERSION_OF_MODE = {"legacy": "2025-11-25", "auto": "2026-07-28"}


def conversation(talk: Callable[[], Awaitable[T]]) -> T:
    """Run a conversation to its end, within bounds."""

    async def bounded() -> T:
        return await asyncio.wait_for(talk(), WITHIN)

    try:
        return asyncio.run(bounded())
    except BaseException as error:
        # Clients wrap what went wrong in groups of one: the assertion itself is what a reader wants.
        while len(inner := getattr(error, "exceptions", ())) == 1:
            (error,) = inner
        raise error from None


def stdio_parameters(command: str, *options: str) -> StdioServerParameters:
    """A server of our own as the official client's stdio parameters."""
    return StdioServerParameters(command=command, args=[*options], env=dict(os.environ))


@asynccontextmanager
async def official(where: str | StdioServerParameters, mode: str, **options: Any) -> AsyncIterator[Client]:
    """The official client, connected."""
    async with Client(where, mode=mode, **options) as client:
        yield client


@asynccontextmanager
async def fast(where: str | list[str], mode: str, **options: Any) -> AsyncIterator[FastClient[Any]]:
    """fastmcp's client, connected."""
    transport: Any = where
    if isinstance(where, list):
        transport = StdioTransport(command=where[0], args=where[1:], env=dict(os.environ), keep_alive=False)
    async with FastClient(transport, mode=mode, **options) as client:
        yield client


def value_of(result: Any) -> Any:
    """A structured value; revisions that know only objects get others as `{"result": …}` (DOWN-3, DOWN-4)."""
    value = result.structured_content
    return value["result"] if isinstance(value, dict) and set(value) == {"result"} else value


async def eventually(ask: Callable[[], Awaitable[T]], good: Callable[[T], bool]) -> T:
    """Ask until the answer is good; give the last answer back when time is up."""
    answer = await ask()
    for _ in range(200):
        if good(answer):
            break
        await asyncio.sleep(0.02)
        answer = await ask()
    return answer
