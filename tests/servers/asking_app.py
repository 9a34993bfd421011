"""The app of the asking server: a tool with a page, and what it says where pages are not shown."""

from __future__ import annotations

from oxmcp import Context, FastMCP
from oxmcp.server.apps import client_supports_apps

VIEW = "ui://weather/view.html"
PAGE = "<!doctype html><title>Weather</title><p>21 °C</p>"


def register(mcp: FastMCP) -> None:
    """Adds it to a server."""

    @mcp.tool(meta={"ui": {"resourceUri": VIEW, "visibility": ["model", "app"]}}, structured_output=False)
    async def weather_app(ctx: Context) -> str:
        """Show the weather."""
        return "See the view." if client_supports_apps(ctx) else "21 °C"

    @mcp.resource(
        VIEW,
        name="weather_view",
        mime_type="text/html;profile=mcp-app",
        meta={"ui": {"csp": {"connectDomains": ["https://example.com"]}, "prefersBorder": True}},
    )
    def weather_view() -> str:
        """What is shown."""
        return PAGE
