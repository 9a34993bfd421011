"""What each caller may see, where the author says so request by request."""

from __future__ import annotations

from typing import Any

import pytest

from oxmcp import Client, Context, FastMCP, McpError
from oxmcp.errors import ToolError
from oxmcp.offers.visibility.predicates import Visible
from oxmcp.server.transforms import ToolSearch


def who(ctx: Context) -> str:
    return str(ctx.client_info.name) if ctx.client_info is not None else ""


async def for_members(item: Visible, ctx: Context) -> bool:
    return "members" not in item.tags or who(ctx) == "member"


def server(**options: Any) -> FastMCP:
    mcp = FastMCP(**options)

    @mcp.tool(tags={"members"})
    def secret(n: int) -> str:
        return f"secret {n}"

    @mcp.tool
    def public() -> str:
        return "public"

    @mcp.prompt(tags={"members"})
    def hint() -> str:
        return "hint"

    @mcp.resource("data://secret", tags={"members"})
    def data() -> str:
        return "data"

    @mcp.resource("data://{name}/more", tags={"members"})
    def more(name: str) -> str:
        return name

    return mcp


def client_of(mcp: FastMCP, name: str, mode: Any) -> Client[Any]:
    return Client(mcp, mode=mode, name=name)


async def seen(client: Client[Any]) -> list[str]:
    return [
        *(tool.name for tool in await client.list_tools()),
        *(prompt.name for prompt in await client.list_prompts()),
        *(str(resource.uri) for resource in await client.list_resources()),
        *(template.uri_template for template in await client.list_resource_templates()),
    ]


@pytest.mark.parametrize("mode", ["legacy", "modern"])
@pytest.mark.parametrize("mounted", [False, True])
async def test_what_may_not_be_seen_is_not_listed_and_unknown(mode: Any, mounted: bool) -> None:
    inner = server()
    inner.visible_if(for_members)
    outer = inner
    if mounted:
        outer = FastMCP()
        outer.mount(inner)
    async with client_of(outer, "member", mode) as member, client_of(outer, "guest", mode) as guest:
        assert await seen(member) == ["secret", "public", "hint", "data://secret", "data://{name}/more"]
        assert await seen(guest) == ["public"]
        assert (await member.call_tool("secret", {"n": 1})).content[0].text == "secret 1"
        assert (await guest.call_tool("public")).content[0].text == "public"
        with pytest.raises(McpError, match="unknown tool: secret"):
            await guest.call_tool("secret", {"n": "no number"})
        with pytest.raises(McpError, match="unknown prompt: hint"):
            await guest.get_prompt("hint")
        for uri in ("data://secret", "data://x/more"):
            assert await member.read_resource(uri)
            with pytest.raises(McpError, match="not found"):
                await guest.read_resource(uri)


async def test_the_outer_server_says_of_what_is_mounted_who_may_see_it() -> None:
    outer = FastMCP()
    outer.mount(server(), "in")
    asked: list[Visible] = []

    @outer.visible_if(components={"tool"})
    def all_but_one(item: Visible, ctx: Context) -> bool:
        asked.append(item)
        return item.key != "in_public"

    async with Client(outer) as client:
        assert (await seen(client))[:2] == ["in_secret", "in_hint"]
    assert asked[0] == Visible("tool", "in_secret", frozenset({"members"}), None)


async def test_of_several_predicates_all_have_to_say_yes() -> None:
    mcp = server()
    mcp.visible_if(lambda item, ctx: item.key != "public", components="tool")
    mcp.visible_if(lambda item, ctx: item.key != "secret", components="tool")
    async with Client(mcp) as client:
        assert await client.list_tools() == []


async def test_a_search_finds_and_calls_only_what_the_caller_may_see() -> None:
    mcp = server(transforms=[ToolSearch()])
    mcp.visible_if(for_members)
    async with client_of(mcp, "guest", "auto") as guest, client_of(mcp, "member", "auto") as member:
        assert "secret" in (await member.call_tool("search_tools", {"query": "secret"})).content[0].text
        assert "secret" not in (await guest.call_tool("search_tools", {"query": "secret"})).content[0].text
        called = await member.call_tool("call_tool", {"name": "secret", "arguments": {"n": 1}})
        assert called.content[0].text == "secret 1"
        refused = await guest.call_tool("call_tool", {"name": "secret", "arguments": {"n": 1}}, raise_on_error=False)
        assert refused.is_error
        assert "unknown tool: secret" in refused.content[0].text


async def test_where_a_predicate_fails_nothing_is_seen() -> None:
    mcp = server()

    @mcp.visible_if
    def fails(item: Visible, ctx: Context) -> bool:
        raise LookupError("no such user")

    async with Client(mcp) as client:
        with pytest.raises(McpError):
            await client.list_tools()
        with pytest.raises((McpError, ToolError)):
            await client.call_tool("public")


def test_a_component_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="component"):
        FastMCP().visible_if(for_members, components={"tools"})
