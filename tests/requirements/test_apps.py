"""Apps and the server card: what a server tells of itself beside its tools, and to whom."""

from __future__ import annotations

import json
from typing import Any

import pytest
from places import Peer, Servers, everywhere
from processes import EVERYTHING_LANGUAGES
from wire import PREFIX, send

UI = PREFIX + "ui"
MIME_TYPE = "text/html;profile=mcp-app"
SHOWS = {"extensions": {UI: {"mimeTypes": [MIME_TYPE]}}}


@pytest.fixture
def peer(request: pytest.FixtureRequest, asking: Servers) -> Peer:
    """Who asks the asking server in one place."""
    return asking.peer(request.param)


def app_of(peer: Peer) -> dict[str, Any]:
    """What the tool with an app says of it."""
    tools = peer.ask("tools/list").result["tools"]
    said: dict[str, Any] = next(tool for tool in tools if tool["name"] == "weather_app")["_meta"]["ui"]
    return said


@everywhere("UI-2", "UI-3", "UI-4")
def test_the_page_that_a_tool_names_is_there(peer: Peer) -> None:
    app = app_of(peer)
    assert app == {"resourceUri": "ui://weather/view.html", "visibility": ["model", "app"]}
    (page,) = peer.ask("resources/read", uri=app["resourceUri"]).result["contents"]
    assert page["uri"] == app["resourceUri"] and page["mimeType"] == MIME_TYPE
    assert page["text"].startswith("<!doctype html>")
    assert page["_meta"]["ui"] == {"csp": {"connectDomains": ["https://example.com"]}, "prefersBorder": True}


@everywhere("UI-4", "UI-5")
def test_a_tool_with_a_page_says_the_same_where_no_page_is_shown(peer: Peer, asking: Servers) -> None:
    for can, said in (
        (SHOWS, "See the view."),
        ({"extensions": {UI: {"mimeTypes": ["text/html"]}}}, "21 °C"),
        ({"extensions": {UI: {}}}, "21 °C"),
        ({}, "21 °C"),
    ):
        asks = peer if peer.is_modern else asking.fresh(peer.place, can=can)
        meta = {"clientCapabilities": can} if peer.is_modern else None
        assert asks.call("weather_app", meta).text == said, can


@pytest.mark.parametrize("language", EVERYTHING_LANGUAGES)
def test_a_card_is_for_everybody_where_it_was_turned_on(language: str, asking: Servers, servers: Servers) -> None:
    """CARD-1, CARD-2, CARD-4, CARD-5"""
    server = asking.http(language)
    elsewhere = {"Origin": "https://another.example", "Accept": "*/*"}
    told = send(server, None, elsewhere, method="GET", path="/mcp/server-card")
    assert told.status == 200 and told.headers["content-type"] == "application/mcp-server-card+json"
    assert told.headers["access-control-allow-origin"] == "*"
    assert "max-age" in told.headers["cache-control"]
    card = json.loads(told.body)
    assert (card["name"], card["description"]) == ("org.example/asking", "Asks its client.")
    assert not {"tools", "prompts", "resources", "instructions"} & set(card)
    known = {**elsewhere, "If-None-Match": told.headers["etag"]}
    assert send(server, None, known, method="GET", path="/mcp/server-card").status == 304
    assert send(server, None, elsewhere, method="POST", path="/mcp/server-card").status in (403, 404, 405)
    for path in ("/mcp", "/.well-known/mcp.json", "/.well-known/mcp/server-card", "/.well-known/mcp-server-card"):
        assert send(server, None, {**elsewhere, "Accept": "application/json"}, method="GET", path=path).status >= 400
    without = servers.http(language)
    for path in ("/mcp/server-card", "/server-card", "/.well-known/mcp.json"):
        assert send(without, None, {"Accept": "*/*"}, method="GET", path=path).status == 404
