"""Results of tools that are held to a size."""

from __future__ import annotations

from typing import Any

import pytest

from oxmcp import Client, FastMCP, ToolError
from oxmcp.server.middleware.response_limiting import ResponseLimitingMiddleware
from oxmcp.server.transforms import ResultBudget

MODES = pytest.mark.parametrize("mode", ["legacy", "modern"])


def talkative(**options: Any) -> FastMCP:
    mcp = FastMCP(**options)
    mcp.add_tool(lambda size: "x" * size, name="say")
    mcp.add_tool(lambda: {"numbers": [1, 2]}, name="count")

    @mcp.tool
    def refuse() -> str:
        raise ToolError("no " * 1000)

    return mcp


@MODES
async def test_what_is_too_long_is_cut_and_says_so(mode: str) -> None:
    async with Client(talkative(transforms=[ResultBudget(500)]), mode=mode) as client:
        tools = {tool.name: tool for tool in await client.list_tools()}
        assert tools["say"].meta == {"anthropic/maxResultSizeChars": 500}
        assert tools["count"].output_schema is None
        result = await client.call_tool("say", {"size": 5000})
        assert len(result.content[0].text) <= 500
        assert " of 5000 characters of text" in result.content[0].text
        assert result.structured_content is None
        assert (await client.call_tool("count", {})).structured_content == {"numbers": [1, 2]}
        with pytest.raises(ToolError, match=r"Left out: \d+ of 3000 characters") as raised:
            await client.call_tool("refuse", {})
        assert len(str(raised.value)) <= 500


@MODES
async def test_only_the_tools_that_it_is_for_are_held_to_a_budget(mode: str) -> None:
    budget = ResultBudget(100, tools=["refuse"], advertise=False, note="…")
    async with Client(talkative(transforms=[budget]), mode=mode) as client:
        tools = {tool.name: tool for tool in await client.list_tools()}
        assert tools["refuse"].meta is None
        assert len((await client.call_tool("say", {"size": 5000})).content[0].text) == 5000
        with pytest.raises(ToolError) as raised:
            await client.call_tool("refuse", {})
        assert str(raised.value).endswith("…") and len(str(raised.value)) == 100


@MODES
async def test_one_copy_is_enough_for_who_takes_structured_content(mode: str) -> None:
    async with Client(talkative(transforms=[ResultBudget(one_copy=True)]), mode=mode) as client:
        result = await client.call_tool("count", {})
        assert result.content == []
        assert result.structured_content == {"numbers": [1, 2]}


@MODES
async def test_the_middleware_of_that_name_is_a_budget_that_no_call_passes(mode: str) -> None:
    mcp = talkative()
    async with Client(mcp, mode=mode) as client:
        mcp.add_middleware(ResponseLimitingMiddleware(max_size=200, truncation_suffix="[more]", tools=["say"]))
        text = (await client.call_tool("say", {"size": 5000})).content[0].text
        assert text == "x" * 194 + "[more]"
        mcp.middleware.clear()
        assert len((await client.call_tool("say", {"size": 5000})).content[0].text) == 5000


@pytest.mark.parametrize("make", [ResultBudget, lambda size: ResponseLimitingMiddleware(max_size=size)])
@pytest.mark.parametrize("size", [0, -1, 1.5, True])
def test_a_budget_that_makes_no_sense_is_refused(make: Any, size: Any) -> None:
    with pytest.raises(ValueError, match="is a whole number of at least 1"):
        make(size)
    with pytest.raises(ValueError, match="tools is a list of names"):
        ResultBudget(5, tools="say")
