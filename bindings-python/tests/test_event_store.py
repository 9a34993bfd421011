"""Streams that survive their connection, with the official clients and with stores that others wrote."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from asgi_caller import ask, legacy_call, session
from fastmcp.server.event_store import EventStore as TheirStore
from key_value.aio.stores.memory import MemoryStore
from mcp import Client
from mcp.server.streamable_http import EventMessage as TheirEventMessage
from mcp.server.streamable_http import EventStore as OfficialStore

from oxmcp import Context, FastMCP
from oxmcp.server.event_store import EventStore as FastStore
from oxmcp.server.event_store import InMemoryEventStore
from oxmcp.server.streamable_http import EventCallback, EventMessage, EventStore


class Lists(EventStore):
    """A store as our interface has it."""

    def __init__(self) -> None:
        self.kept: list[tuple[str, Any]] = []

    async def store_event(self, stream_id: str, message: Any | None) -> str:
        self.kept.append((stream_id, message))
        return f"own-{len(self.kept) - 1}"

    async def replay_events_after(self, last_event_id: str, send_callback: EventCallback) -> str | None:
        number = int(last_event_id.removeprefix("own-"))
        stream = self.kept[number][0]
        for later, (of, message) in enumerate(self.kept[number + 1 :], number + 1):
            if of == stream and message is not None:
                await send_callback(EventMessage(message, f"own-{later}"))
        return stream


class OfficialLists(OfficialStore):
    """The same for the official package: messages go as JSON into a place that knows nothing of classes."""

    def __init__(self) -> None:
        self.kept: list[tuple[str, str | None]] = []

    async def store_event(self, stream_id: str, message: Any | None) -> str:
        self.kept.append((stream_id, None if message is None else message.model_dump_json(by_alias=True)))
        return f"official {len(self.kept) - 1}"

    async def replay_events_after(self, last_event_id: str, send_callback: Any) -> str | None:
        from mcp_types import jsonrpc_message_adapter

        number = int(last_event_id.removeprefix("official "))
        stream = self.kept[number][0]
        for later, (of, text) in enumerate(self.kept[number + 1 :], number + 1):
            if of == stream and text is not None:
                await send_callback(TheirEventMessage(jsonrpc_message_adapter.validate_json(text), f"official {later}"))
        return stream


STORES: dict[str, Callable[[], Any]] = {
    "the engine's": lambda: True,
    "the engine's, with bounds": lambda: InMemoryEventStore(max_events=20, max_age_seconds=60),
    "the engine's, by fastmcp's name": lambda: FastStore(max_events_per_stream=20),
    "fastmcp's name over a key-value store": lambda: FastStore(MemoryStore(), max_events_per_stream=20),
    "our interface": Lists,
    "the official interface": OfficialLists,
    "fastmcp's own": TheirStore,
}


def polling_server() -> tuple[FastMCP, asyncio.Event]:
    mcp = FastMCP("polling")
    released = asyncio.Event()

    @mcp.tool
    async def poll(ctx: Context) -> str:
        """Has its caller come back for the answer."""
        await ctx.report_progress(1)
        await ctx.close_sse_stream()
        await released.wait()
        await ctx.report_progress(2)
        return "found again"

    @mcp.tool
    async def can_close(ctx: Context) -> list[bool]:
        """Whether there is anything to close."""
        request = ctx.request_context
        return [request.close_sse_stream is not None, request.close_standalone_sse_stream is not None]

    return mcp, released


@asynccontextmanager
async def listening(mcp: FastMCP, **options: Any) -> AsyncIterator[str]:
    port: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    serving = asyncio.ensure_future(
        mcp.run_http_async(port=0, on_listening=lambda _, number: port.set_result(number), **options)
    )
    try:
        done, _ = await asyncio.wait([serving, port], return_when=asyncio.FIRST_COMPLETED)
        if serving in done:
            serving.result()
        yield f"http://127.0.0.1:{port.result()}/mcp"
    finally:
        serving.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await serving


@pytest.mark.parametrize("name", STORES)
async def test_the_official_client_comes_back_for_an_answer(name: str) -> None:
    """RESUME-3, RESUME-4, RESUME-6, RESUME-7"""
    mcp, released = polling_server()
    progress: list[float] = []

    async def on_progress(done: float, total: float | None, message: str | None) -> None:
        progress.append(done)
        released.set()

    options = {"event_store": STORES[name](), "retry_interval": 20}
    async with listening(mcp, **options) as url, Client(url, mode="legacy") as client:
        result = await asyncio.wait_for(client.call_tool("poll", progress_callback=on_progress), 20)
        assert result.content[0].text == "found again"  # type: ignore[union-attr]
        assert progress == [1, 2]
        closable = await client.call_tool("can_close")
        assert closable.structured_content == {"result": [True, True]}


async def test_without_a_store_nothing_is_closed() -> None:
    mcp, released = polling_server()
    released.set()
    async with listening(mcp) as url, Client(url, mode="legacy") as client:
        assert (await client.call_tool("poll")).content[0].text == "found again"  # type: ignore[union-attr]
        assert (await client.call_tool("can_close")).structured_content == {"result": [False, False]}


@pytest.mark.parametrize("name", STORES)
async def test_streams_of_a_mounted_server_are_resumed(name: str) -> None:
    mcp, released = polling_server()
    app = mcp.http_app(event_store=STORES[name](), retry_interval=1234)
    mine, theirs = await session(app), await session(app)
    said = (await ask(app, legacy_call("poll"), headers=mine)).text
    assert "retry: 1234\n" in said and "found again" not in said
    first = said.split("id: ", 1)[1].split("\n", 1)[0]
    refused = await ask(app, method="GET", headers={**theirs, "last-event-id": first})
    assert refused.status == 400
    released.set()
    found = await ask(app, method="GET", headers={**mine, "last-event-id": first})
    assert found.status == 200 and "found again" in found.text


async def test_a_store_that_raises_costs_the_ids_only(caplog: pytest.LogCaptureFixture) -> None:
    class Broken(EventStore):
        async def store_event(self, stream_id: str, message: Any | None) -> str:
            raise OSError("the disk is full")

        async def replay_events_after(self, last_event_id: str, send_callback: EventCallback) -> str | None:
            raise OSError("the disk is gone")

    mcp, released = polling_server()
    released.set()
    async with listening(mcp, event_store=Broken()) as url, Client(url, mode="legacy") as client:
        result = await client.call_tool("can_close")
        assert result.structured_content == {"result": [True, True]}
    assert "the disk is full" in caplog.text


@pytest.mark.parametrize("store", ["memory", object(), {"max_events": 1}, EventMessage])
async def test_what_is_no_store_is_refused(store: Any) -> None:
    with pytest.raises(TypeError, match="event_store is True, an InMemoryEventStore, or an object with store_event"):
        async with listening(FastMCP("x"), event_store=store):
            pass


def test_a_store_can_be_switched_on_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    assert FastMCP("x").settings.http({}).get("event_store") is None
    monkeypatch.setenv("OXMCP_EVENT_STORE", "1")
    monkeypatch.setenv("OXMCP_RETRY_INTERVAL", "50")
    options = FastMCP("x").settings.http({})
    assert (options["event_store"], options["retry_interval"]) == ({}, 50)
    assert FastMCP("x", event_store=False).settings.http({}).get("event_store") is None


async def test_a_key_value_store_keeps_so_many_events_of_each_stream_as_was_said() -> None:
    """RESUME-10, SEC-12"""
    store = FastStore(MemoryStore(), max_events_per_stream=2, ttl=None).elsewhere
    assert store is not None
    other = await store.store_event("other", {"id": 0})
    ids = [await store.store_event("one", None if number == 1 else {"id": number}) for number in range(4)]
    heard: list[Any] = []

    async def hear(event: EventMessage) -> None:
        heard.append((event.event_id, event.message))

    assert await store.replay_events_after(ids[2], hear) == "one"
    assert heard == [(ids[3], {"id": 3})]
    assert await store.replay_events_after(ids[0], hear) is None, "it is forgotten"
    assert await store.replay_events_after(other, hear) == "other"
    assert len(heard) == 1


def test_a_key_value_store_that_is_none_is_refused() -> None:
    with pytest.raises(TypeError, match="get, put and delete"):
        FastStore(storage=object())  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="at least 1"):
        FastStore(max_events_per_stream=0)
