"""Where events are kept for clients that lost their stream, at the path that `fastmcp` has for it."""

from __future__ import annotations

from ...later.names import names
from ...serving.event_store import EventCallback, EventId, EventMessage, InMemoryEventStore, StreamId
from .stored_events import KeyValueStore, StoredEvents

__all__ = ["EventCallback", "EventId", "EventMessage", "EventStore", "InMemoryEventStore", "StreamId"]


class EventStore(InMemoryEventStore):
    """The engine's own store, or a key-value store, by the arguments of `fastmcp`.

    Args:
        storage: Where events are kept: an object with the `get`, `put` and `delete` of `key_value.aio` stores. In the engine
            when None.
        max_events_per_stream: How many events of a stream are kept; in the engine, of a session.
        ttl: How many seconds an event is kept; as long as there is room when None.

    Raises:
        ValueError: no event could be kept.
        TypeError: the storage is no key-value store.
    """

    def __init__(
        self, storage: KeyValueStore | None = None, max_events_per_stream: int = 100, ttl: int | None = 3600
    ) -> None:
        if max_events_per_stream < 1:
            raise ValueError(f"max_events_per_stream must be at least 1, not {max_events_per_stream}")
        super().__init__(max_events=max_events_per_stream, max_age_seconds=1e9 if ttl is None else ttl)
        if storage is not None:
            for method in ("get", "put", "delete"):
                if not callable(getattr(storage, method, None)):
                    raise TypeError(f"storage is an object with get, put and delete, not {storage!r}")
            self.elsewhere = StoredEvents(storage, max_events_per_stream, ttl)


__getattr__ = names(__name__)
