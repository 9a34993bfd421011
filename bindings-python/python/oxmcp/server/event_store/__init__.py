"""Where events are kept for clients that lost their stream, at the path that `fastmcp` has for it."""

from __future__ import annotations

from typing import Any

from ...errors import NotYetError
from ...later.names import names
from ...serving.event_store import EventCallback, EventId, EventMessage, InMemoryEventStore, StreamId

__all__ = ["EventCallback", "EventId", "EventMessage", "EventStore", "InMemoryEventStore", "StreamId"]


class EventStore(InMemoryEventStore):
    """The engine's own store, by the arguments of `fastmcp`.

    Args:
        storage: A key-value store: not yet. Hand a store of your own over as `event_store`.
        max_events_per_stream: How many events a session keeps.
        ttl: How many seconds an event is kept; as long as there is room when None.

    Raises:
        NotYetError: a storage is given.
    """

    def __init__(self, storage: Any = None, max_events_per_stream: int = 100, ttl: int | None = 3600) -> None:
        if storage is not None:
            raise NotYetError(
                "EventStore(storage=…) is not in oxmcp: give an object with store_event and replay_events_after as event_store"
            )
        super().__init__(max_events=max_events_per_stream, max_age_seconds=1e9 if ttl is None else ttl)


__getattr__ = names(__name__)
