"""Middleware: functions around every call that reaches a handler."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import Any

import pytest

from oxmcp import Client, Context, FastMCP, McpError, MCPServer, ToolError, get_context
from oxmcp.server import Server, ServerRequestContext
from oxmcp.server.context import CallNext, HandlerResult, ServerMiddleware
from oxmcp.types import INVALID_PARAMS, TextContent, Tool

MODES = pytest.mark.parametrize("mode", ["legacy", "modern"])


def recording(seen: list[Any], name: str = "") -> ServerMiddleware[Any]:
    """Notes what calls pass it, and leaves out how a client begins."""

    async def middleware(ctx: ServerRequestContext, call_next: CallNext) -> HandlerResult:
        if ctx.method in ("initialize", "server/discover", "notifications/initialized"):
            return await call_next(ctx)
        seen.append(f"{name}{ctx.method}")
        result = await call_next(ctx)
        seen.append(result)
        return result

    return middleware


@MODES
async def test_it_sees_every_call_and_its_result(mode: str) -> None:
    seen: list[Any] = []
    mcp = MCPServer("m", middleware=[recording(seen)])

    @mcp.tool
    def add(a: int, b: int) -> dict[str, int]:
        return {"sum": a + b}

    @mcp.prompt
    async def greet(name: str) -> str:
        return f"Hello {name}"

    @mcp.resource("note://{id}")
    def note(id: int) -> str:
        return f"note {id + 1}"

    @mcp.completion
    def suggest(ref: Any, argument: Any) -> list[str]:
        return [argument.value + "!"]

    async with Client(mcp, mode=mode) as client:
        assert (await client.call_tool("add", {"a": 1, "b": 2})).data == {"sum": 3}
        assert (await client.get_prompt("greet", {"name": "Ann"})).messages[0].content.text == "Hello Ann"
        assert (await client.read_resource("note://4"))[0].text == "note 5"
        found = await client.complete({"type": "ref/prompt", "name": "greet"}, {"name": "name", "value": "A"})
        assert found.values == ["A!"]
    assert seen[::2] == ["tools/call", "prompts/get", "resources/read", "completion/complete"]
    assert seen[1]["structuredContent"] == {"sum": 3}
    assert seen[7] == {"completion": {"values": ["A!"]}}


async def test_it_may_change_what_is_asked_and_answered_and_be_added_while_served() -> None:
    mcp = FastMCP()
    threads = []

    @mcp.tool
    def double(n: int) -> int:
        threads.append(threading.current_thread())
        return n * 2

    async def louder(ctx: ServerRequestContext, call_next: CallNext) -> HandlerResult:
        assert ctx.params is not None
        assert ctx.params["name"] == "double"
        changed = {**ctx.params, "arguments": {"n": ctx.params["arguments"]["n"] + 1}}
        result = await call_next(replace(ctx, params=changed))
        return {**result, "content": [TextContent(text="louder")], "_meta": {"by": "louder"}}

    async with Client(mcp) as client:
        assert (await client.call_tool("double", {"n": 1})).data == 2
        mcp.middleware.append(louder)
        result = await client.call_tool("double", {"n": 1})
        assert (result.data, result.content[0].text, result.meta) == (4, "louder", {"by": "louder"})
        assert threading.main_thread() not in threads
        mcp.middleware.remove(louder)
        assert (await client.call_tool("double", {"n": 1})).data == 2


@MODES
async def test_lists_pass_it_page_by_page_and_may_be_narrowed(mode: str) -> None:
    seen: list[Any] = []

    async def hide(ctx: ServerRequestContext, call_next: CallNext) -> HandlerResult:
        if ctx.method.endswith("/list"):
            seen.append((ctx.method, "cursor" in (ctx.params or {})))
        result = await call_next(ctx)
        if ctx.method == "tools/list":
            result["tools"] = [tool for tool in result["tools"] if tool["name"] != "secret"]
        return result

    mcp = FastMCP(list_page_size=2, middleware=[hide])
    for name in ("a", "b", "secret"):
        mcp.add_tool(lambda: None, name=name)
    mcp.add_resource(lambda: "x", uri="a://b", name="b")
    async with Client(mcp, mode=mode) as client:
        assert [tool.name for tool in await client.list_tools()] == ["a", "b"]
        assert [resource.name for resource in await client.list_resources()] == ["b"]
        assert seen == [("tools/list", False), ("tools/list", True), ("resources/list", False)]
        with pytest.raises(McpError, match="cursor"):
            await client.list_tools_mcp("forged")
        mcp.add_tool(lambda: None, name="d")
        mcp.middleware.clear()
        assert [tool.name for tool in await client.list_tools()] == ["a", "b", "secret", "d"]
    assert await mcp.list_prompts() == []


async def test_it_may_look_at_the_servers_own_lists() -> None:
    mcp = MCPServer()
    mcp.add_tool(lambda: None, name="any")

    async def look(ctx: ServerRequestContext, call_next: CallNext) -> HandlerResult:
        assert [tool.name for tool in await mcp.list_tools()] == ["any"]
        return await call_next(ctx)

    mcp.middleware.append(look)
    async with Client(mcp) as client:
        await client.call_tool("any")
        assert len(await client.list_tools()) == 1


async def test_the_first_is_the_outermost() -> None:
    seen: list[Any] = []
    mcp = MCPServer(middleware=[recording(seen, "outer "), recording(seen, "inner ")])

    @mcp.tool
    def nothing() -> None: ...

    async with Client(mcp) as client:
        await client.call_tool("nothing")
    assert seen[:2] == ["outer tools/call", "inner tools/call"]


@MODES
async def test_what_it_raises_is_the_answer(mode: str) -> None:
    async def refuse(ctx: ServerRequestContext, call_next: CallNext) -> HandlerResult:
        if ctx.params == {"name": "secret", "arguments": {}}:
            raise McpError(INVALID_PARAMS, "not for you")
        return await call_next(ctx)

    mcp = MCPServer(middleware=[refuse])

    @mcp.tool
    def secret() -> str:
        return "s"

    @mcp.tool
    def broken() -> str:
        raise ToolError("on purpose")

    async with Client(mcp, mode=mode) as client:
        with pytest.raises(McpError, match="not for you") as refused:
            await client.call_tool("secret")
        assert refused.value.code == INVALID_PARAMS
        with pytest.raises(ToolError, match="on purpose"):
            await client.call_tool("broken")


async def test_it_sees_a_tools_failure_as_a_result_and_a_protocol_error_as_an_exception() -> None:
    seen: list[Any] = []

    async def watch(ctx: ServerRequestContext, call_next: CallNext) -> HandlerResult:
        if ctx.method != "tools/call":
            return await call_next(ctx)
        try:
            seen.append(await call_next(ctx))
        except McpError as error:
            seen.append(error.code)
            raise
        return seen[-1]

    mcp = MCPServer(middleware=[watch])

    @mcp.tool
    def fails(how: str) -> str:
        raise ToolError("no") if how == "tool" else McpError(-32001, "protocol")

    async with Client(mcp) as client:
        assert (await client.call_tool("fails", {"how": "tool"}, raise_on_error=False)).is_error
        with pytest.raises(McpError, match="protocol"):
            await client.call_tool("fails", {"how": "protocol"})
    assert seen == [{"content": [{"type": "text", "text": "no"}], "isError": True}, -32001]


@MODES
async def test_context_state_and_progress_go_through_it(mode: str) -> None:
    mcp = MCPServer(middleware=[recording([])])
    heard: list[float] = []

    @mcp.tool
    async def work(ctx: Context) -> str:
        assert get_context() is ctx
        await ctx.set_state("a", 1)
        await ctx.report_progress(1, 2)
        return f"{await ctx.get_state('a')} of {ctx.server.name}"

    async with Client(mcp, mode=mode, progress_handler=lambda progress, *_: heard.append(progress)) as client:
        result = await client.call_tool("work")
    assert result.content[0].text == "1 of oxmcp"
    assert heard == [1]


async def test_a_result_of_its_own_is_held_against_the_output_schema() -> None:
    async def forge(ctx: ServerRequestContext, call_next: CallNext) -> HandlerResult:
        if ctx.method != "tools/call":
            return await call_next(ctx)
        return {"content": [], "structuredContent": {"sum": "many"}}

    mcp = MCPServer(middleware=[forge])

    @mcp.tool
    def add() -> dict[str, int]:
        return {"sum": 1}

    async with Client(mcp) as client:
        with pytest.raises(ToolError, match="output schema"):
            await client.call_tool("add")


async def test_the_low_level_server_has_it_around_every_method_with_a_handler() -> None:
    seen: list[Any] = []
    server = Server("low")

    @server.list_tools()
    async def tools() -> list[Tool]:
        return [Tool(name="t", input_schema={"type": "object"})]

    @server.call_tool()
    async def call(name: str, arguments: dict[str, Any]) -> list[TextContent]:
        return [TextContent(text=f"{name} {arguments}")]

    async def rename(ctx: ServerRequestContext, call_next: CallNext) -> HandlerResult:
        if not ctx.method.startswith(("initialize", "notifications/")):
            seen.append((ctx.method, ctx.request_id is not None, ctx.session is not None))
        if ctx.method == "tools/call":
            ctx = replace(ctx, params={"name": "t", "arguments": {"by": "rename"}})
        return await call_next(ctx)

    server.middleware.append(rename)
    async with Client(server) as client:
        assert [tool.name for tool in await client.list_tools()] == ["t"]
        assert (await client.call_tool("t")).content[0].text == "t {'by': 'rename'}"
    assert [method for method, *_ in seen][:2] == ["tools/list", "tools/call"]
    assert all(facts == (True, True) for _, *rest in seen for facts in [tuple(rest)])
