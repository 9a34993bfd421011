"""Middleware around what no function answers: handshakes, notifications, whatever is asked for that is not there."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from oxmcp import Client, Context, FastMCP, McpError, ToolError, types
from oxmcp.server import Server
from oxmcp.server.middleware import CallNext, Middleware, MiddlewareContext
from oxmcp.tools import ToolResult

MODES = pytest.mark.parametrize("mode", ["legacy", "modern"])


class Seeing(Middleware):
    """Writes down what passes, and tells when."""

    def __init__(self) -> None:
        self.seen: list[tuple[str | None, str]] = []
        self.came = asyncio.Event()

    async def on_message(self, context: MiddlewareContext[Any], call_next: CallNext) -> Any:
        self.seen.append((context.method, context.type))
        self.came.set()
        return await call_next(context)

    async def until(self, method: str) -> None:
        while method not in [seen for seen, _ in self.seen]:
            self.came.clear()
            await self.came.wait()


def server(*middleware: Any) -> FastMCP:
    mcp = FastMCP("m", instructions="Be kind.", middleware=middleware)

    @mcp.tool
    def add(a: int, b: int = 1) -> dict[str, int]:
        return {"sum": a + b}

    return mcp


@MODES
async def test_on_message_sees_how_a_client_begins_and_whatever_it_asks(mode: str) -> None:
    seeing = Seeing()
    async with Client(server(seeing), mode=mode) as client:
        if mode == "legacy":
            await client.ping()
            await seeing.until("notifications/initialized")
        else:
            await client.discover()
        with pytest.raises(McpError, match="unknown tool"):
            await client.call_tool_mcp("missing", {})
        with pytest.raises(McpError):
            await client.get_prompt("missing")
    seen = dict(seeing.seen)
    assert seen.pop("notifications/initialized", "notification") == "notification"
    assert set(seen.values()) == {"request"}
    assert ("initialize" if mode == "legacy" else "server/discover") in seen
    assert {"tools/call", "prompts/get"} <= set(seen)
    assert ("ping" in seen) == (mode == "legacy")


@MODES
async def test_the_handshake_is_an_object_and_may_be_changed(mode: str) -> None:
    class Handshake(Middleware):
        async def on_initialize(self, context: MiddlewareContext[types.InitializeRequest], call_next: CallNext) -> Any:
            assert context.message.params.client_info.name
            result = await call_next(context)
            assert isinstance(result, types.InitializeResult)
            result.instructions = f"{result.instructions} And quick."
            return result

        async def on_discover(self, context: MiddlewareContext[Any], call_next: CallNext) -> Any:
            result = await call_next(context)
            assert isinstance(result, types.DiscoverResult)
            result.instructions = f"{result.instructions} And quick."
            return result

    async with Client(server(Handshake()), mode=mode) as client:
        told = client.initialize_result if mode == "legacy" else await client.discover()
        assert told.instructions == "Be kind. And quick."


async def test_a_handshake_can_be_refused_before_and_after_it_was_made() -> None:
    class Refusing(Middleware):
        def __init__(self, after: bool) -> None:
            self.after = after

        async def on_initialize(self, context: MiddlewareContext[Any], call_next: CallNext) -> Any:
            if self.after:
                await call_next(context)
            raise McpError(-32001, "not today")

    for after in (False, True):
        with pytest.raises(McpError, match="not today") as refused:
            async with Client(server(Refusing(after)), mode="legacy"):
                pass
        assert refused.value.code == -32001


async def test_notifications_have_a_hook_of_their_own_and_what_it_raises_harms_nobody() -> None:
    class Hearing(Middleware):
        def __init__(self) -> None:
            self.heard: asyncio.Queue[Any] = asyncio.Queue()

        async def on_notification(self, context: MiddlewareContext[Any], call_next: CallNext) -> Any:
            assert await call_next(context) is None
            self.heard.put_nowait((context.method, context.type, type(context.message).__name__))
            raise ValueError("on purpose")

        async def on_request(self, context: MiddlewareContext[Any], call_next: CallNext) -> Any:
            assert context.type == "request"
            return await call_next(context)

    hearing = Hearing()
    async with Client(server(hearing), mode="legacy") as client:
        heard = await asyncio.wait_for(hearing.heard.get(), 10)
        assert heard == ("notifications/initialized", "notification", "InitializedNotification")
        assert (await client.call_tool("add", {"a": 1})).data == {"sum": 2}


async def test_a_handler_of_notifications_is_behind_the_middleware() -> None:
    order: asyncio.Queue[str] = asyncio.Queue()
    low = Server("low")

    async def changed(ctx: Any, params: Any) -> None:
        order.put_nowait("handler")

    async def function(ctx: Any, call_next: Any) -> Any:
        if not ctx.method.startswith("notifications/"):
            return await call_next(ctx)
        assert ctx.request_id is None
        order.put_nowait(ctx.method)
        result = await call_next(ctx)
        order.put_nowait("after")
        return result

    low.add_notification_handler("notifications/initialized", None, changed)
    low.middleware.append(function)
    async with Client(low, mode="legacy"):
        heard = [await asyncio.wait_for(order.get(), 10) for _ in range(3)]
    assert heard == ["notifications/initialized", "handler", "after"]
    assert order.empty()


@MODES
async def test_a_tool_that_is_not_registered_can_be_answered_by_a_hook(mode: str) -> None:
    class Answering(Middleware):
        async def on_call_tool(self, context: MiddlewareContext[Any], call_next: CallNext) -> Any:
            name = context.message.name
            if name == "virtual":
                return ToolResult(f"{name} {context.message.arguments}")
            if name == "alias":
                changed = types.CallToolRequestParams(name="fails", arguments={})
                return await call_next(context.copy(message=changed))
            seen.append(name)
            return await call_next(context)

        async def on_list_tools(self, context: MiddlewareContext[Any], call_next: CallNext) -> Any:
            return [*(await call_next(context)), types.Tool(name="virtual", input_schema={"type": "object"})]

    seen: list[str] = []
    mcp = server(Answering())

    @mcp.tool
    def fails() -> str:
        raise ToolError("as it must")

    async with Client(mcp, mode=mode) as client:
        assert [tool.name for tool in await client.list_tools()] == ["add", "fails", "virtual"]
        assert (await client.call_tool("virtual", {"a": 1})).content[0].text == "virtual {'a': 1}"
        with pytest.raises(ToolError, match="as it must"):
            await client.call_tool("alias")
        assert (await client.call_tool("add", {"a": 1})).data == {"sum": 2}
    # What a hook asks for instead does not pass it again.
    assert seen == ["add"]


@MODES
async def test_what_hooks_of_lists_answer_is_checked_and_what_they_raise_is_the_answer(mode: str) -> None:
    class Odd(Middleware):
        answer: Any = None

        async def on_list_tools(self, context: MiddlewareContext[Any], call_next: CallNext) -> Any:
            if isinstance(self.answer, Exception):
                raise self.answer
            return self.answer

    odd = Odd()
    async with Client(server(odd), mode=mode) as client:
        for odd.answer in (7, ["text"], McpError(-32001, "closed"), ValueError("closed")):
            with pytest.raises(McpError):
                await client.list_tools()
        odd.answer = []
        assert await client.list_tools() == []


async def test_a_call_that_is_cancelled_cancels_the_hook_and_what_it_waits_for() -> None:
    class Waiting(Middleware):
        async def on_list_tools(self, context: MiddlewareContext[Any], call_next: CallNext) -> Any:
            began.set()
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                ended.set()
                raise

        async def on_call_tool(self, context: MiddlewareContext[Any], call_next: CallNext) -> Any:
            try:
                return await call_next(context)
            except asyncio.CancelledError:
                hook_ended.set()
                raise

    began, ended, hook_ended = asyncio.Event(), asyncio.Event(), asyncio.Event()
    mcp = server(Waiting())

    @mcp.tool
    async def hang() -> None:
        began.set()
        await asyncio.Event().wait()

    async with Client(mcp) as client:
        for ask, told in ((client.list_tools, ended), (lambda: client.call_tool("hang"), hook_ended)):
            began.clear()
            asking = asyncio.ensure_future(ask())
            await asyncio.wait_for(began.wait(), 10)
            asking.cancel()
            await asyncio.wait_for(told.wait(), 10)
        assert (await client.call_tool("add", {"a": 1})).data == {"sum": 2}


@MODES
async def test_lists_can_be_filtered_by_who_asks(mode: str) -> None:
    class Mine(Middleware):
        async def on_list_tools(self, context: MiddlewareContext[Any], call_next: CallNext) -> Any:
            assert context.fastmcp_context is not None
            info = context.fastmcp_context.client_info
            tools = await call_next(context)
            return tools if info is not None and info.name == "owner" else []

    mcp = server(Mine())
    owner = types.Implementation(name="owner", version="1")
    async with Client(mcp, mode=mode, client_info=owner) as client:
        assert len(await client.list_tools()) == 1
    async with Client(mcp, mode=mode) as client:
        assert await client.list_tools() == []


async def test_middleware_can_be_added_and_taken_away_while_clients_are_there() -> None:
    seeing = Seeing()
    mcp = server()
    async with Client(mcp, mode="legacy") as client:
        await client.ping()
        assert seeing.seen == []
        mcp.add_middleware(seeing)
        await client.ping()
        assert seeing.seen == [("ping", "request")]
        mcp.middleware.remove(seeing)
        await client.ping()
        assert len(seeing.seen) == 1


@MODES
async def test_a_hook_of_a_list_may_report_and_a_legacy_one_may_ask(mode: str) -> None:
    class Asking(Middleware):
        async def on_list_tools(self, context: MiddlewareContext[Any], call_next: CallNext) -> Any:
            assert isinstance(context.fastmcp_context, Context)
            roots = await context.fastmcp_context.list_roots()
            assert [str(root.uri) for root in roots] == ["file:///a"]
            return await call_next(context)

    async with Client(server(Asking()), mode=mode, roots=["file:///a"]) as client:
        if mode == "legacy":
            assert len(await client.list_tools()) == 1
        else:
            with pytest.raises(McpError, match="cannot be asked"):
                await client.list_tools()


@MODES
async def test_suggestions_have_a_hook_of_their_own(mode: str) -> None:
    class Suggesting(Middleware):
        async def on_complete(self, context: MiddlewareContext[Any], call_next: CallNext) -> Any:
            seen.append(context.method)
            result = await call_next(context)
            assert isinstance(result, types.CompleteResult)
            result.completion.values.append("more")
            return result

    seen: list[str | None] = []
    mcp = server(Suggesting())

    @mcp.prompt
    def greet(name: str) -> str:
        return f"Hello {name}"

    @mcp.completion
    def suggest(ref: Any, argument: Any) -> list[str]:
        return [argument.value + "!"]

    async with Client(mcp, mode=mode) as client:
        found = await client.complete({"type": "ref/prompt", "name": "greet"}, {"name": "name", "value": "A"})
        assert found.values == ["A!", "more"]
        await client.call_tool("add", {"a": 1})
    assert seen == ["completion/complete"]
