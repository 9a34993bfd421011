"""The client of the same process."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

import pytest

from oxmcp import Client, Context, FastMCP, McpError, ToolError
from oxmcp.errors import ClosedError
from oxmcp.types import CallToolResult, TextContent


def server() -> FastMCP:
    mcp = FastMCP("demo")

    @mcp.tool
    def one(n: int) -> int:
        return n

    @mcp.tool
    def result() -> dict[str, int]:
        return {"result": 5}

    @dataclass
    class Point:
        x: int
        y: int

    @mcp.tool
    def point() -> Point:
        return Point(1, 2)

    @mcp.tool
    def fails() -> str:
        raise ToolError("on purpose")

    @mcp.tool
    async def slow(ctx: Context) -> str:
        await asyncio.sleep(30)
        return "late"

    return mcp


@pytest.mark.parametrize("mode", ["legacy", "auto", "modern", "2025-06-18", "2024-11-05"])
def test_every_mode_gives_the_same_data(mode: str) -> None:
    async def go() -> None:
        async with Client(server(), mode=mode) as client:
            assert await client.ping()
            if mode == "2024-11-05":  # before structured results
                assert (await client.call_tool("one", {"n": 3})).content[0].text == "3"
                return
            assert (await client.call_tool("one", {"n": 3})).data == 3
            assert (await client.call_tool("result")).data == {"result": 5}
            assert (await client.call_tool("point")).data.x == 1

    asyncio.run(go())


def test_an_error_result_is_raised_unless_asked_for() -> None:
    async def go() -> None:
        async with Client(server()) as client:
            with pytest.raises(ToolError, match="on purpose"):
                await client.call_tool("fails")
            result = await client.call_tool("fails", raise_on_error=False)
            assert result.is_error and result.isError
            with pytest.raises(McpError) as caught:
                await client.request("nonsense/method")
            assert caught.value.code == -32601

    asyncio.run(go())


def test_a_client_can_be_entered_again_and_is_closed_outside() -> None:
    client = Client(server())

    async def go() -> None:
        for _ in range(2):
            async with client, client:
                assert client.is_connected
                await client.ping()
            assert not client.is_connected
            with pytest.raises(ClosedError):
                await client.ping()

    asyncio.run(go())
    asyncio.run(go())
    with pytest.raises(TypeError, match="a server of this process"):
        Client("https://example.org/mcp")  # type: ignore[arg-type]


def test_a_call_that_takes_too_long_is_given_up() -> None:
    async def go() -> None:
        async with Client(server()) as client:
            with pytest.raises(TimeoutError):
                await client.call_tool("slow", timeout=0.05)
            assert (await client.call_tool("one", {"n": 1})).data == 1

    asyncio.run(go())


def test_handlers_may_be_async_and_may_fail(caplog: pytest.LogCaptureFixture) -> None:
    mcp = FastMCP("demo")
    seen: list[Any] = []

    @mcp.tool
    def work(ctx: Context) -> str:
        ctx.report_progress(1)
        ctx.info("told")
        return "done"

    async def progress(*told: Any) -> None:
        await asyncio.sleep(0)
        seen.append(told)

    def log(_message: Any) -> None:
        raise ValueError("handler broken")

    async def go() -> None:
        async with Client(mcp, log_handler=log) as client:
            assert (await client.call_tool("work", progress_handler=progress)).content[0].text == "done"

    asyncio.run(go())
    assert seen == [(1, None, None)]
    assert "handler broken" in caplog.text


def test_several_clients_of_one_server_do_not_mix() -> None:
    mcp = server()

    async def go() -> None:
        async with Client(mcp) as first, Client(mcp, mode="auto") as second:
            results = await asyncio.gather(
                *(client.call_tool("one", {"n": n}) for n in range(20) for client in (first, second))
            )
            assert [result.data for result in results] == [n for n in range(20) for _ in range(2)]

    asyncio.run(go())


def test_members_of_a_result_that_the_protocol_does_not_know_are_sent() -> None:
    async def go() -> None:
        mcp = FastMCP("more")

        @mcp.tool
        def more() -> CallToolResult:
            return CallToolResult(content=[TextContent(type="text", text="x")], **{"example.com/more": {"a": [1]}})

        for mode in ("legacy", "modern"):
            async with Client(mcp, mode=mode) as client:
                answer = await client.request("tools/call", {"name": "more", "arguments": {}})
                assert answer["example.com/more"] == {"a": [1]}
                assert answer["content"] == [{"type": "text", "text": "x"}]

    asyncio.run(go())


def test_structured_content_that_is_no_object_reaches_older_versions_in_one() -> None:
    async def go() -> None:
        mcp = FastMCP("list")

        @mcp.tool(output_schema=None)
        def free() -> CallToolResult:
            return CallToolResult(content=[], structured_content=[1])

        async with Client(mcp) as client:
            answer = await client.request("tools/call", {"name": "free", "arguments": {}})
            assert answer["structuredContent"] == {"result": [1]}
        async with Client(mcp, mode="modern") as client:
            answer = await client.request("tools/call", {"name": "free", "arguments": {}})
            assert answer["structuredContent"] == [1]

    asyncio.run(go())
