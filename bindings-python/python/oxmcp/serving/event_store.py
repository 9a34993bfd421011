"""Where events are kept for clients that lost their stream: in the engine, or in a store of the author's."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from .. import _native
from ..answers import failures
from ..types import JSONRPCMessage

StreamId = str
EventId = str


@dataclass
class EventMessage:
    """A message that was kept, and the id of its event."""

    message: Any
    event_id: EventId | None = None


EventCallback = Callable[[EventMessage], Awaitable[None]]
"""Takes each event that is replayed."""


class EventStore(ABC):
    """Keeps what streams say. Subclass it to keep events in a place of your own; any object with these methods will do, one
    written for the official package or `fastmcp`'s, too.

    The name of a stream says which session it belongs to: no session is given the events of another.
    """

    @abstractmethod
    async def store_event(self, stream_id: StreamId, message: Any | None) -> EventId:
        """Keeps a message before it is sent; None for the event at the beginning of a stream, which carries none.

        Returns:
            The event's id, which no other event of any stream may have.
        """

    @abstractmethod
    async def replay_events_after(self, last_event_id: EventId, send_callback: EventCallback) -> StreamId | None:
        """Gives what followed an event on its stream to `send_callback`, in order.

        Returns:
            The stream; None when there is no such event.
        """


class InMemoryEventStore:
    """The engine's own store. Beyond its bounds the oldest events go.

    Args:
        max_events: How many events a session keeps.
        max_bytes: How many bytes of messages a session keeps.
        max_total_bytes: How many bytes all sessions keep together.
        max_age_seconds: How long an event is kept.
    """

    def __init__(
        self,
        *,
        max_events: int | None = None,
        max_bytes: int | None = None,
        max_total_bytes: int | None = None,
        max_age_seconds: float | None = None,
    ) -> None:
        given = {
            "max_events": max_events,
            "max_bytes": max_bytes,
            "max_total_bytes": max_total_bytes,
            "max_age_seconds": max_age_seconds,
        }
        self.limits = {name: value for name, value in given.items() if value is not None}
        self.elsewhere: EventStore | None = None
        """What keeps the events instead of the engine."""


def read(given: Any) -> tuple[dict[str, Any] | None, _native.Target | None]:
    """Where events are kept, as the engine takes it: the bounds of its own store, or the way to another.

    Raises:
        TypeError: it is no store.
    """
    if given is None or given is False:
        return None, None
    if given is True:
        return {}, None
    if isinstance(given, InMemoryEventStore):
        return (given.limits, None) if given.elsewhere is None else (None, way_to(given.elsewhere))
    for method in ("store_event", "replay_events_after"):
        if not callable(getattr(given, method, None)):
            raise TypeError(
                f"event_store is True, an InMemoryEventStore, or an object with store_event and replay_events_after,"
                f" not {given!r}"
            )
    return None, way_to(given)


def way_to(store: Any) -> _native.Target:
    """The way from the engine to a store of the author's."""

    async def answer(call: _native.Call) -> dict[str, Any]:
        asked = call.arguments_object()
        if call.target == "events/keep":
            return {"id": await store.store_event(asked["stream"], _message(asked["message"]))}
        events: list[tuple[str, str]] = []

        async def hear(event: Any) -> None:
            if event.message is not None:
                events.append((event.event_id or "", _text(event.message)))

        stream = await store.replay_events_after(asked["id"], hear)
        return {"stream": stream, "events": events}

    def complete(call: _native.Call, result: dict[str, Any]) -> None:
        call.complete_whole(_native.dumps(result))

    def refuse(call: _native.Call, error: BaseException) -> None:
        failures.answer(call, error, what=f"the event store {type(store).__name__}", mask=False)

    return _native.Target(
        answer,
        is_async=True,
        bind=lambda call: {"call": call},
        result=complete,
        error=refuse,
    )


def _message(text: str | None) -> Any:
    if text is None:
        return None
    message = _native.loads(text)
    if isinstance(message, list):  # the answers to a batch
        return [JSONRPCMessage(each).root for each in message]
    return JSONRPCMessage(message).root


def _text(message: Any) -> str:
    """A message's text, whichever package's object it is."""
    if isinstance(message, str):
        return message
    if isinstance(message, (list, tuple)):
        return f"[{','.join(_text(each) for each in message)}]"
    root = getattr(message, "root", message)
    if hasattr(root, "to_dict"):
        return _native.dumps(root.to_dict())
    if hasattr(root, "model_dump_json"):
        text: str = root.model_dump_json(by_alias=True, exclude_unset=True)
        return text
    return json.dumps(root)
