"""Clients we did not write talk to servers behind middleware, in both eras, over stdio and HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from mcp import MCPError
from peers import MODES, TRANSPORTS, conversation, official, stdio_parameters, value_of
from processes import LANGUAGES, HttpProcess, judged_stdio_command, serve_http


@pytest.fixture(scope="module", params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    """What the server is written in."""
    return str(request.param)


@pytest.fixture(scope="module")
def over_http(language: str) -> Iterator[HttpProcess]:
    """The server over HTTP, one process for all tests of a language."""
    with serve_http("guarded_server", language) as server:
        yield server


@pytest.fixture
def over_stdio(language: str, tmp_path: Path) -> Iterator[list[str]]:
    """The command with which a client starts it."""
    with judged_stdio_command("guarded_server", language, tmp_path / "misfits.txt") as command:
        yield command


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("transport", TRANSPORTS)
def test_what_middleware_makes_of_messages_reaches_every_client(
    transport: str, mode: str, over_http: HttpProcess, over_stdio: list[str]
) -> None:
    """Narrowed lists, refusals by either kind of error, answers of its own, a changed handshake, and all of it seen."""

    async def talk() -> None:
        where = over_http.url if transport == "http" else stdio_parameters(*over_stdio)
        async with official(where, mode) as client:
            assert client.instructions == "You are seen."
            assert [tool.name for tool in (await client.list_tools()).tools] == ["echo", "refused", "seen"]
            assert (await client.call_tool("echo", {"text": "hi"})).content[0].text == "hi"
            refused = await client.call_tool("refused", {})
            assert (refused.is_error, refused.content[0].text) == (True, "Not today.")
            assert (await client.call_tool("virtual", {})).content[0].text == "virtual"
            with pytest.raises(MCPError, match="Unknown tool: hidden") as unknown:
                await client.call_tool("hidden", {})
            assert unknown.value.error.code == -32602
            result: Any = value_of(await client.call_tool("seen", {}))
            begins = "initialize" if mode == "legacy" else "server/discover"
            assert {begins, "tools/list", "tools/call"} <= set(result)
            assert ("notifications/initialized" in result) or mode != "legacy"

    conversation(talk)
