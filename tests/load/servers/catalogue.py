"""The tools every benchmark server of this language offers, so that all of them do the same work, and its command line."""

from __future__ import annotations

import argparse
import asyncio
import functools
import inspect
import time
from collections.abc import Callable
from typing import Any

PAUSE = 0.001
"""How many seconds the tools take that take their time."""
STEPS = 10
"""How often the tool that reports progress does."""

Tools = list[tuple[str, Callable[..., Any]]]


def echo(text: str) -> str:
    """Return the text."""
    return text


async def echo_async(text: str) -> str:
    """Return the text, from a coroutine."""
    return text


async def echo_later(text: str) -> str:
    """Return the text after a while."""
    await asyncio.sleep(PAUSE)
    return text


def echo_blocking(text: str) -> str:
    """Return the text after a while, from a thread that is blocked meanwhile."""
    time.sleep(PAUSE)
    return text


def add(a: int, b: int) -> int:
    """Add two whole numbers."""
    return a + b


def many(count: int) -> Tools:
    """As many tools as asked, with an ordinary signature and a description each."""

    def make(number: int) -> Callable[..., Any]:
        def tool(query: str, limit: int = 10, tags: list[str] | None = None, exact: bool = False) -> str:
            return f"{number}: {query}"

        tool.__name__ = f"search_{number}"
        tool.__doc__ = f"Search collection {number} and return the best matches, newest first."
        return tool

    return [(f"search_{number}", make(number)) for number in range(count)]


# ── The tools of the comparison by TM Dev Lab ────────────────────────────────────────────────────────────────────────


def _fibonacci(n: int) -> int:
    return n if n < 2 else _fibonacci(n - 1) + _fibonacci(n - 2)


def calculate_fibonacci(n: int) -> dict[str, int]:
    """Calculate a Fibonacci number, recursively."""
    return {"input": n, "result": _fibonacci(n)}


@functools.cache
def _http() -> Any:
    import httpx

    return httpx.AsyncClient()


async def fetch_external_data(endpoint: str) -> dict[str, int]:
    """Fetch something over HTTP."""
    answer = await _http().get(endpoint)
    return {"status_code": answer.status_code, "bytes": len(answer.content)}


def process_json_data(data: dict[str, Any]) -> dict[str, Any]:
    """Turn the texts of an object into capitals."""
    return {
        "transformed_data": {name: value.upper() if isinstance(value, str) else value for name, value in data.items()}
    }


async def simulate_database_query(query: str, delay_ms: int) -> dict[str, Any]:
    """Wait as long as a database would take."""
    await asyncio.sleep(delay_ms / 1000)
    return {"query": query, "delay_ms": delay_ms}


# ── What a server offers ─────────────────────────────────────────────────────────────────────────────────────────────


def options(*more: str) -> argparse.Namespace:
    """The options every server takes, and flags of this one."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--stdio", action="store_true")
    parser.add_argument("--port", type=int)
    parser.add_argument(
        "--answers", choices=("json", "sse"), default="sse", help="JSON only, or streams where they may be"
    )
    parser.add_argument("--max-body", type=int, help="the longest body it takes, in bytes")
    parser.add_argument("--tools", type=int, default=0, help="as many in all, echo and others of one kind")
    parser.add_argument("--tm-dev-lab", action="store_true", help="the tools of that comparison")
    for flag in more:
        parser.add_argument(flag, action="store_true")
    return parser.parse_args()


def chosen(options: argparse.Namespace) -> Tools:
    """The tools to offer, but for those that take the library's own context."""
    if options.tools:
        return [("echo", echo), *many(options.tools - 1)]
    if options.tm_dev_lab:
        functions = [calculate_fibonacci, fetch_external_data, process_json_data, simulate_database_query]
    else:
        from records import search

        functions = [echo, echo_async, echo_later, echo_blocking, add, search]
    return [(function.__name__, function) for function in functions]


def offers_context_tools(options: argparse.Namespace) -> bool:
    """Whether the tools that take the library's own context are wanted, too."""
    return not options.tools and not options.tm_dev_lab


def as_coroutines(tools: Tools) -> Tools:
    """The same tools, as coroutine functions: some libraries spend a thread on each call of a plain one.

    The one that blocks stays what it is: it needs its thread.
    """

    def wrap(function: Callable[..., Any]) -> Callable[..., Any]:
        if inspect.iscoroutinefunction(function) or function is echo_blocking:
            return function

        @functools.wraps(function)
        async def coroutine(*args: Any, **kwargs: Any) -> Any:
            return function(*args, **kwargs)

        return coroutine

    return [(name, wrap(function)) for name, function in tools]
