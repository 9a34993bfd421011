"""A server in an application: it answers on whatever event loop requests come in, and begins to be served by itself there."""

from __future__ import annotations

import asyncio
import contextvars
import weakref
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Protocol

from ... import _native
from ...calls.http_request import http_scope
from ...engine import endpoints
from ...engine.transport_options import HttpOptions
from ..lifespan import Lifespan
from ..translation import translated
from .answering import Waiting, answer
from .asgi import Receive, Scope, Send

UNWIND_SECONDS = 5.0
"""How long answers may take that say the time is over."""


class Mountable(Protocol):
    """What a mount needs of its server."""

    @property
    def lifespan(self) -> Lifespan:
        """What is entered before the first request."""
        ...

    def engine_here(self) -> _native.Server:
        """The engine for the running loop."""
        ...

    def surroundings(self) -> contextvars.Context:
        """The context that calls start from which are handed over here."""
        ...


GRACE_SECONDS = 25.0
"""How long requests under way may still take when a lifespan ends, unless a setting says otherwise."""


class _Here:
    """What there is of a mount on one event loop."""

    def __init__(self) -> None:
        self.endpoint: _native.Endpoint | None = None
        self.holders = 0
        self.keeper: asyncio.Task[None] | None = None
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.ready.add_done_callback(lambda ready: ready.cancelled() or ready.exception())
        self.ending = asyncio.Event()
        self.under_way = 0
        self.idle = asyncio.Event()
        self.waiting: set[Waiting] = set()

    async def rest(self, seconds: float) -> None:
        """Waits until no request is under way, as long as that may take."""
        if self.under_way:
            self.idle.clear()
            with suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self.idle.wait(), seconds)


class Mount:
    """An ASGI application that hands every HTTP request to the engine, whatever its path.

    It needs no lifespan of the application's: the first request on an event loop begins the serving there, which ends when
    `asyncio.run` cancels what is left on the loop. Where a lifespan is wired (`run`), it lasts as long as that.
    """

    def __init__(self, server: Mountable, options: HttpOptions) -> None:
        self._server = server
        self._options = options
        # What the lifespan starts from, rather than from whichever request comes first.
        self._context = contextvars.copy_context()
        self._by_loop: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, _Here] = weakref.WeakKeyDictionary()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers a request."""
        here = self._by_loop.get(asyncio.get_running_loop())
        if here is None or here.endpoint is None:
            here = await self._begun(self._context.copy())
        assert here.endpoint is not None
        context = self._server.surroundings()
        context.run(http_scope.set, scope)
        here.under_way += 1
        try:
            await answer(here.endpoint, scope, receive, send, context, here.waiting)
        finally:
            here.under_way -= 1
            if here.under_way == 0:
                here.idle.set()

    @asynccontextmanager
    async def run(self) -> AsyncIterator[None]:
        """Serves on the running loop until this is left: what runs may then finish in its time. May be entered more than once;
        the last to leave ends it."""
        here = await self._begun(contextvars.copy_context())
        here.holders += 1
        try:
            yield
        finally:
            here.holders -= 1
            if here.holders == 0 and here.keeper is not None:
                here.ending.set()
                await here.keeper

    async def _begun(self, context: contextvars.Context) -> _Here:
        loop = asyncio.get_running_loop()
        here = self._by_loop.get(loop)
        if here is None:
            here = self._by_loop[loop] = _Here()
            # One task enters and leaves the lifespan, whoever comes and goes meanwhile.
            here.keeper = context.run(loop.create_task, self._keep(here))
        await asyncio.shield(here.ready)
        return here

    async def _keep(self, here: _Here) -> None:
        server = self._server
        try:
            with translated():
                async with endpoints.opened(server.engine_here(), self._options, server.lifespan) as endpoint:
                    here.endpoint = endpoint
                    here.ready.set_result(None)
                    try:
                        await here.ending.wait()
                        endpoint.shut_down()
                        await here.rest(self._options.shutdown_grace_seconds or GRACE_SECONDS)
                    finally:
                        endpoint.give_up("the server is shutting down")
                        for waiting in here.waiting:
                            waiting.wake()
                    await here.rest(UNWIND_SECONDS)
        except BaseException as error:
            if here.ready.done():
                raise
            if isinstance(error, asyncio.CancelledError):
                here.ready.cancel()
                raise
            here.ready.set_exception(error)
        finally:
            here.endpoint = None
            if self._by_loop.get(asyncio.get_running_loop()) is here:
                del self._by_loop[asyncio.get_running_loop()]
