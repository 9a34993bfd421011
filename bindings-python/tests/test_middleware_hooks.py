"""Middleware as classes with hooks for each kind of request."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from oxmcp import Client, Context, FastMCP, McpError, ToolError
from oxmcp.prompts import Message, PromptResult
from oxmcp.resources import ResourceResult
from oxmcp.server import ServerRequestContext
from oxmcp.server.middleware import CallNext, Middleware, MiddlewareContext
from oxmcp.tools import Tool, ToolResult
from oxmcp.types import INVALID_PARAMS, CallToolRequestParams, TextContent

MODES = pytest.mark.parametrize("mode", ["legacy", "modern"])


def server(*middleware: Any, **options: Any) -> FastMCP:
    """One that offers something of every kind."""
    mcp = FastMCP("m", middleware=middleware, **options)

    @mcp.tool(tags={"math"}, version="1.0")
    def add(a: int, b: int = 1) -> dict[str, int]:
        """Adds."""
        return {"sum": a + b}

    @mcp.tool
    async def fails() -> str:
        raise ToolError("on purpose")

    @mcp.prompt
    def greet(name: str) -> str:
        return f"Hello {name}"

    @mcp.resource("note://one")
    def one() -> str:
        return "first"

    @mcp.resource("note://{id}")
    def note(id: str) -> bytes:
        return id.encode()

    return mcp


class Recording(Middleware):
    """Writes down what it sees."""

    def __init__(self, name: str = "") -> None:
        self.name = name
        self.seen: list[Any] = []

    async def on_message(self, context: MiddlewareContext[Any], call_next: CallNext) -> Any:
        self.seen.append(f"{self.name}{context.method} {context.type} {context.source}")
        return await call_next(context)


@MODES
async def test_a_message_passes_the_widest_hook_first_and_results_are_objects(mode: str) -> None:
    order: list[str] = []

    class Every(Middleware):
        async def on_message(self, context: MiddlewareContext[Any], call_next: CallNext) -> Any:
            if context.method == "tools/call":
                order.append("message")
            return await call_next(context)

        async def on_request(self, context: MiddlewareContext[Any], call_next: CallNext) -> Any:
            if context.method == "tools/call":
                order.append("request")
            return await call_next(context)

        async def on_call_tool(
            self, context: MiddlewareContext[CallToolRequestParams], call_next: CallNext
        ) -> ToolResult:
            order.append("call_tool")
            assert context.message.name == "add"
            assert context.fastmcp_context is not None
            assert context.fastmcp_context.server.name == "m"
            result: ToolResult = await call_next(context)
            assert isinstance(result, ToolResult)
            assert isinstance(result.content[0], TextContent)
            assert result.structured_content == {"sum": 3}
            return result

    async with Client(server(Every()), mode=mode) as client:
        assert (await client.call_tool("add", {"a": 1, "b": 2})).data == {"sum": 3}
    assert order == ["message", "request", "call_tool"]


async def test_the_first_that_was_added_is_the_outermost_also_among_functions() -> None:
    seen: list[str] = []

    class Named(Middleware):
        def __init__(self, name: str) -> None:
            self.name = name

        async def on_call_tool(self, context: MiddlewareContext[Any], call_next: CallNext) -> Any:
            seen.append(self.name)
            result = await call_next(context)
            assert isinstance(result, ToolResult)
            return result

    async def between(ctx: ServerRequestContext, call_next: Any) -> Any:
        if ctx.method != "tools/call":
            return await call_next(ctx)
        seen.append("function")
        result = await call_next(ctx)
        assert result["structuredContent"] == {"sum": 2}
        return result

    mcp = server()
    mcp.add_middleware(Named("first"))
    mcp.add_middleware(between)
    mcp.add_middleware(Named("last"))
    async with Client(mcp) as client:
        assert (await client.call_tool("add", {"a": 1})).data == {"sum": 2}
    assert seen == ["first", "function", "last"]


@MODES
async def test_what_is_asked_may_be_changed_in_place_or_by_a_copy(mode: str) -> None:
    class InPlace(Middleware):
        async def on_call_tool(self, context: MiddlewareContext[Any], call_next: CallNext) -> Any:
            context.message.arguments["b"] = 10
            return await call_next(context)

    class ByCopy(Middleware):
        async def on_call_tool(self, context: MiddlewareContext[Any], call_next: CallNext) -> Any:
            message = context.message
            assert message.arguments == {"a": 1, "b": 10}
            changed = CallToolRequestParams(name=message.name, arguments={**message.arguments, "a": 2})
            return await call_next(context.copy(message=changed))

        async def on_get_prompt(self, context: MiddlewareContext[Any], call_next: CallNext) -> Any:
            context.message.arguments["name"] = "Bea"
            return await call_next(context)

    async with Client(server(InPlace(), ByCopy()), mode=mode) as client:
        assert (await client.call_tool("add", {"a": 1})).data == {"sum": 12}
        assert (await client.get_prompt("greet", {"name": "Ann"})).messages[0].content.text == "Hello Bea"


@MODES
async def test_what_is_answered_may_be_changed_or_made_without_the_handler(mode: str) -> None:
    class Answering(Middleware):
        async def on_call_tool(self, context: MiddlewareContext[Any], call_next: CallNext) -> ToolResult:
            result: ToolResult = await call_next(context)
            result.structured_content["sum"] += 1
            return ToolResult("more", result.structured_content, meta={"by": "hook"})

        async def on_read_resource(self, context: MiddlewareContext[Any], call_next: CallNext) -> ResourceResult:
            if str(context.message.uri) == "note://one":
                result: ResourceResult = await call_next(context)
                result.contents[0].content += ", seen"
                return result
            read = await call_next(context)
            assert read.contents[0].content == b"two"
            return ResourceResult("instead")

        async def on_get_prompt(self, context: MiddlewareContext[Any], call_next: CallNext) -> PromptResult:
            result = await call_next(context)
            assert isinstance(result, PromptResult)
            return PromptResult([*result.messages, Message("Bye", role="assistant")])

    async with Client(server(Answering()), mode=mode) as client:
        result = await client.call_tool("add", {"a": 1})
        assert (result.data, result.content[0].text, result.meta["by"]) == ({"sum": 3}, "more", "hook")
        assert (await client.read_resource("note://one"))[0].text == "first, seen"
        assert (await client.read_resource("note://two"))[0].text == "instead"
        said = (await client.get_prompt("greet", {"name": "Ann"})).messages
        assert [(one.role, one.content.text) for one in said] == [("user", "Hello Ann"), ("assistant", "Bye")]


@MODES
async def test_a_failed_tool_is_an_exception_to_hooks_and_what_they_raise_is_the_answer(mode: str) -> None:
    caught: list[Exception] = []

    class Catching(Middleware):
        async def on_call_tool(self, context: MiddlewareContext[Any], call_next: CallNext) -> Any:
            if context.message.name == "add":
                raise McpError(INVALID_PARAMS, "not for you")
            try:
                return await call_next(context)
            except ToolError as error:
                caught.append(error)
                raise ToolError(f"{error}, and told so") from error

    async def function(ctx: ServerRequestContext, call_next: Any) -> Any:
        result = await call_next(ctx)
        assert ctx.method != "tools/call" or result["isError"]
        return result

    async with Client(server(Catching(), function), mode=mode) as client:
        with pytest.raises(ToolError, match="on purpose, and told so"):
            await client.call_tool("fails")
        with pytest.raises(McpError, match="not for you") as refused:
            await client.call_tool("add", {"a": 1})
        assert refused.value.code == INVALID_PARAMS
    assert [str(error) for error in caught] == ["on purpose"]


@MODES
async def test_lists_are_sequences_that_may_be_narrowed_changed_and_added_to(mode: str) -> None:
    class Listing(Middleware):
        async def on_list_tools(self, context: MiddlewareContext[Any], call_next: CallNext) -> Sequence[Any]:
            tools = await call_next(context)
            assert [(tool.name, tool.tags, tool.version) for tool in tools] == [
                ("add", {"math"}, "1.0"),
                ("fails", set(), None),
            ]
            assert tools[0].parameters["required"] == ["a"]
            changed = tools[0].model_copy(update={"description": "Adds up.", "output_schema": None})
            return [changed, Tool(lambda: None, name="registered elsewhere")]

        async def on_list_resources(self, context: MiddlewareContext[Any], call_next: CallNext) -> Sequence[Any]:
            return [one for one in await call_next(context) if str(one.uri) != "note://one"]

        async def on_list_resource_templates(
            self, context: MiddlewareContext[Any], call_next: CallNext
        ) -> Sequence[Any]:
            (template,) = await call_next(context)
            return [template.model_copy(update={"name": template.uri_template})]

        async def on_list_prompts(self, context: MiddlewareContext[Any], call_next: CallNext) -> Sequence[Any]:
            return [*(await call_next(context)), *(await call_next(context))]

    async with Client(server(Listing()), mode=mode) as client:
        tools = await client.list_tools()
        assert [(tool.name, tool.description) for tool in tools] == [
            ("add", "Adds up."),
            ("registered elsewhere", None),
        ]
        assert tools[0].output_schema is None
        assert await client.list_resources() == []
        assert [one.name for one in await client.list_resource_templates()] == ["note://{id}"]
        assert [one.name for one in await client.list_prompts()] == ["greet", "greet"]


@MODES
async def test_hooks_see_whole_lists_whatever_the_pages(mode: str) -> None:
    class Hiding(Middleware):
        async def on_list_tools(self, context: MiddlewareContext[Any], call_next: CallNext) -> Sequence[Any]:
            tools = await call_next(context)
            lengths.append(len(tools))
            return [tool for tool in tools if tool.name != "b"]

    lengths: list[int] = []
    mcp = FastMCP(list_page_size=2, middleware=[Hiding()])
    for name in "abcdef":
        mcp.add_tool(lambda: None, name=name)
    async with Client(mcp, mode=mode) as client:
        first = await client.list_tools_mcp()
        assert [tool.name for tool in first.tools] == ["a", "c"]
        assert [tool.name for tool in await client.list_tools()] == list("acdef")
        with pytest.raises(McpError, match="cursor"):
            await client.list_tools_mcp("forged")
    assert set(lengths) == {6}


async def test_another_tool_can_be_reached_by_its_name_but_none_that_is_not_there() -> None:
    class Redirecting(Middleware):
        async def on_call_tool(self, context: MiddlewareContext[Any], call_next: CallNext) -> Any:
            to = context.message.arguments["to"]
            return await call_next(context.copy(message=CallToolRequestParams(name=to, arguments={"a": 4})))

    mcp = server(Redirecting())

    @mcp.tool
    def elsewhere(to: str) -> Any:
        raise AssertionError("never reached")

    async with Client(mcp) as client:
        assert (await client.call_tool("elsewhere", {"to": "add"})).structured_content == {"sum": 5}
        with pytest.raises(Exception, match="Unknown tool: nothing"):
            await client.call_tool("elsewhere", {"to": "nothing"})


async def test_what_a_class_leaves_alone_never_passes_it(monkeypatch: pytest.MonkeyPatch) -> None:
    from oxmcp.calls.middleware import targets

    class OnlyPrompts(Middleware):
        async def on_get_prompt(self, context: MiddlewareContext[Any], call_next: CallNext) -> Any:
            return await call_next(context)

    made: list[str] = []
    build = targets.target

    def counted(around: list[Any], handling: Any, owner: Any) -> Any:
        made.append(handling.function.__name__)
        return build(around, handling, owner)

    monkeypatch.setattr(targets, "target", counted)
    async with Client(server(OnlyPrompts())) as client:
        assert (await client.call_tool("add", {"a": 1})).data == {"sum": 2}
        assert len(await client.list_tools()) == 2
        await client.get_prompt("greet", {"name": "Ann"})
    assert made == ["greet"]


async def test_access_to_a_resource_can_be_refused_without_reading_it() -> None:
    class Guarding(Middleware):
        async def check_resource_access(self, context: MiddlewareContext[Any]) -> None:
            if str(context.message.uri) == "note://one":
                raise McpError(-32001, "not yours")

    async with Client(server(Guarding())) as client:
        with pytest.raises(McpError, match="not yours"):
            await client.read_resource("note://one")
        assert (await client.read_resource("note://two"))[0].blob


@MODES
async def test_an_object_without_base_class_counts_by_the_hooks_it_has(mode: str) -> None:
    class Duck:
        async def on_call_tool(self, context: Any, call_next: Any) -> Any:
            seen.append(context.method)
            return await call_next(context)

    seen: list[str] = []
    async with Client(server(Duck()), mode=mode) as client:
        await client.call_tool("add", {"a": 1})
        await client.list_tools()
    assert seen == ["tools/call"]


async def test_an_own_call_sees_every_request_and_state_reaches_the_handler() -> None:
    class Own(Middleware):
        async def __call__(self, context: MiddlewareContext[Any], call_next: CallNext) -> Any:
            assert context.fastmcp_context is not None
            seen.append(context.method)
            if context.method == "tools/call":
                await context.fastmcp_context.set_state("user", "Ann")
            return await super().__call__(context, call_next)

        async def on_call_tool(self, context: MiddlewareContext[Any], call_next: CallNext) -> Any:
            seen.append("hook")
            return await call_next(context)

    seen: list[Any] = []
    mcp = server(Own())

    @mcp.tool
    async def who(ctx: Context) -> str:
        return str(await ctx.get_state("user"))

    async with Client(mcp) as client:
        assert (await client.call_tool("who")).data == "Ann"
        await client.list_prompts()
    requests = [one for one in seen if one != "notifications/initialized"]
    assert requests == ["initialize", "tools/call", "hook", "prompts/list"]


async def test_questions_pass_the_hooks_as_they_are() -> None:
    from oxmcp.server.elicitation import AcceptedElicitation

    class Looking(Middleware):
        async def on_call_tool(self, context: MiddlewareContext[Any], call_next: CallNext) -> Any:
            return await call_next(context)

    mcp = FastMCP(middleware=[Looking()])

    @mcp.tool
    async def ask(ctx: Context) -> str:
        answer = await ctx.elicit("How many?", int)
        assert isinstance(answer, AcceptedElicitation)
        return f"{answer.data + 1}"

    async def four(*_: Any) -> Any:
        return {"value": 4}

    for mode in ("legacy", "modern"):
        async with Client(mcp, mode=mode, elicitation_handler=four) as client:
            assert (await client.call_tool("ask")).data == "5"
