"""The server card: what is told of a server before anybody connects (CARD-1, CARD-2, CARD-5)."""

from __future__ import annotations

import http.client
import json
from typing import Any

import pytest
from asgi_caller import ask
from test_serving_options import on_a_listener

from oxmcp import FastMCP
from oxmcp.errors import ConfigurationError

CARD = {"name": "com.example/weather", "description": "Tells the weather.", "url": "https://example.com/mcp"}
NAMED: dict[str, Any] = {"name": "com.example/weather", "description": "Tells the weather.", "version": "1.2.3"}


def get(port: int, path: str = "/mcp/server-card") -> Any:
    """What a page of another site is answered."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path, headers={"Origin": "https://a.example"})
        response = connection.getresponse()
        return response.status, response.headers, response.read()
    finally:
        connection.close()


def is_card(told: dict[str, Any]) -> bool:
    """Whether it is one, of the server above."""
    assert told["$schema"].endswith("/v1/server-card.schema.json")
    return told["name"] == "com.example/weather" and told["description"] == "Tells the weather."


def test_the_card_is_served_below_the_endpoint_where_the_author_says_so() -> None:
    status, headers, body = on_a_listener(get, server_card=CARD)
    assert status == 200 and headers["Content-Type"] == "application/mcp-server-card+json"
    assert headers["Access-Control-Allow-Origin"] == "*" and headers["ETag"]
    card = json.loads(body)
    assert is_card(card)
    assert card["remotes"][0]["url"] == "https://example.com/mcp"
    assert "2026-07-28" in card["remotes"][0]["supportedProtocolVersions"]
    assert on_a_listener(get)[0] == 404


@pytest.mark.parametrize("path", ["/mcp", "/mcp/", "/", "/deep/er"])
async def test_applications_serve_it_too(path: str) -> None:
    mcp = FastMCP(**NAMED, server_card=True)
    where = path.rstrip("/") + "/server-card"
    told = await ask(mcp.http_app(path=path), method="GET", path=where)
    assert told.status == 200 and is_card(json.loads(told.text))
    again = await ask(
        mcp.http_app(path=path), method="GET", path=where, headers={"if-none-match": told.headers["etag"]}
    )
    assert again.status == 304 and again.text == ""
    without = FastMCP(**NAMED).http_app(path=path)
    assert (await ask(without, method="GET", path=where)).status == 404
    switched_off = mcp.http_app(path=path, server_card=False)
    assert (await ask(switched_off, method="GET", path=where)).status == 404


def test_a_variable_turns_it_on(monkeypatch: pytest.MonkeyPatch) -> None:
    assert FastMCP().settings.server_card is False
    monkeypatch.setenv("OXMCP_SERVER_CARD", "true")
    assert FastMCP().settings.server_card is True


@pytest.mark.parametrize(
    ("card", "told"),
    [
        (
            True,
            'server_card.name must be a reversed domain, a slash and a name, like "com.example/weather", not "oxmcp"',
        ),
        ({"name": "com.example/weather"}, "server_card.description is missing"),
        ({**CARD, "url": "https://me:secret@example.com/mcp"}, "server_card.url must be .* without user and password"),
        ({**CARD, "tools": []}, "there is no option server_card.tools"),
        ({**CARD, "name": 7}, "server_card.name must be a text, not 7"),
        ("com.example/weather", "server_card must be an object"),
    ],
)
def test_what_would_be_no_card_is_refused_at_the_start(card: Any, told: str) -> None:
    with pytest.raises(ConfigurationError, match=told):
        FastMCP().run("http", port=0, server_card=card)
