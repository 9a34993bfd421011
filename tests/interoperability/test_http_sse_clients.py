"""HTTP+SSE, the transport of 2024-11-05, with every official client that speaks it, and fastmcp's."""

from __future__ import annotations

import asyncio
import shutil
from typing import Any

import pytest
import test_official_client_1x
import test_typescript_clients
from fastmcp import Client as FastClient
from fastmcp.client.transports import SSETransport
from mcp import Client
from mcp.client.sse import sse_client
from peers import conversation, value_of
from processes import NODE, HttpProcess

LEGACY_CLIENTS = [(client, mode) for client, mode in test_typescript_clients.CLIENTS if mode == "legacy"]


@pytest.fixture
def url(everything_http: HttpProcess) -> str:
    """Where streams are opened."""
    return everything_http.url.removesuffix("/mcp") + "/sse"


def test_the_official_python_client_uses_it(url: str) -> None:
    """OLD-1 to OLD-4, OLD-8, TOOL-12"""

    async def talk() -> None:
        told: asyncio.Queue[str] = asyncio.Queue()
        progress: list[Any] = []

        async def on_message(message: Any) -> None:
            told.put_nowait(repr(message))

        async def on_progress(done: float, total: float | None, message: str | None) -> None:
            progress.append((done, total, message))

        async with Client(sse_client(url), mode="legacy", message_handler=on_message) as client:
            assert client.protocol_version == "2025-11-25"
            assert "add" in [tool.name for tool in (await client.list_tools()).tools]
            assert (await client.call_tool("add", {"a": 20, "b": 22})).content[0].text == "42"
            await client.call_tool("steps", {"count": 2}, progress_callback=on_progress)
            assert progress == [(1.0, 2.0, "step 1"), (2.0, 2.0, "step 2")]
            await client.subscribe_resource("test://watched-resource")
            while not told.empty():
                told.get_nowait()
            await client.call_tool("touch_watched_resource", {})
            assert "test://watched-resource" in await asyncio.wait_for(told.get(), 10)
            delays = [(number * 37) % 50 for number in range(40)]
            results = await asyncio.gather(
                *(
                    client.call_tool("echo_later", {"text": f"call {number}", "milliseconds": delay})
                    for number, delay in enumerate(delays)
                )
            )
            assert [result.content[0].text for result in results] == [f"call {number}" for number in range(40)]

    conversation(talk)


def test_a_client_that_tries_the_newest_version_first_finds_its_way(url: str) -> None:
    """OLD-8, ERA-7"""

    async def talk() -> None:
        async with Client(sse_client(url), mode="auto") as client:
            assert client.protocol_version == "2025-11-25"
            assert (await client.call_tool("echo", {"text": "hello"})).content[0].text == "hello"

    conversation(talk)


def test_fastmcps_client_uses_it(url: str) -> None:
    async def talk() -> None:
        async with FastClient(SSETransport(url), mode="legacy") as client:
            assert value_of(await client.call_tool("add", {"a": 20, "b": 22})) == 42
            assert (await client.read_resource("test://static-text"))[0].text.startswith("This is the content")

    conversation(talk)


@pytest.mark.skipif(not test_official_client_1x.INTERPRETER.exists(), reason="no interpreter with mcp 1.x")
def test_the_official_python_client_of_old_uses_it(url: str) -> None:
    seen = test_official_client_1x.talk("everything", url)
    assert seen["version"] == "2025-11-25" and seen["server"] == "everything"
    assert seen["add"]["content"] == [{"type": "text", "text": "3"}]
    assert seen["progress"] == [[1.0, 3.0, "step 1"], [2.0, 3.0, "step 2"], [3.0, 3.0, "step 3"]]
    assert {"notifications/resources/updated", "notifications/tools/list_changed"} <= set(seen["heard"])


@pytest.mark.skipif(shutil.which(NODE) is None, reason="the clients need Node")
@pytest.mark.parametrize(("client", "mode"), LEGACY_CLIENTS)
def test_the_official_typescript_clients_use_it(client: str, mode: str, url: str) -> None:
    label = f"sse_{client}"
    seen = test_typescript_clients.talk(client, mode, label, url)
    test_typescript_clients.check(seen)
    test_typescript_clients.check_connection(seen, label)
    assert seen["version"] == test_typescript_clients.VERSIONS[mode]
