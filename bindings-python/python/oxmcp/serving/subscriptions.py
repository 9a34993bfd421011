"""Changes told from one process to the others: a bus between servers that are one to their clients."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal, Protocol, Union

from ..engine.values import DONE

SUBSCRIPTION_ID_META_KEY = "io.modelcontextprotocol/subscriptionId"

logger = logging.getLogger("oxmcp")


@dataclass(frozen=True)
class ToolsListChanged:
    """The list of tools changed."""


@dataclass(frozen=True)
class PromptsListChanged:
    """The list of prompts changed."""


@dataclass(frozen=True)
class ResourcesListChanged:
    """The list of resources or of templates changed."""


@dataclass(frozen=True)
class ResourceUpdated:
    """What the resource at `uri` holds changed."""

    uri: str


ServerEvent = Union[ToolsListChanged, PromptsListChanged, ResourcesListChanged, ResourceUpdated]


class SubscriptionBus(Protocol):
    """Carries changes to every server that has the bus, in this process and elsewhere."""

    async def publish(self, event: ServerEvent) -> None:
        """Tells every listener of a change."""
        ...

    def subscribe(self, listener: Callable[[ServerEvent], None]) -> Callable[[], None]:
        """Has a listener told from now on; what it returns ends that."""
        ...


class InMemorySubscriptionBus:
    """A bus within one process."""

    def __init__(self) -> None:
        self._listeners: dict[object, Callable[[ServerEvent], None]] = {}

    async def publish(self, event: ServerEvent) -> None:
        """Tells every listener of a change; what one of them raises goes to the log."""
        for listener in list(self._listeners.values()):
            try:
                listener(event)
            except Exception:
                logger.exception("a listener on the subscription bus failed")

    def subscribe(self, listener: Callable[[ServerEvent], None]) -> Callable[[], None]:
        """Has a listener told from now on; what it returns ends that."""
        key = object()
        self._listeners[key] = listener
        return lambda: self._listeners.pop(key, None) and None


Change = Literal["tools", "prompts", "resources", "resource"]


def event_of(kind: Change, uri: str | None) -> ServerEvent:
    """A change as an event."""
    if kind == "resource":
        return ResourceUpdated(uri or "")
    if kind == "tools":
        return ToolsListChanged()
    return PromptsListChanged() if kind == "prompts" else ResourcesListChanged()


def change_of(event: ServerEvent) -> tuple[Change, str | None]:
    """An event as a change."""
    if isinstance(event, ResourceUpdated):
        return "resource", event.uri
    if isinstance(event, ToolsListChanged):
        return "tools", None
    return ("prompts" if isinstance(event, PromptsListChanged) else "resources"), None


class Announcer:
    """Tells clients of changes: those of this server, and over a bus those of every server that has it."""

    def __init__(self, bus: SubscriptionBus | None, notify: Callable[[Change, str | None], None]) -> None:
        self._bus = bus
        self._notify = notify
        self._loop: asyncio.AbstractEventLoop | None = None
        self._unsubscribe: Callable[[], None] | None = None
        self._under_way: set[asyncio.Task[None]] = set()

    def listen(self) -> None:
        """Tells what the bus brings from now on. To be called on the event loop that serves."""
        if self._bus is not None:
            self._loop = asyncio.get_running_loop()
            self._unsubscribe = self._bus.subscribe(lambda event: self._notify(*change_of(event)))

    def stop(self) -> None:
        """Listens no more."""
        end, self._unsubscribe, self._loop = self._unsubscribe, None, None
        if end is not None:
            end()

    def announce(self, change: Change, uri: str | None) -> Awaitable[None]:
        """Tells of a change; may be awaited or not.

        Raises:
            RuntimeError: it goes over a bus, and nothing is served.
        """
        if self._bus is None:
            self._notify(change, uri)
            return DONE
        event = event_of(change, uri)
        try:
            running = asyncio.get_running_loop()
        except RuntimeError:  # a plain function, on a worker thread
            if self._loop is None:
                raise RuntimeError("A change is told over the bus while the server is served") from None
            asyncio.run_coroutine_threadsafe(_publish(self._bus, event), self._loop)
            return DONE
        task = running.create_task(_publish(self._bus, event))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        return task


async def _publish(bus: SubscriptionBus, event: ServerEvent) -> None:
    await bus.publish(event)
