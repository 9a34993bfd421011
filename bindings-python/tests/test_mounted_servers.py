"""Servers in servers: what one offers, another offers, too."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import ContextVar
from typing import Any

import pytest

from oxmcp import Client, Context, FastMCP, McpError
from oxmcp.errors import ConfigurationError
from oxmcp.server.dependencies import get_context
from oxmcp.server.lowlevel import Server


def child(name: str = "child") -> FastMCP:
    mcp = FastMCP(name)

    @mcp.tool
    async def whose(ctx: Context) -> str:
        return f"{ctx.server.name} {ctx.server is mcp}"

    @mcp.tool
    def plain() -> str:
        return f"{get_context().server.name} plainly"

    @mcp.resource("data://config")
    def config() -> str:
        return "settings"

    @mcp.resource("data://users/{user}")
    async def user(user: str) -> str:
        return f"user {user}"

    @mcp.prompt
    def greet(who: str) -> str:
        return f"Hello {who}"

    return mcp


async def names(client: Client[Any]) -> list[str]:
    return [
        *(tool.name for tool in await client.list_tools()),
        *(prompt.name for prompt in await client.list_prompts()),
        *(str(resource.uri) for resource in await client.list_resources()),
        *(template.uri_template for template in await client.list_resource_templates()),
    ]


@pytest.mark.parametrize("mode", ["legacy", "modern"])
async def test_what_a_mounted_server_offers_is_reached_under_its_namespace(mode: Any) -> None:
    parent = FastMCP("parent")
    parent.mount(child(), "sub")
    async with Client(parent, mode=mode) as client:
        assert await names(client) == [
            "sub_whose",
            "sub_plain",
            "sub_greet",
            "data://sub/config",
            "data://sub/users/{user}",
        ]
        assert (await client.call_tool("sub_whose")).data == "child True"
        assert (await client.call_tool("sub_plain")).data == "child plainly"
        (content,) = await client.read_resource("data://sub/config")
        assert (content.text, str(content.uri)) == ("settings", "data://sub/config")
        (content,) = await client.read_resource("data://sub/users/7")
        assert (content.text, str(content.uri)) == ("user 7", "data://sub/users/7")
        found = await client.get_prompt("sub_greet", {"who": "you"})
        assert found.messages[0].content.text == "Hello you"  # type: ignore[union-attr]
        with pytest.raises(Exception, match="whose"):
            await client.call_tool("whose")
        with pytest.raises(McpError):
            await client.read_resource("data://config")


async def test_the_mounted_server_is_served_by_itself_as_ever() -> None:
    parent, mounted = FastMCP("parent"), child()
    parent.mount(mounted, "sub")
    async with Client(mounted) as own, Client(parent) as outer:
        assert (await own.call_tool("whose")).data == "child True"
        assert (await outer.call_tool("sub_whose")).data == "child True"
        assert (await own.call_tool("plain")).data == "child plainly"


async def test_changes_of_a_mounted_server_reach_the_clients_of_the_outer_one() -> None:
    heard: asyncio.Queue[Any] = asyncio.Queue()
    outer, middle, inner = FastMCP("outer"), FastMCP("middle"), child("inner")
    middle.mount(inner, "in")
    outer.mount(middle, "mid")
    async with Client(outer, mode="legacy", message_handler=heard.put_nowait) as client:
        assert "mid_in_whose" in await names(client)
        inner.add_tool(lambda: "new", name="new")
        assert (await asyncio.wait_for(heard.get(), 5)).method == "notifications/tools/list_changed"
        assert "mid_in_new" in await names(client)
        await client.subscribe_resource("data://mid/in/config")
        await inner.announce("resource", "data://config")
        told = await asyncio.wait_for(heard.get(), 5)
        assert (told.method, told.params.uri) == ("notifications/resources/updated", "data://mid/in/config")


async def test_a_server_in_a_server_in_a_server_runs_in_its_own_surroundings() -> None:
    outer, middle, inner = FastMCP("outer"), FastMCP("middle"), child("inner")
    middle.mount(inner, "in")
    outer.mount(middle, namespace="mid")
    async with Client(outer) as client:
        assert (await client.call_tool("mid_in_whose")).data == "inner True"
        (content,) = await client.read_resource("data://mid/in/users/1")
        assert (content.text, str(content.uri)) == ("user 1", "data://mid/in/users/1")


async def test_the_server_s_own_is_offered_before_what_is_mounted() -> None:
    parent, first, second = FastMCP("parent"), FastMCP("first"), FastMCP("second")
    for server in (second, first, parent):
        for name in {"parent": "a", "first": "ab", "second": "abc"}[server.name]:
            server.add_tool(_named(server.name), name=name)
    parent.mount(first)
    parent.mount(second)
    async with Client(parent) as client:
        assert [tool.name for tool in await client.list_tools()] == ["a", "b", "c"]
        assert [(await client.call_tool(name)).data for name in "abc"] == ["parent", "first", "second"]


async def test_lifespans_of_mounted_servers_are_entered_with_the_outer_one_s() -> None:
    events: list[str] = []
    variable: ContextVar[str] = ContextVar("variable", default="unset")

    def server(name: str) -> FastMCP:
        @asynccontextmanager
        async def lifespan(_server: Any) -> AsyncIterator[str]:
            events.append(f"{name} begins")
            variable.set(name)
            yield f"{name}'s"
            events.append(f"{name} ends")

        mcp = FastMCP(name, lifespan=lifespan)

        @mcp.tool
        async def known(ctx: Context) -> str:
            return f"{ctx.lifespan_context} {variable.get()}"

        @mcp.tool
        def known_plainly() -> str:
            return f"{get_context().lifespan_context} {variable.get()}"

        return mcp

    parent, mounted, later = server("parent"), server("mounted"), server("later")
    parent.mount(mounted, "m")
    async with Client(parent) as client:
        assert events == ["parent begins", "mounted begins"]
        assert (await client.call_tool("known")).data == "parent's parent"
        assert (await client.call_tool("m_known")).data == "mounted's mounted"
        assert (await client.call_tool("m_known_plainly")).data == "mounted's mounted"
        await parent.mount(later, "l")
        assert (await client.call_tool("l_known")).data == "later's later"
    assert events[3:] == ["later ends", "mounted ends", "parent ends"]


async def test_a_lifespan_that_cannot_be_entered_keeps_the_outer_server_from_starting() -> None:
    @asynccontextmanager
    async def lifespan(_server: Any) -> AsyncIterator[None]:
        raise RuntimeError("no database")
        yield

    parent = FastMCP("parent")
    parent.mount(FastMCP("mounted", lifespan=lifespan))
    with pytest.raises(RuntimeError, match="no database"):
        async with Client(parent):
            pass


async def test_what_is_imported_stays_as_it_is() -> None:
    parent, source = FastMCP("parent"), child()
    await parent.import_server(source, "sub")
    source.add_tool(lambda: "new", name="new")
    source.remove_tool("plain")
    async with Client(parent) as client:
        assert [tool.name for tool in await client.list_tools()] == ["sub_whose", "sub_plain"]
        assert (await client.call_tool("sub_whose")).data == "child True"
        assert (await client.call_tool("sub_plain")).data == "child plainly"
        parent.remove_tool("sub_plain")
        assert [tool.name for tool in await client.list_tools()] == ["sub_whose"]


async def test_a_server_that_is_unmounted_is_offered_no_longer() -> None:
    parent, mounted = FastMCP("parent"), child()
    parent.mount(mounted, "sub")
    async with Client(parent) as client:
        assert parent.unmount(mounted)
        assert not parent.unmount(mounted)
        assert await names(client) == []
        parent.mount(mounted, "again")
        assert (await client.call_tool("again_whose")).data == "child True"


async def test_what_is_enabled_and_disabled_counts_for_mounted_servers_too() -> None:
    parent, mounted = FastMCP("parent"), FastMCP("mounted")
    mounted.add_tool(lambda: 1, name="a", tags={"x"})
    mounted.add_tool(lambda: 2, name="b")
    parent.disable(tags={"x"})
    parent.mount(mounted, "m")
    async with Client(parent) as client:
        assert [tool.name for tool in await client.list_tools()] == ["m_b"]
        parent.disable(keys={"tool:m_b"})
        assert await client.list_tools() == []
        parent.enable(tags={"x"})
        assert [tool.name for tool in await client.list_tools()] == ["m_a"]
    async with Client(mounted) as client:
        assert [tool.name for tool in await client.list_tools()] == ["a", "b"]


async def test_some_tools_of_a_mounted_server_can_have_other_names() -> None:
    parent, mounted = FastMCP("parent"), child()
    parent.mount(mounted, "sub", tool_names={"whose": "owner"})
    async with Client(parent) as client:
        assert [tool.name for tool in await client.list_tools()] == ["sub_owner", "sub_plain"]
        assert (await client.call_tool("sub_owner")).data == "child True"


async def test_structured_results_of_mounted_tools_are_wrapped_in_process_as_own_ones_are() -> None:
    parent, mounted = FastMCP("parent"), FastMCP("mounted")
    mounted.add_tool(_number, name="number")
    parent.mount(mounted, "m")
    own, outer = await mounted.call_tool("number"), await parent.call_tool("m_number")
    assert own.structured_content == outer.structured_content == {"result": 7}


def _number() -> int:
    return 7


async def test_the_middleware_of_a_mounted_server_is_passed() -> None:
    parent, mounted = FastMCP("parent"), child()
    passed: list[str] = []

    async def note(ctx: Any, call_next: Any) -> Any:
        passed.append(ctx.method)
        return await call_next(ctx)

    mounted.add_middleware(note)
    parent.mount(mounted, "sub")
    async with Client(parent) as client:
        assert (await client.call_tool("sub_whose")).data == "child True"
    assert "tools/call" in passed


def _named(name: str) -> Any:
    def named() -> str:
        return name

    return named


def test_circles_are_refused() -> None:
    a, b, c = FastMCP("a"), FastMCP("b"), FastMCP("c")
    with pytest.raises(ConfigurationError, match="in itself"):
        a.mount(a)
    a.mount(b, "b")
    b.mount(c, "c")
    with pytest.raises(ConfigurationError, match="circle"):
        c.mount(a, "a")
    with pytest.raises(ConfigurationError, match="mounted here already"):
        a.mount(b, "again")
    with pytest.raises(ConfigurationError, match="imported into itself"):
        a.import_server(a)


@pytest.mark.parametrize("namespace", ["a/b", "a b", "{a}"])
def test_a_namespace_that_cannot_be_part_of_a_uri_is_refused(namespace: str) -> None:
    with pytest.raises(ConfigurationError, match="cannot be a namespace"):
        FastMCP("parent").mount(child(), namespace)


@pytest.mark.parametrize("other", [Server("low"), object(), None])
def test_only_servers_with_registered_functions_can_be_mounted(other: Any) -> None:
    with pytest.raises(TypeError, match="MCPServer"):
        FastMCP("parent").mount(other)


async def test_a_server_can_be_mounted_by_the_older_order_and_name() -> None:
    parent = FastMCP("parent")
    parent.mount("one", child())  # type: ignore[arg-type]
    parent.mount(child("other"), prefix="two")
    async with Client(parent) as client:
        assert (await client.call_tool("one_whose")).data == "child True"
        assert (await client.call_tool("two_whose")).data == "other True"
