"""People are asked through clients we did not write before something is destroyed: over stdio and HTTP, in both eras."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import mcp_types as types
import pytest
from mcp import MCPError
from peers import MODES, TRANSPORTS, conversation, official, stdio_parameters
from processes import judged_stdio_command, serve_http

pytestmark = pytest.mark.parametrize("language", ["python", "typescript"], indirect=True)


@pytest.fixture
def where(language: str, transport: str, tmp_path: Path) -> Iterator[Any]:
    """How a client reaches a server of its own."""
    if transport == "http":
        with serve_http("protected_server", language) as server:
            yield server.url
    else:
        with judged_stdio_command("protected_server", language, tmp_path / "misfits.txt") as command:
            yield stdio_parameters(*command)


def text_of(result: Any) -> str:
    """All text of a result."""
    return "".join(block.text for block in result.content)


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("mode", MODES)
def test_a_person_is_asked_for_each_call(where: Any, mode: str) -> None:
    """T18 of the threats."""
    answers = [
        types.ElicitResult(action="accept", content={"confirm": True}),
        types.ElicitResult(action="accept", content={"confirm": False}),
        types.ElicitResult(action="accept", content={}),
        types.ElicitResult(action="decline"),
        types.ElicitResult(action="cancel"),
        types.ElicitResult(action="accept", content={"confirm": True}),
    ]
    asked: list[str] = []

    async def person(_context: Any, params: Any) -> Any:
        asked.append(params.message)
        return answers.pop(0)

    async def talk() -> None:
        async with official(where, mode, elicitation_callback=person) as client:
            assert text_of(await client.call_tool("delete", {"table": "logs"})) == "deleted logs"
            assert "delete" in asked[0] and '"table":"logs"' in asked[0]
            for _ in range(4):
                refused = await client.call_tool("delete", {"table": "logs"})
                assert refused.is_error and "it was not done" in text_of(refused)
            assert text_of(await client.call_tool("delete", {"table": "events"})) == "deleted events"
            assert text_of(await client.call_tool("deleted", {})) == "logs,events"
            assert len(asked) == 6

    conversation(talk)


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("mode", MODES)
def test_where_the_client_cannot_ask_it_is_not_done(where: Any, mode: str) -> None:
    """T18 of the threats."""

    async def talk() -> None:
        async with official(where, mode) as client:
            try:
                said = text_of(await client.call_tool("delete", {"table": "logs"}))
            except MCPError as error:
                said = str(error)
            assert "confirmed" in said, said
            assert text_of(await client.call_tool("deleted", {})) == ""

    conversation(talk)
