"""The engine as what an event loop waits with."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable
from typing import Any

from .. import _native

if hasattr(selectors, "EpollSelector"):
    import select

    class EngineSelector(selectors.EpollSelector):
        """A selector that lets the engine do its I/O while it waits."""

        _serving: _native.Serving | None = None
        _door: Any = None
        _maybe_more = False

        def engage(self, serving: _native.Serving, drain: Callable[[], None], loop: asyncio.AbstractEventLoop) -> None:
            """Waits through the engine from now on; `drain` is called in the loop when it has something."""
            queue = select.epoll.fromfd(serving.make_queue())
            mine: Any = self
            for key in self.get_map().values():
                queue.register(key.fd, _interest(key.events))
            mine._selector.close()
            mine._selector = queue
            handle = asyncio.Handle(drain, (), loop)
            self._door = selectors.SelectorKey(-1, -1, selectors.EVENT_READ, (handle, None))
            self._serving = serving

        def disengage(self) -> None:
            """Waits by itself again."""
            self._serving = None

        def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
            """What is ready: the loop's own descriptors, and the engine's door."""
            serving = self._serving
            if serving is None:
                return super().select(timeout)
            if self._maybe_more:
                # The queue tells of a change, not of a state: ask it until it has nothing left.
                ready = super().select(0)
                if ready:
                    if serving.wait(0) & 1:
                        ready.append((self._door, selectors.EVENT_READ))
                    return ready
                self._maybe_more = False
            flags = serving.attend(timeout)
            if flags == 1:
                return [(self._door, selectors.EVENT_READ)]
            if flags == 4:
                return super().select(timeout)
            if flags == 2:
                self._maybe_more = True
                return super().select(0)
            return []

    def _interest(events: int) -> int:
        mask = 0
        if events & selectors.EVENT_READ:
            mask |= select.EPOLLIN
        if events & selectors.EVENT_WRITE:
            mask |= select.EPOLLOUT
        return mask


def engine_selector() -> Any:
    """A selector that waits through the engine; None where the system has no epoll."""
    return EngineSelector() if hasattr(selectors, "EpollSelector") else None
