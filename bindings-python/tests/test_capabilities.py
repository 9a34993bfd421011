"""What a server says it can do: what is registered or declared, and no more."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Annotated, Any

import pytest

from oxmcp import Client, Context, FastMCP
from oxmcp.dependencies import CurrentContext, Depends
from oxmcp.types import ServerCapabilities

LISTS = {"listChanged": True}
RESOURCES = {"subscribe": True, "listChanged": True}


def announced(mcp: FastMCP, mode: str) -> dict[str, Any]:
    """The capabilities as a client is told of them."""

    async def go() -> Any:
        async with Client(mcp, mode=mode) as client:
            if mode == "legacy":
                assert client.initialize_result is not None
                return client.initialize_result.capabilities.to_dict()
            return (await client.discover()).capabilities.to_dict()

    told: dict[str, Any] = asyncio.run(go())
    return told


def add(mcp: FastMCP) -> None:
    """A tool."""
    mcp.add_tool(lambda: 1, name="one")


def logs(mcp: FastMCP) -> None:
    """A tool that is given the Context."""

    @mcp.tool
    async def talk(ctx: Context[Any, Any, Any]) -> None:
        await ctx.info("hello")


def logs_from_afar(mcp: FastMCP) -> None:
    """A tool whose dependency's dependency is given the Context."""

    def reporter(ctx: Context[Any, Any, Any]) -> Any:
        return ctx.info

    def service(report: Annotated[Any, Depends(reporter)]) -> Any:
        return report

    @mcp.tool
    async def talk(report: Annotated[Any, Depends(service)]) -> None:
        await report("hello")


def logs_by_current_context(mcp: FastMCP) -> None:
    """A tool that asks for the Context by its default."""

    @mcp.tool
    async def talk(ctx: Annotated[Any, CurrentContext()]) -> None:
        await ctx.info("hello")


def needs_no_context(mcp: FastMCP) -> None:
    """A tool with a dependency that has nothing to do with the call."""

    @mcp.tool
    def find(table: Annotated[str, Depends(lambda: "t")]) -> str:
        return table


def completes(mcp: FastMCP) -> None:
    """A completion handler."""

    @mcp.completion()
    def complete(ref: Any, argument: Any) -> list[str]:
        return []


def reads(mcp: FastMCP) -> None:
    """A resource template."""
    mcp.add_resource(lambda name: name, uri="data://{name}", name="data")


def prompts(mcp: FastMCP) -> None:
    """A prompt."""
    mcp.add_prompt(lambda: "hi", name="hi")


@pytest.mark.parametrize("mode", ["legacy", "modern"])
@pytest.mark.parametrize(
    ("register", "expected"),
    [
        (lambda mcp: None, {}),
        (add, {"tools": LISTS}),
        (prompts, {"prompts": LISTS}),
        (reads, {"resources": RESOURCES}),
        (completes, {"completions": {}}),
        (logs, {"tools": LISTS, "logging": {}}),
        (logs_from_afar, {"tools": LISTS, "logging": {}}),
        (logs_by_current_context, {"tools": LISTS, "logging": {}}),
        (needs_no_context, {"tools": LISTS}),
    ],
)
def test_capabilities_name_what_is_registered(
    register: Callable[[FastMCP], None], expected: dict[str, Any], mode: str
) -> None:
    """RPC-19, LOG-1"""
    mcp = FastMCP("s")
    register(mcp)
    assert announced(mcp, mode) == expected


@pytest.mark.parametrize("mode", ["legacy", "modern"])
@pytest.mark.parametrize(
    ("declared", "expected"),
    [
        ("logging", {"logging": {}}),
        (["tools", "logging"], {"tools": LISTS, "logging": {}}),
        ({"prompts": {}, "extensions": {"x.org/y": {}}}, {"prompts": LISTS, "extensions": {"x.org/y": {}}}),
        ({"resources": {"subscribe": False}}, {"resources": LISTS}),
        (ServerCapabilities(tools={}), {"tools": LISTS}),
    ],
)
def test_capabilities_name_what_is_declared(declared: Any, expected: dict[str, Any], mode: str) -> None:
    assert announced(FastMCP("s", capabilities=declared), mode) == expected


def test_a_capability_that_does_not_exist_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="no capability 'tool'; there are tools, prompts"):
        FastMCP(capabilities=["tool"])


@pytest.mark.parametrize("mode", ["legacy", "modern"])
def test_what_is_registered_while_clients_are_there_works_and_is_told_to_the_next(mode: str) -> None:
    mcp = FastMCP("s")

    async def go() -> None:
        async with Client(mcp, mode=mode) as client:
            assert await client.list_tools() == []
            add(mcp)
            logs(mcp)
            assert [tool.name for tool in await client.list_tools()] == ["one", "talk"]
            assert (await client.call_tool("one")).content[0].text == "1"
        assert set((await _told(mcp, mode)).to_dict()) == {"tools", "logging"}
        mcp.remove_tool("one")
        mcp.remove_tool("talk")
        assert set((await _told(mcp, mode)).to_dict()) == {"tools", "logging"}  # an empty list is a list

    async def _told(mcp: FastMCP, mode: str) -> ServerCapabilities:
        async with Client(mcp, mode=mode) as client:
            if mode == "legacy":
                assert client.initialize_result is not None
                return client.initialize_result.capabilities
            return (await client.discover()).capabilities

    asyncio.run(go())
