"""Connections within the process, and who shares the serving of a server on a loop."""

from __future__ import annotations

import asyncio
import contextvars
import weakref

from .. import _native
from . import claims
from .attachment import Io, Serving
from .notices import Inbox
from .transport_options import ConnectionOptions

#: What is being served, so that clients of a server within its process share its serving.
_shared: weakref.WeakKeyDictionary[_native.Server, Serving] = weakref.WeakKeyDictionary()


def borrow(native: _native.Server, io: Io) -> Serving:
    """What serves a server on the running loop, begun if nothing does yet. `release` is its counterpart."""
    loop = asyncio.get_running_loop()
    serving = _shared.get(native)
    if serving is not None and serving.loop is loop:
        serving.users += 1
        return serving
    if serving is not None and serving.loop.is_closed():
        # The loop ended without unwinding, so its serving can only be dropped.
        del _shared[native]
        serving.native.stop()
    serving = Serving(native, loop, drives=False, io=io)
    serving.users = 1
    _shared[native] = serving
    return serving


async def release(serving: Serving) -> None:
    """Needs it no more; the last one to say so ends it."""
    serving.users -= 1
    if serving.users > 0:
        return
    if _shared.get(serving.server) is serving:
        del _shared[serving.server]
        claims.hand_over(serving.server, serving)  # who comes now needs another
        await serving.close()


def share(serving: Serving) -> None:
    """Has connections within the process use this serving, whose end is not theirs to decide."""
    serving.users = 1
    _shared[serving.server] = serving


def share_no_more(native: _native.Server) -> None:
    """Leaves who comes from now on a serving of its own."""
    _shared.pop(native, None)


def served_on(loop: asyncio.AbstractEventLoop) -> list[Serving]:
    """What is being served on a loop."""
    return [serving for serving in list(_shared.values()) if serving.loop is loop]


class MemoryConnection:
    """The client's end of a connection within the process. One frame per `send`, one message per `receive`."""

    def __init__(self, serving: Serving, native: _native.MemoryConnection, inbox: Inbox) -> None:
        self._serving = serving
        self._native = native
        self._inbox = inbox
        self._closed = False

    def send(self, frame: str, context: contextvars.Context | None = None) -> None:
        """Sends one JSON-RPC frame, whose calls start from `context`, the present one when absent.

        Raises:
            ConnectionError: the connection is closed.
        """
        if not self._native.send(frame, contextvars.copy_context() if context is None else context):
            raise ConnectionError("the connection is closed")

    async def receive(self) -> str | None:
        """The next message from the server; `None` at the end."""
        return await self._inbox.get()

    async def close(self) -> None:
        """Ends the connection; its calls are cancelled. The last one to close ends the server's serving on this loop."""
        if self._closed:
            return
        self._closed = True
        ended = self._serving.notices.ended(self._native.token)
        self._native.close()
        await ended
        await release(self._serving)


async def connect(native: _native.Server, options: ConnectionOptions) -> MemoryConnection:
    """Connects to a server within this process, on the running loop. Its lifespan is the caller's affair."""
    serving = borrow(native, "thread")
    connection = serving.native.connect(options.as_json())
    return MemoryConnection(serving, connection, serving.notices.inbox(connection.token))
