"""URIs of resources: how they may be spelled, and which values of templates are taken."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from oxmcp import Client, Context, FastMCP, McpError
from oxmcp.errors import AlreadyRegisteredError
from oxmcp.resources import ResourceSecurity
from oxmcp.types import Completion


def text_at(server: FastMCP, uri: str) -> str:
    async def go() -> str:
        async with Client(server) as client:
            return str((await client.read_resource(uri))[0].text)

    return asyncio.run(go())


def refusal_of(server: FastMCP, uri: str) -> str:
    with pytest.raises(McpError) as refused:
        text_at(server, uri)
    return str(refused.value)


@pytest.mark.parametrize(
    ("written", "listed"),
    [
        ("docs://日本語", "docs://%E6%97%A5%E6%9C%AC%E8%AA%9E"),
        ("file:///home/ü/notes.txt", "file:///home/%C3%BC/notes.txt"),
        ("file:///my docs/a.txt", "file:///my%20docs/a.txt"),
    ],
)
async def test_what_may_not_stand_in_a_uri_is_encoded_and_found_by_both_spellings(written: str, listed: str) -> None:
    mcp = FastMCP("t")

    @mcp.resource(written)
    def text() -> str:
        return "x"

    async with Client(mcp) as client:
        assert [resource.uri for resource in await client.list_resources()] == [listed]
        for uri in (written, listed):
            assert (await client.read_resource(uri))[0].text == "x"


def test_equivalent_spellings_are_one_resource() -> None:
    mcp = FastMCP("t", on_duplicate="error")

    @mcp.resource("https://Example.com")
    def text() -> str:
        return "x"

    for uri in ("https://example.com/", "HTTPS://EXAMPLE.COM:443", "https://example.com/."):
        assert text_at(mcp, uri) == "x"
        with pytest.raises(AlreadyRegisteredError):
            mcp.add_resource(text, uri=uri)
    assert mcp.disable("https://example.com") == 1
    mcp.remove_resource("https://EXAMPLE.com/")
    assert "not found" in refusal_of(mcp, "https://example.com")


async def test_an_update_is_told_under_the_listed_spelling_whichever_was_subscribed_to() -> None:
    mcp = FastMCP("t")
    heard: list[Any] = []
    arrived = asyncio.Event()

    @mcp.resource("docs://ü")
    def text() -> str:
        return "x"

    @mcp.tool
    async def touch(ctx: Context) -> None:
        await ctx.notify_resource_updated("docs://ü")

    def hear(message: Any) -> None:
        if message.method == "notifications/resources/updated":
            heard.append(message.params.uri)
            arrived.set()

    async with Client(mcp, message_handler=hear) as client:
        await client.subscribe_resource("DOCS://%c3%bc/")
        await client.call_tool("touch")
        await asyncio.wait_for(arrived.wait(), 10)
    assert [str(uri) for uri in heard] == ["docs://%C3%BC"]


async def test_completions_are_found_by_every_spelling_of_a_template() -> None:
    mcp = FastMCP("t")

    @mcp.resource("docs://ü/{name}")
    def text(name: str) -> str:
        return name

    @mcp.completion()
    async def complete(ref: Any, argument: Any, context: Any) -> Completion:
        return Completion(values=[ref.uri])

    async with Client(mcp) as client:
        for uri in ("docs://ü/{name}", "docs://%C3%BC/{name}", "DOCS://%c3%bc/x"):
            found = await client.complete({"type": "ref/resource", "uri": uri}, {"name": "name", "value": ""})
            assert found.values == ["docs://%C3%BC/{name}"]


@pytest.mark.parametrize("uri", ["guide", "my_app://x", "my_app://{id}", "{id}", "1x://y"])
def test_what_can_never_be_a_uri_is_refused_at_the_decorator(uri: str) -> None:
    with pytest.raises(ValueError, match="scheme"):
        FastMCP("t").resource(uri)(lambda id="": "x")


@pytest.mark.parametrize(
    ("template", "uri", "value"),
    [
        ("sheet://b1/{value}", "sheet://b1/A:C", "A:C"),
        ("item://{value}", "item://b:1", "b:1"),
        ("log://{+value}", "log:///var/log/x", "/var/log/x"),
        ("x://y{?value}", "x://y?value=/a/../b", "/a/../b"),
    ],
)
def test_values_that_are_no_paths_out_of_their_place_are_taken(template: str, uri: str, value: str) -> None:
    mcp = FastMCP("t")

    @mcp.resource(template)
    def text(value: str = "") -> str:
        return value

    assert text_at(mcp, uri) == value


@pytest.mark.parametrize(
    ("uri", "rule", "setting"),
    [
        ("file:///a/../b", 'value: must not have ".."', ResourceSecurity(reject_path_traversal=False)),
        ("file:////etc", "value: must not be an absolute path", ResourceSecurity(reject_absolute_paths=False)),
        ("file:///a%00", "value: must not have a NUL", ResourceSecurity(reject_null_bytes=False)),
        ("file:///../b", 'value: must not have ".."', ResourceSecurity(exempt_params={"value"})),
    ],
)
def test_a_refused_value_is_told_with_the_rule_which_can_be_switched_off(
    uri: str, rule: str, setting: ResourceSecurity
) -> None:
    def text(value: str) -> str:
        return value

    strict, lenient, by_server = FastMCP("t"), FastMCP("t"), FastMCP("t", resource_security=setting)
    strict.resource("file:///{+value}")(text)
    lenient.resource("file:///{+value}", security=setting)(text)
    by_server.resource("file:///{+value}")(text)
    assert rule in refusal_of(strict, uri)
    assert text_at(lenient, uri) == text_at(by_server, uri)
    by_server.resource("docs:///{+value}", security=ResourceSecurity())(text)
    assert rule in refusal_of(by_server, uri.replace("file", "docs"))
