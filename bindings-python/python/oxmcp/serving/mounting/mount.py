"""A server in an application: it answers on whatever event loop requests come in, and begins to be served by itself there."""

from __future__ import annotations

import asyncio
import contextvars
import weakref
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from typing import Protocol

from ... import _native
from ...calls.http_request import http_scope
from ...engine import endpoints
from ...engine.transport_options import HttpOptions
from ..lifespan import Lifespan
from ..translation import translated
from .answering import OfSse, Waiting, answer
from .asgi import ASGIApp, Receive, Scope, Send
from .surrounding_server import LOOK_SECONDS, server_around

PAGES_OF_THIS_MACHINE = tuple(
    f"{scheme}://{host}" for scheme in ("http", "https") for host in ("localhost", "127.0.0.1", "[::1]")
)
"""Which may call where nothing else is said."""

METADATA = "/.well-known/oauth-protected-resource"
"""Where it is told where clients get tokens."""

SERVER_CARD = "/server-card"
"""Where the server card is, below the endpoint."""

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

    def __init__(self, loop: asyncio.AbstractEventLoop, grace_seconds: float) -> None:
        self.endpoint: _native.Endpoint | None = None
        self.holders = 0
        self.keeper: asyncio.Task[None] | None = None
        self.ready: asyncio.Future[None] = loop.create_future()
        self.ready.add_done_callback(lambda ready: ready.cancelled() or ready.exception())
        self.ending = asyncio.Event()
        self.under_way = 0
        self.idle = asyncio.Event()
        self.waiting: set[Waiting] = set()
        self._loop = loop
        self._grace_seconds = grace_seconds
        self._around = server_around(loop)
        self._timer: asyncio.TimerHandle | None = None

    def watch(self, waiting: Waiting) -> None:
        """Keeps an eye on an answer that has to wait, until `forget`."""
        self.waiting.add(waiting)
        if self._around is not None and self._timer is None:
            self._timer = self._loop.call_later(LOOK_SECONDS, self._look)

    def forget(self, waiting: Waiting) -> None:
        """The answer is out."""
        self.waiting.discard(waiting)

    def _look(self) -> None:
        self._timer = None
        if not self.waiting or self.endpoint is None:
            return
        if self._around.should_exit:
            self.endpoint.shut_down()
            self._timer = self._loop.call_later(self._grace_seconds, self.give_up)
        else:
            self._timer = self._loop.call_later(LOOK_SECONDS, self._look)

    def give_up(self) -> None:
        """Has what is under way answered with an error."""
        if self.endpoint is not None:
            self.endpoint.give_up("the server is shutting down")
        for waiting in self.waiting:
            waiting.wake()

    async def finish(self) -> None:
        """Begins nothing new, and lets what is under way end in its time."""
        assert self.endpoint is not None
        self.endpoint.shut_down()
        await self._rest(self._grace_seconds)
        self.give_up()
        await self._rest(UNWIND_SECONDS)

    def stop(self) -> None:
        """Answers nothing more."""
        self.give_up()
        self.endpoint = None
        if self._timer is not None:
            self._timer.cancel()

    async def _rest(self, seconds: float) -> None:
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

    @property
    def has_card(self) -> bool:
        """Whether the server card is served."""
        return self._options.server_card is not None

    async def metadata(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Tells where clients get tokens."""
        await self(scope, receive, send, path=METADATA)

    def beside(self, page: str) -> ASGIApp:
        """What answers for a page that is not below the endpoint."""

        async def show(scope: Scope, receive: Receive, send: Send) -> None:
            await self(scope, receive, send, path=page)

        return show

    async def card(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers a request for the server card."""
        await self(scope, receive, send, path=SERVER_CARD)

    def let_call(self, pages: Iterable[str]) -> None:
        """Has pages of these origins call, too, where serving begins from now on: middleware lets them read what is answered."""
        pages = list(pages)
        if not pages:
            return
        own = PAGES_OF_THIS_MACHINE if self._options.allowed_origins is None else self._options.allowed_origins
        self._options = replace(self._options, allowed_origins=[*own, *pages])

    async def __call__(
        self, scope: Scope, receive: Receive, send: Send, sse: OfSse | None = None, path: str | None = None
    ) -> None:
        """Answers a request; `sse` says that it belongs to HTTP+SSE, `path` that it is for something below the endpoint."""
        here = self._by_loop.get(asyncio.get_running_loop())
        if here is None or here.endpoint is None:
            here = await self._begun(self._context.copy())
        assert here.endpoint is not None
        context = self._server.surroundings()
        context.run(http_scope.set, scope)
        here.under_way += 1
        try:
            await answer(here.endpoint, scope, receive, send, context, here, sse, path)
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
            here = self._by_loop[loop] = _Here(loop, self._options.shutdown_grace_seconds or GRACE_SECONDS)
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
                    await here.ending.wait()
                    await here.finish()
        except BaseException as error:
            if here.ready.done():
                raise
            if isinstance(error, asyncio.CancelledError):
                here.ready.cancel()
                raise
            here.ready.set_exception(error)
        finally:
            here.stop()
            if self._by_loop.get(asyncio.get_running_loop()) is here:
                del self._by_loop[asyncio.get_running_loop()]
