"""Middleware that `fastmcp` publishes, as it is, around our servers."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from fastmcp.server.middleware import Middleware, MiddlewareContext
from fastmcp.server.middleware.caching import ResponseCachingMiddleware
from fastmcp.server.middleware.dereference import DereferenceRefsMiddleware
from fastmcp.server.middleware.error_handling import ErrorHandlingMiddleware, RetryMiddleware
from fastmcp.server.middleware.logging import LoggingMiddleware, StructuredLoggingMiddleware
from fastmcp.server.middleware.rate_limiting import RateLimitingMiddleware
from fastmcp.server.middleware.timing import DetailedTimingMiddleware, TimingMiddleware

from oxmcp import Client, FastMCP, McpError

pytestmark = pytest.mark.anyio
MODES = pytest.mark.parametrize("mode", ["legacy", "modern"])


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def server(*middleware: Any) -> FastMCP:
    mcp = FastMCP(middleware=middleware)
    attempts: list[int] = []

    @mcp.tool
    def add(a: int, b: int) -> int:
        return a + b

    @mcp.tool
    def flaky() -> str:
        attempts.append(1)
        if len(attempts) < 2:
            raise ConnectionError("try again")
        return "done"

    @mcp.tool
    def missing() -> str:
        raise KeyError("gone")

    return mcp


@MODES
async def test_those_that_look_on_see_every_operation(mode: str, caplog: pytest.LogCaptureFixture) -> None:
    watching = (LoggingMiddleware(include_payloads=True), StructuredLoggingMiddleware(), DetailedTimingMiddleware())
    with caplog.at_level(logging.INFO):
        async with Client(server(*watching, TimingMiddleware(), DereferenceRefsMiddleware()), mode=mode) as client:
            assert (await client.call_tool("add", {"a": 1, "b": 2})).data == 3
            assert len(await client.list_tools()) == 3
    text = caplog.text
    assert "event=request_start method=tools/call source=client" in text
    assert '"event": "request_success", "method": "tools/list"' in text
    assert "Tool 'add' completed in" in text
    assert "Request tools/list completed in" in text


@MODES
async def test_those_that_intervene_retry_refuse_and_translate_errors(mode: str) -> None:
    # The handshake counts, too.
    retry, limit = RetryMiddleware(base_delay=0), RateLimitingMiddleware(0.001, burst_capacity=3 + (mode == "legacy"))
    handling = ErrorHandlingMiddleware()
    async with Client(server(handling, limit, retry), mode=mode) as client:
        assert (await client.call_tool("flaky")).data == "done"
        with pytest.raises(McpError, match="Not found: 'gone'") as refused:
            await client.call_tool("missing")
        assert refused.value.code == -32001
        assert (await client.call_tool("add", {"a": 1, "b": 2})).data == 3
        with pytest.raises(McpError, match="Rate limit exceeded") as refused:
            await client.call_tool("add", {"a": 1, "b": 2})
        assert refused.value.code == -32000
    assert handling.get_error_stats() == {"KeyError:tools/call": 1, "RateLimitError:tools/call": 1}


async def test_a_class_of_an_author_needs_no_change() -> None:
    class Audit(Middleware):
        def __init__(self) -> None:
            self.seen: list[Any] = []

        async def on_call_tool(self, context: MiddlewareContext[Any], call_next: Any) -> Any:
            self.seen.append((context.message.name, context.message.arguments, context.fastmcp_context is not None))
            return await call_next(context)

    audit = Audit()
    async with Client(server(audit)) as client:
        await client.call_tool("add", {"a": 1, "b": 2})
        await client.list_tools()
    assert audit.seen == [("add", {"a": 1, "b": 2}, True)]


def test_what_keeps_objects_of_its_own_is_not_taken_for_a_function() -> None:
    server(ResponseCachingMiddleware())
