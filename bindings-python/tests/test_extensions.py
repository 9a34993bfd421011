"""Extensions of the protocol that are put together from parts, as 2.x of the official package has them."""

from __future__ import annotations

from typing import Any

import pytest

from oxmcp import Client, FastMCP, MCPError
from oxmcp.resources import TextResource
from oxmcp.server.apps import Apps, ResourceCsp
from oxmcp.server.extension import Extension, MethodBinding, ResourceBinding, ToolBinding
from oxmcp.server.mcpserver import require_client_extension

NAME = "com.example/stamps"


class Stamps(Extension):
    identifier = NAME

    def __init__(self) -> None:
        self.called: list[str] = []

    def settings(self) -> dict[str, Any]:
        return {"colour": "blue"}

    def tools(self) -> list[ToolBinding]:
        async def stamp(text: str) -> str:
            return f"[{text}]"

        return [ToolBinding(fn=stamp, meta={"by": NAME}, kwargs={"title": "Stamp"})]

    def resources(self) -> list[ResourceBinding]:
        return [ResourceBinding(TextResource(uri="stamps://all", name="all", text="none"))]

    def methods(self) -> list[MethodBinding]:
        async def buy(ctx: Any, params: Any) -> dict[str, Any]:
            require_client_extension(ctx, NAME)
            return {"bought": params.count}

        async def old(ctx: Any, params: Any) -> dict[str, Any]:
            return {"old": True}

        only_then = frozenset({"2025-11-25"})
        return [MethodBinding("stamps/buy", None, buy), MethodBinding("stamps/old", None, old, only_then)]

    async def intercept_tool_call(self, params: Any, ctx: Any, call_next: Any) -> Any:
        self.called.append(params.name)
        return await call_next(ctx)


@pytest.mark.parametrize("mode", ["2025-11-25", "2026-07-28"])
async def test_what_an_extension_adds_is_served_in_both_eras(mode: str) -> None:
    stamps = Stamps()
    mcp = FastMCP(extensions=[stamps])
    able = {"extensions": {NAME: {}}}
    async with Client(mcp, mode=mode, capabilities=able) as client:
        [tool] = await client.list_tools()
        assert (tool.name, tool.title, (tool.meta or {})["by"]) == ("stamp", "Stamp", NAME)
        assert (await client.call_tool("stamp", {"text": "x"})).data == "[x]"
        assert stamps.called == ["stamp"]
        [content] = await client.read_resource("stamps://all")
        assert content.text == "none"  # type: ignore[union-attr]
        assert (await client.request("stamps/buy", {"count": 2}))["bought"] == 2
        if mode == "2025-11-25":
            assert (await client.request("stamps/old"))["old"] is True
        else:
            told = (await client.discover()).capabilities
            assert (told.extensions or {})[NAME] == {"colour": "blue"}
            with pytest.raises(MCPError) as refused:
                await client.request("stamps/old")
            assert refused.value.code == -32601


async def test_a_client_without_the_extension_is_told_what_it_would_take() -> None:
    mcp = FastMCP()
    mcp.add_extension(Stamps())
    async with Client(mcp, mode="2026-07-28") as client:
        with pytest.raises(MCPError) as refused:
            await client.request("stamps/buy", {"count": 2})
        assert refused.value.code == -32021
        assert refused.value.data == {"requiredCapabilities": {"extensions": {NAME: {}}}}


def test_what_cannot_be_an_extension_is_refused() -> None:
    mcp = FastMCP(extensions=[Stamps()])
    with pytest.raises(ValueError, match="there already"):
        mcp.add_extension(Stamps())
    with pytest.raises(TypeError):
        mcp.add_extension(object())
    with pytest.raises(ValueError, match="identifier like"):
        mcp.add_extension(type("Nameless", (Extension,), {"identifier": "nameless"})())
    with pytest.raises(ValueError, match="method of the protocol"):
        MethodBinding("tools/list", None, Stamps.intercept_tool_call)
    with pytest.raises(ValueError, match="protocol_versions"):
        MethodBinding("x/y", None, Stamps.intercept_tool_call, frozenset())


def apps() -> Apps:
    apps = Apps()

    @apps.tool(resource_uri="ui://clock/app.html", visibility=["model"], title="Clock")
    async def now() -> str:
        return "noon"

    return apps


async def test_apps_are_put_together_before_there_is_a_server() -> None:
    clock = apps()
    clock.add_html_resource(
        "ui://clock/app.html", "<!doctype html>", csp=ResourceCsp(connect_domains=["https://a.example"])
    )
    async with Client(FastMCP(extensions=[clock]), mode="2026-07-28") as client:
        [tool] = await client.list_tools()
        assert (tool.meta or {})["ui"] == {"resourceUri": "ui://clock/app.html", "visibility": ["model"]}
        [page] = await client.list_resources()
        assert page.mime_type == "text/html;profile=mcp-app"
        assert (page.meta or {})["ui"] == {"csp": {"connectDomains": ["https://a.example"]}}
        assert "io.modelcontextprotocol/ui" in ((await client.discover()).capabilities.extensions or {})


def test_an_app_without_its_page_is_refused() -> None:
    with pytest.raises(ValueError, match=r"'now' is shown by 'ui://clock/app.html', which is not there"):
        FastMCP(extensions=[apps()])
    with pytest.raises(ValueError, match="ui://"):
        apps().add_html_resource("https://x", "")
    with pytest.raises(ValueError, match="ui://"):
        apps().tool(resource_uri="https://x")


async def test_a_page_declares_the_extension_by_itself() -> None:
    mcp = FastMCP()

    @mcp.resource("ui://clock/app.html")
    async def page() -> str:
        return "<!doctype html>"

    async with Client(mcp, mode="2026-07-28") as client:
        assert (await client.discover()).capabilities.extensions == {"io.modelcontextprotocol/ui": {}}
