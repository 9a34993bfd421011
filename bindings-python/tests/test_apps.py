"""Apps (`io.modelcontextprotocol/ui`): what a host needs to find and show one passes as its author wrote it (UI-2, UI-3)."""

from __future__ import annotations

from typing import Any

import pytest

from oxmcp import Client, Context, FastMCP

UI = "io.modelcontextprotocol/ui"
VIEW = "ui://weather/view.html"
MIME_TYPE = "text/html;profile=mcp-app"
OF_TOOL = {"ui": {"resourceUri": VIEW, "visibility": ["model", "app"]}}
OF_VIEW = {
    "ui": {
        "csp": {"connectDomains": ["https://api.example.com"]},
        "permissions": {"camera": {}},
        "prefersBorder": True,
    }
}


def weather() -> FastMCP:
    mcp = FastMCP()

    @mcp.tool(meta=OF_TOOL)
    async def look(ctx: Context) -> str:
        return "see the view" if ctx.client_supports_extension(UI) else "21 °C"

    @mcp.resource(VIEW, mime_type=MIME_TYPE, meta=OF_VIEW)
    async def view() -> str:
        return "<!doctype html><title>Weather</title>"

    return mcp


async def test_a_tool_names_its_view_and_the_view_says_what_it_needs_in_the_list_and_when_read() -> None:
    async with Client(weather()) as client:
        [tool] = await client.list_tools()
        assert tool.meta is not None
        assert tool.meta["ui"] == OF_TOOL["ui"]
        [listed] = await client.list_resources()
        assert listed.meta is not None
        assert (str(listed.uri), listed.mime_type, listed.meta["ui"]) == (VIEW, MIME_TYPE, OF_VIEW["ui"])
        [read] = await client.read_resource(VIEW)
        assert read.meta is not None
        assert (read.mime_type, read.meta["ui"]) == (MIME_TYPE, OF_VIEW["ui"])


@pytest.mark.parametrize(
    ("capabilities", "said"),
    [({"extensions": {UI: {"mimeTypes": [MIME_TYPE]}}}, "see the view"), ({}, "21 °C")],
)
async def test_a_tool_answers_in_text_where_the_client_shows_no_apps(capabilities: dict[str, Any], said: str) -> None:
    async with Client(weather(), capabilities=capabilities) as client:
        assert (await client.call_tool("look")).data == said
