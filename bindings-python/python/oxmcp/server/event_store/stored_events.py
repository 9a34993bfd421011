"""Events in a key-value store: one entry for each, and one for each stream that says which are its."""

from __future__ import annotations

from typing import Any, Protocol
from uuid import uuid4

from ...serving.event_store import EventCallback, EventId, EventMessage, EventStore, StreamId
from ...types.wire_object import to_plain

EVENTS, STREAMS = "oxmcp_events", "oxmcp_streams"
"""The collections."""


class KeyValueStore(Protocol):
    """What is needed of a store: that of `py-key-value` (`key_value.aio`) and what is like it."""

    async def get(self, key: str, *, collection: str | None = None) -> dict[str, Any] | None:
        """The value of a key."""

    async def put(self, key: str, value: dict[str, Any], *, collection: str | None = None, ttl: float | None) -> None:
        """Keeps a value for so many seconds."""

    async def delete(self, key: str, *, collection: str | None = None) -> bool:
        """Forgets a value."""


class StoredEvents(EventStore):
    """Keeps events in a key-value store. The engine keeps one event of a stream after the other, so that nothing here is
    done twice at a time for a stream.

    Args:
        storage: Where.
        most: How many events of a stream are kept.
        ttl: How many seconds an event is kept; None for ever.
    """

    def __init__(self, storage: KeyValueStore, most: int, ttl: float | None) -> None:
        self._storage = storage
        self._most = most
        self._ttl = ttl

    async def store_event(self, stream_id: StreamId, message: Any | None) -> EventId:
        """Keeps a message before it is sent."""
        event = uuid4().hex
        said = None if message is None else to_plain(message)
        await self._storage.put(event, {"stream": stream_id, "message": said}, collection=EVENTS, ttl=self._ttl)
        ids = [*await self._events_of(stream_id), event]
        for old in ids[: -self._most]:
            await self._storage.delete(old, collection=EVENTS)
        await self._storage.put(stream_id, {"events": ids[-self._most :]}, collection=STREAMS, ttl=self._ttl)
        return event

    async def replay_events_after(self, last_event_id: EventId, send_callback: EventCallback) -> StreamId | None:
        """Gives what followed an event on its stream to `send_callback`, in order."""
        last = await self._storage.get(last_event_id, collection=EVENTS)
        if last is None:
            return None
        stream = str(last["stream"])
        ids = await self._events_of(stream)
        if last_event_id not in ids:
            return None
        for event in ids[ids.index(last_event_id) + 1 :]:
            kept = await self._storage.get(event, collection=EVENTS)
            if kept is not None and kept["message"] is not None:
                await send_callback(EventMessage(kept["message"], event))
        return stream

    async def _events_of(self, stream: StreamId) -> list[EventId]:
        kept = await self._storage.get(stream, collection=STREAMS)
        return list(kept["events"]) if kept else []
