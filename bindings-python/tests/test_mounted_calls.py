"""Calls of what a mounted server offers: what passes its middleware, what it links to, who hears of its followers."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from oxmcp import Client, FastMCP
from oxmcp.server.middleware import Middleware, MiddlewareContext
from oxmcp.server.transforms import ToolSearch
from oxmcp.types import EmbeddedResource, ResourceLink, TextResourceContents

both_eras = pytest.mark.parametrize("mode", ["legacy", "modern"])


class Noting(Middleware):
    """Notes which tools are called, and how that ends."""

    def __init__(self, whose: str, notes: list[str]) -> None:
        self.whose, self.notes = whose, notes

    async def on_call_tool(self, context: MiddlewareContext, call_next: Any) -> Any:
        self.notes.append(f"{self.whose} {context.message.name}")
        try:
            return await call_next(context)
        except Exception as error:
            self.notes.append(f"{self.whose} {type(error).__name__}")
            raise


def nested(notes: list[str]) -> tuple[FastMCP, FastMCP, FastMCP]:
    outer, middle, inner = FastMCP("outer"), FastMCP("middle"), FastMCP("inner")

    @inner.tool
    def double(n: int) -> int:
        return 2 * n

    for server in (outer, middle, inner):
        server.add_middleware(Noting(server.name, notes))
    middle.mount(inner, "in")
    outer.mount(middle, "mid")
    return outer, middle, inner


@both_eras
async def test_the_middleware_of_every_server_on_the_way_is_passed_once(mode: Any) -> None:
    notes: list[str] = []
    outer, middle, _ = nested(notes)
    async with Client(outer, mode=mode) as client:
        assert (await client.call_tool("mid_in_double", {"n": 2})).data == 4
        assert notes == ["outer mid_in_double", "middle in_double", "inner double"]
    notes.clear()
    async with Client(middle, mode=mode) as client:
        await client.call_tool("in_double", {"n": 2})
        assert notes == ["middle in_double", "inner double"]


@both_eras
async def test_hooks_see_calls_whose_arguments_do_not_fit(mode: Any) -> None:
    notes: list[str] = []
    outer, _, inner = nested(notes)
    async with Client(inner, mode=mode) as client:
        refused = await client.call_tool("double", {"n": "two"}, raise_on_error=False)
        assert refused.is_error and "n" in refused.content[0].text
        assert (notes[0], len(notes)) == ("inner double", 2) and notes[1] != "inner"
    notes.clear()
    async with Client(outer, mode=mode) as client:
        await client.call_tool("mid_in_double", {"n": "two"}, raise_on_error=False)
        assert [note.split()[0] for note in notes] == ["outer", "middle", "inner", "inner", "middle", "outer"]


@both_eras
async def test_a_hook_may_put_arguments_right_and_is_passed_once_then(mode: Any) -> None:
    passes: list[Any] = []
    mcp = FastMCP("server")

    @mcp.tool
    def double(n: int) -> int:
        return 2 * n

    class Words(Middleware):
        async def on_call_tool(self, context: MiddlewareContext, call_next: Any) -> Any:
            passes.append(dict(context.message.arguments))
            if context.message.arguments["n"] == "two":
                context.message.arguments = {"n": 2}
            return await call_next(context)

    mcp.add_middleware(Words())
    async with Client(mcp, mode=mode) as client:
        assert (await client.call_tool("double", {"n": "two"})).data == 4
        assert passes == [{"n": "two"}]
        passes.clear()
        assert (await client.call_tool("double", {"n": 3})).data == 6
        assert passes == [{"n": 3}]


@both_eras
async def test_a_prompt_that_lacks_an_argument_passes_its_hooks(mode: Any) -> None:
    passes: list[str] = []
    mcp = FastMCP("server")

    @mcp.prompt
    def greet(who: str) -> str:
        return f"Hello {who}"

    class Note(Middleware):
        async def on_get_prompt(self, context: MiddlewareContext, call_next: Any) -> Any:
            passes.append(context.message.name)
            return await call_next(context)

    mcp.add_middleware(Note())
    async with Client(mcp, mode=mode) as client:
        with pytest.raises(Exception, match="who"):
            await client.get_prompt("greet")
        assert passes == ["greet"]


def linking() -> FastMCP:
    mcp = FastMCP("linking")

    @mcp.resource("data://config")
    def config() -> str:
        return "settings"

    @mcp.resource("data://users/{user}")
    def user(user: str) -> str:
        return user

    @mcp.tool(structured_output=False)
    def link() -> list[Any]:
        contents = TextResourceContents(uri="data://config", text="settings")
        return [
            ResourceLink(type="resource_link", uri="data://users/7", name="a user"),
            ResourceLink(type="resource_link", uri="https://example.com/", name="elsewhere"),
            EmbeddedResource(type="resource", resource=contents),
        ]

    return mcp


@both_eras
async def test_links_of_a_mounted_server_can_be_read(mode: Any) -> None:
    parent = FastMCP("parent")
    parent.mount(linking(), "in")
    async with Client(parent, mode=mode) as client:
        link, elsewhere, embedded = (await client.call_tool("in_link")).content
        assert (str(link.uri), str(elsewhere.uri)) == ("data://in/users/7", "https://example.com/")
        assert str(embedded.resource.uri) == "data://in/config"
        for uri in (link.uri, embedded.resource.uri):
            (content,) = await client.read_resource(str(uri))
            assert content.text


@both_eras
async def test_a_mounted_server_s_search_speaks_of_what_clients_can_call(mode: Any) -> None:
    inner, parent = FastMCP("inner", transforms=[ToolSearch()]), FastMCP("parent")

    @inner.tool
    def forecast(city: str) -> str:
        """Tells the weather."""
        return f"sunny in {city}"

    parent.mount(inner, "in")
    async with Client(parent, mode=mode) as client:
        assert [tool.name for tool in await client.list_tools()] == ["in_search_tools", "in_call_tool"]
        found = await client.call_tool("in_search_tools", {"query": "weather"})
        assert '"in_forecast"' in found.content[0].text
        arguments = {"name": "in_forecast", "arguments": {"city": "Rome"}}
        called = await client.call_tool("in_call_tool", arguments)
        assert called.content[0].text == "sunny in Rome"


async def test_a_mounted_server_hears_of_its_followers_elsewhere() -> None:
    outer, middle, inner = FastMCP("outer"), FastMCP("middle"), linking()
    heard: asyncio.Queue[str] = asyncio.Queue()

    @inner.on_subscribed
    async def came(uri: str) -> None:
        heard.put_nowait(f"came {uri}")

    @inner.on_unsubscribed
    def went(uri: str) -> None:
        heard.put_nowait(f"went {uri}")

    middle.mount(inner, "in")
    outer.mount(middle, "mid")

    async def told() -> str:
        return await asyncio.wait_for(heard.get(), 10)

    async with Client(outer, mode="legacy") as client:
        await client.subscribe_resource("data://mid/in/config")
        assert await told() == "came data://config"
        await client.unsubscribe_resource("data://mid/in/config")
        assert await told() == "went data://config"
        await client.subscribe_resource("data://mid/in/users/7")
        assert await told() == "came data://users/7"
        middle.unmount(inner)
        assert await told() == "went data://users/7"
    async with Client(inner, mode="legacy") as client:
        await client.subscribe_resource("data://config")
        assert await told() == "came data://config"
