"""Apps (`io.modelcontextprotocol/ui`): what a host needs to find and show one passes as its author wrote it (UI-2, UI-3)."""

from __future__ import annotations

from typing import Any

import pytest

from oxmcp import Client, Context, FastMCP
from oxmcp.apps import AppConfig, ResourceCSP, ResourcePermissions, app_config_to_meta_dict
from oxmcp.errors import ConfigurationError
from oxmcp.server.apps import client_supports_apps

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
        return "see the view" if client_supports_apps(ctx) else "21 °C"

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
    [
        ({"extensions": {UI: {"mimeTypes": [MIME_TYPE]}}}, "see the view"),
        ({"extensions": {UI: {"mimeTypes": ["text/uri-list"]}}}, "21 °C"),
        ({"extensions": {UI: {}}}, "21 °C"),
        ({}, "21 °C"),
    ],
)
async def test_a_tool_answers_in_text_where_the_client_shows_no_apps(capabilities: dict[str, Any], said: str) -> None:
    async with Client(weather(), capabilities=capabilities) as client:
        assert (await client.call_tool("look")).data == said


# --- by the names of `fastmcp`


def described() -> FastMCP:
    mcp = FastMCP()

    @mcp.tool(app=AppConfig(resource_uri=VIEW, visibility=["model", "app"]), meta={"team": "sky"})
    async def look() -> str:
        return "21 °C"

    @mcp.resource(
        VIEW,
        app=AppConfig(
            csp=ResourceCSP(connect_domains=["https://api.example.com"]),
            permissions=ResourcePermissions(camera={}),
            prefers_border=True,
        ),
    )
    async def view() -> str:
        return "<!doctype html><title>Weather</title>"

    return mcp


async def test_what_is_said_by_objects_is_what_stands_in_meta() -> None:
    async with Client(described()) as client:
        [tool] = await client.list_tools()
        assert tool.meta is not None
        assert (tool.meta["ui"], tool.meta["team"]) == (OF_TOOL["ui"], "sky")
        [listed] = await client.list_resources()
        assert listed.meta is not None
        assert (listed.mime_type, listed.meta["ui"]) == (MIME_TYPE, OF_VIEW["ui"])
        [read] = await client.read_resource(VIEW)
        assert read.meta is not None
        assert (read.mime_type, read.meta["ui"]) == (MIME_TYPE, OF_VIEW["ui"])


def test_the_objects_say_the_same_as_those_of_fastmcp() -> None:
    peers = pytest.importorskip("fastmcp.apps")
    said = {"resource_uri": VIEW, "visibility": ["app"], "domain": "https://a.example", "new": 1}
    theirs = peers.app_config_to_meta_dict(peers.AppConfig(**said))
    assert app_config_to_meta_dict(AppConfig(**said)) == theirs
    assert app_config_to_meta_dict(peers.AppConfig(**said)) == theirs
    assert app_config_to_meta_dict({"resourceUri": VIEW}) == {"resourceUri": VIEW}


@pytest.mark.parametrize(
    ("app", "told"),
    [
        (AppConfig(resource_uri="https://example.com/view"), "'ui://…', not 'https://example.com/view'"),
        (AppConfig(visibility=["modal"]), "'model' and 'app', not 'modal'"),
        ("ui://weather/view.html", "takes an AppConfig or a dict, not str"),
    ],
)
def test_what_describes_no_view_is_refused_where_it_is_written(app: Any, told: str) -> None:
    with pytest.raises(ConfigurationError, match=told):
        FastMCP().tool(app=app)


@pytest.mark.parametrize("said", [{"resource_uri": VIEW}, {"visibility": ["app"]}])
def test_a_view_does_not_say_what_its_tool_says(said: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError, match=next(iter(said))):
        FastMCP().resource(VIEW, app=AppConfig(**said))


async def test_a_tool_whose_view_is_not_there_is_warned_about_when_it_is_served(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """UI-4"""
    mcp = FastMCP()

    @mcp.tool(app=AppConfig(resource_uri="ui://none/view.html"))
    async def look() -> str:
        return "21 °C"

    async with Client(mcp) as client:
        await client.ping()
    assert "ui://none/view.html" in caplog.text
    caplog.clear()
    async with Client(described()) as client:
        await client.ping()
    assert "no host can show it" not in caplog.text
