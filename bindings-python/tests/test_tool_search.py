"""Tools that are found instead of listed."""

from __future__ import annotations

import json
from typing import Any

import pytest

from oxmcp import Client, Context, FastMCP, NotYetError, ToolError
from oxmcp.server.middleware import CallNext, Middleware, MiddlewareContext
from oxmcp.server.transforms import ToolSearch
from oxmcp.server.transforms.search import (
    BM25SearchTransform,
    RegexSearchTransform,
    serialize_tools_for_output_markdown,
)

MODES = pytest.mark.parametrize("mode", ["legacy", "modern"])


def office(*transforms: Any) -> FastMCP:
    mcp = FastMCP(transforms=transforms)

    @mcp.tool
    def add(a: int, b: int) -> int:
        """Adds two numbers."""
        return a + b

    @mcp.tool
    async def send_email(to: str, ctx: Context) -> str:
        """Sends a message to an address."""
        await ctx.report_progress(1, 1)
        return f"sent to {to}"

    return mcp


async def listed(client: Client) -> list[str]:
    return [tool.name for tool in await client.list_tools()]


async def text_of(client: Client, tool: str, arguments: dict[str, Any]) -> str:
    text: str = (await client.call_tool(tool, arguments)).content[0].text
    return text


@MODES
@pytest.mark.parametrize("search", [ToolSearch(), BM25SearchTransform(), BM25SearchTransform(always_visible=None)])
async def test_two_tools_lead_to_the_others(mode: str, search: ToolSearch) -> None:
    async with Client(office(search), mode=mode) as client:
        assert await listed(client) == ["search_tools", "call_tool"]
        found = await client.call_tool("search_tools", {"query": "a message by e-mail"})
        assert [tool["name"] for tool in found.structured_content["result"]] == ["send_email"]
        assert json.loads(found.content[0].text) == found.structured_content["result"]
        assert found.structured_content["result"][0]["inputSchema"]["required"] == ["to"]
        progress: list[float] = []

        async def heard(done: float, total: float | None, message: str | None) -> None:
            progress.append(done)

        call = {"name": "send_email", "arguments": {"to": "Ada"}}
        sent = await client.call_tool("call_tool", call, progress_handler=heard)
        assert sent.content[0].text == "sent to Ada"
        assert progress == [1]
        assert (await client.call_tool("add", {"a": 1, "b": 2})).data == 3


@MODES
async def test_a_pattern_is_matched_by_the_engine(mode: str) -> None:
    search = RegexSearchTransform(max_results=1, always_visible=["add"], search_tool_name="find", call_tool_name="run")
    async with Client(office(search), mode=mode) as client:
        assert await listed(client) == ["add", "find", "run"]
        found = await client.call_tool("find", {"pattern": "^SEND_|nothing"})
        assert [tool["name"] for tool in found.structured_content["result"]] == ["send_email"]
        with pytest.raises(ToolError, match="pattern cannot be used"):
            await client.call_tool("find", {"pattern": "("})
        assert await text_of(client, "run", {"name": "add", "arguments": {"a": 1, "b": 2}}) == "3"


@MODES
async def test_what_is_found_may_be_told_in_few_words(mode: str) -> None:
    search = BM25SearchTransform(search_result_serializer=serialize_tools_for_output_markdown)
    for transform in (search, ToolSearch(results="markdown")):
        async with Client(office(transform), mode=mode) as client:
            found = await text_of(client, "search_tools", {"query": "message"})
            assert found.startswith(
                "### send_email\n\nSends a message to an address.\n\n**Parameters**\n- `to` (string, required)"
            )


@MODES
@pytest.mark.parametrize(
    ("tool", "arguments", "said"),
    [
        ("search_tools", {"query": " "}, "query is empty"),
        ("call_tool", {"name": "nothing"}, "unknown tool: nothing"),
        ("call_tool", {"name": "secret"}, "unknown tool: secret"),
        ("call_tool", {"name": "call_tool", "arguments": {"name": "add"}}, "call_tool is called directly"),
        ("call_tool", {"name": "search_tools"}, "search_tools is called directly"),
        ("call_tool", {"name": "add", "arguments": {"a": "x", "b": 1}}, "a"),
        ("call_tool", {"name": "add"}, "a"),
        ("call_tool", {}, "name"),
    ],
)
async def test_what_cannot_be_called_is_refused_in_words_for_a_model(
    mode: str, tool: str, arguments: dict[str, Any], said: str
) -> None:
    mcp = office(ToolSearch())
    mcp.add_tool(lambda: "told", name="secret")
    mcp.disable(names={"secret"})
    async with Client(mcp, mode=mode) as client:
        with pytest.raises(ToolError, match=said):
            await client.call_tool(tool, arguments)
        found = await client.call_tool("search_tools", {"query": "secret"})
        assert found.structured_content["result"] == []


@MODES
async def test_a_search_is_added_while_the_server_is_served(mode: str) -> None:
    mcp = office()
    async with Client(mcp, mode=mode) as client:
        assert await listed(client) == ["add", "send_email"]
        mcp.add_transform(ToolSearch(always_visible=("add",)))
        assert await listed(client) == ["add", "search_tools", "call_tool"]
        mcp.add_tool(lambda: "late", name="late")
        assert await text_of(client, "call_tool", {"name": "late"}) == "late"
    assert [type(transform).__name__ for transform in mcp.transforms] == ["ToolSearch"]


async def test_a_tool_that_is_found_asks_its_questions() -> None:
    mcp = FastMCP(transforms=[ToolSearch()])

    @mcp.tool
    async def greet(ctx: Context) -> str:
        answer = await ctx.elicit("Your name?", str)
        return f"Hello, {answer.data}!"

    async def answer(message: str, *_: Any) -> dict[str, str]:
        assert message == "Your name?"
        return {"value": "Ada"}

    for mode in ["legacy", "modern"]:
        async with Client(mcp, mode=mode, elicitation_handler=answer) as client:
            assert await text_of(client, "call_tool", {"name": "greet"}) == "Hello, Ada!"


@pytest.mark.parametrize(
    "options",
    [
        {"results": "xml"},
        {"by": "ear"},
        {"max_results": 0},
        {"max_results": True},
        {"call_tool_name": "search_tools"},
        {"call_tool_name": ""},
        {"always_visible": "add"},
    ],
)
def test_a_search_that_makes_no_sense_is_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        ToolSearch(**options)


@MODES
async def test_what_middleware_takes_from_the_list_is_neither_found_nor_called(mode: str) -> None:
    class Hides(Middleware):
        async def on_list_tools(self, context: MiddlewareContext, call_next: CallNext) -> Any:
            return [tool for tool in await call_next(context) if tool.name != "send_email"]

    mcp = office(ToolSearch())
    mcp.add_middleware(Hides())
    async with Client(mcp, mode=mode) as client:
        assert await listed(client) == ["search_tools", "call_tool"]
        found = await client.call_tool("search_tools", {"query": "message numbers"})
        assert [tool["name"] for tool in found.structured_content["result"]] == ["add"]
        assert await text_of(client, "call_tool", {"name": "add", "arguments": {"a": 1, "b": 2}}) == "3"
        with pytest.raises(ToolError, match="unknown tool: send_email"):
            await client.call_tool("call_tool", {"name": "send_email", "arguments": {"to": "Ada"}})


def test_what_is_no_transform_is_refused() -> None:
    with pytest.raises(TypeError, match=r"add_transform takes a Transform of oxmcp\.server\.transforms, not str"):
        FastMCP().add_transform("x")  # type: ignore[arg-type]
    with pytest.raises(NotYetError, match="search_result_serializer"):
        BM25SearchTransform(search_result_serializer=lambda tools: "")
