"""Changes told from one process to the others: a bus between servers that are one to their clients."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol, Union

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
