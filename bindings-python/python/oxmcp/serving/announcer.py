"""Telling clients of changes, those of this server and those of others on its bus."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from ..engine.values import DONE

if TYPE_CHECKING:
    from .subscriptions import Change, ServerEvent, SubscriptionBus


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
            from .subscriptions import change_of

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
        from .subscriptions import event_of

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
