"""The middleware that comes with the package."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from oxmcp import Client, FastMCP, McpError, ToolError
from oxmcp.server.middleware import CallNext, Middleware, MiddlewareContext, PingMiddleware
from oxmcp.server.middleware.error_handling import ErrorHandlingMiddleware, RetryMiddleware
from oxmcp.server.middleware.timing import DetailedTimingMiddleware, TimingMiddleware
from oxmcp.server.middleware.tool_injection import ToolInjectionMiddleware
from oxmcp.tools import Tool

MODES = pytest.mark.parametrize("mode", ["legacy", "modern"])


def server(raised: Exception | None, *middleware: Any, times: int = 99) -> FastMCP:
    """One whose tool and resource fail so many times."""
    mcp = FastMCP(middleware=middleware)
    left = [times]

    def work() -> str:
        left[0] -= 1
        if raised is not None and left[0] >= 0:
            raise raised
        return "done"

    mcp.add_tool(work)
    mcp.add_resource(work, uri="note://one")
    return mcp


@MODES
async def test_how_long_requests_take_is_in_the_log(mode: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "oxmcp.timing"):
        async with Client(server(None, TimingMiddleware(), DetailedTimingMiddleware()), mode=mode) as client:
            await client.call_tool("work")
            await client.read_resource("note://one")
            await client.list_tools()
        async with Client(server(ValueError("no"), TimingMiddleware()), mode=mode) as client:
            with pytest.raises(ToolError):
                await client.call_tool("work")
    told = [" ".join(record.getMessage().split()[:3]) for record in caplog.records if "timing" in record.name]
    told = [one for one in told if "initialize" not in one]
    assert told == [
        "Tool 'work' completed",
        "Request tools/call completed",
        "Resource 'note://one' completed",
        "Request resources/read completed",
        "List tools completed",
        "Request tools/list completed",
        "Request tools/call failed",
    ]


@MODES
@pytest.mark.parametrize(
    ("raised", "code", "message"),
    [
        (ValueError("bad"), -32602, "Invalid params: bad"),
        (KeyError("gone"), -32001, "Not found: 'gone'"),
        (PermissionError("mine"), -32000, "Permission denied: mine"),
        (TimeoutError("slow"), -32000, "Request timeout: slow"),
        (RuntimeError("odd"), -32603, "Internal error: odd"),
        (McpError(-32602, "mine"), -32602, "mine"),
    ],
)
async def test_failures_are_counted_and_become_errors_of_the_protocol(
    mode: str, raised: Exception, code: int, message: str
) -> None:
    told: list[Any] = []
    handling = ErrorHandlingMiddleware(error_callback=lambda error, context: told.append((error, context.method)))
    async with Client(server(raised, handling), mode=mode) as client:
        with pytest.raises(McpError, match=message) as refused:
            await client.call_tool("work")
    assert refused.value.code == code
    assert handling.get_error_stats() == {f"{type(raised).__name__}:tools/call": 1}
    assert told == [(raised, "tools/call")]


async def test_a_tool_that_failed_stays_a_result_where_errors_are_not_to_be_changed() -> None:
    async with Client(server(ValueError("bad"), ErrorHandlingMiddleware(transform_errors=False))) as client:
        with pytest.raises(ToolError, match="bad"):
            await client.call_tool("work")


@pytest.mark.parametrize(("times", "works"), [(2, True), (3, False)])
async def test_what_may_pass_is_tried_again_so_many_times(times: int, works: bool) -> None:
    mcp = server(ConnectionError("busy"), RetryMiddleware(max_retries=2, base_delay=0), times=times)
    async with Client(mcp) as client:
        result = await client.call_tool("work", raise_on_error=False)
    assert result.is_error is not works


async def test_what_will_not_pass_is_not_tried_again() -> None:
    async with Client(server(ValueError("bad"), RetryMiddleware(base_delay=0), times=1)) as client:
        with pytest.raises(ToolError, match="bad"):
            await client.call_tool("work")
        assert (await client.call_tool("work")).data == "done"


@MODES
async def test_tools_can_be_brought_along_and_go_with_the_middleware(mode: str) -> None:
    def work() -> str:
        return "brought"

    @Tool
    def other(n: int) -> int:
        return n + 1

    seen: list[str] = []

    class Seeing(Middleware):
        async def on_call_tool(self, context: MiddlewareContext[Any], call_next: CallNext) -> Any:
            seen.append(context.message.name)
            return await call_next(context)

    brings = ToolInjectionMiddleware([work, other])
    assert [tool.name for tool in brings.injected_tools] == ["work", "other"]
    assert brings.get_injected_tool("other") is other
    mcp = server(None, Seeing(), brings)
    async with Client(mcp, mode=mode) as client:
        assert sorted(tool.name for tool in await client.list_tools()) == ["other", "work"]
        assert (await client.call_tool("work")).data == "brought"
        assert (await client.call_tool("other", {"n": 1})).content[0].text == "2"
        with pytest.raises(ToolError, match="n: "):
            await client.call_tool("other", {"n": "x"})
        mcp.middleware.remove(brings)
        assert [tool.name for tool in await client.list_tools()] == ["work"]
        assert (await client.call_tool("work")).data == "done"
        mcp.add_middleware(brings)
        mcp.add_tool(lambda: "registered", name="other")
        assert (await client.call_tool("other", {"n": 2})).content[0].text == "3"
        mcp.middleware.remove(brings)
        assert (await client.call_tool("other")).content[0].text == "registered"
    assert seen == ["work", "other", "other", "work", "other", "other"]


async def test_connections_are_kept_alive_whether_somebody_asks_for_it_or_not() -> None:
    with pytest.raises(ValueError, match="positive"):
        PingMiddleware(0)
    async with Client(server(None, PingMiddleware(interval_ms=5000))) as client:
        assert (await client.call_tool("work")).data == "done"
