"""What every kind of server has in common: its engine, its lifespan, and how it is run."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, contextmanager
from contextvars import Context, ContextVar, copy_context
from typing import TYPE_CHECKING, Any

from .. import _native
from ..answers.encoding import OnUnknown
from ..calls.middleware import MiddlewareList
from ..calls.owner import serving
from ..errors import from_native
from .settings import Cors, Settings, Transport
from .subscriptions import Announcer, Change
from .transport_security import TransportSecuritySettings, guards

if TYPE_CHECKING:
    from ..engine.event_loop import HttpOptions, Io

MAX_SESSIONS = 10_000
"""How many sessions may keep state; beyond it the one that was idle longest is forgotten (SEC-12)."""


_UNSET: Any = object()


class Lifespan:
    """A server's lifespan: entered once per process however many transports and in-process clients run at a time, and
    left with the last of them."""

    def __init__(self, server: Serving, factory: Callable[[Any], Any] | None) -> None:
        self._server = server
        self._factory = factory
        self._users = 0
        self._entering: asyncio.Lock | None = None
        self._stack: AsyncExitStack | None = None
        self.result: Any = None
        #: What the lifespan set: each variable, its value before and after.
        self._set: list[tuple[ContextVar[Any], Any, Any]] = []

    @asynccontextmanager
    async def __call__(self) -> AsyncIterator[None]:
        serving.set(self._server)  # for whatever is served from here
        if self._users == 0:
            self._entering = asyncio.Lock()
        self._users += 1
        try:
            assert self._entering is not None
            async with self._entering:
                if self._stack is None:
                    before = copy_context()
                    self._stack = await self._enter()
                    self._set = [
                        (variable, before.get(variable, _UNSET), value)
                        for variable, value in copy_context().items()
                        if before.get(variable, _UNSET) is not value
                    ]
                    self._server.served()
            yield
        finally:
            self._users -= 1
            if self._users == 0:
                stack, self._stack, self.result = self._stack, None, None
                self._set = []
                self._server.served_no_more()
                if stack is not None:
                    await stack.aclose()

    def surroundings(self) -> Context:
        """The context variables of whoever is here, and those the lifespan set and they did not: what calls start from that are
        handed over here."""
        context = copy_context()
        context.run(self._surround)
        return context

    def _surround(self) -> None:
        serving.set(self._server)
        for variable, before, after in self._set:
            if variable.get(_UNSET) is before:
                variable.set(after)

    async def _enter(self) -> AsyncExitStack:
        stack = AsyncExitStack()
        if self._factory is not None:
            manager = self._factory(self._server)
            if not hasattr(manager, "__aenter__"):  # an async generator function without its decorator
                manager = asynccontextmanager(lambda: manager)()
            self.result = await stack.enter_async_context(manager)
        return stack


class Serving:
    """Something that can be served. Not for direct use: see `MCPServer` and `oxmcp.server.lowlevel.Server`."""

    name: str
    settings: Settings
    on_unknown: OnUnknown = "str"
    """What becomes of returned values that have no JSON form: `str` of them, or a refusal ("error")."""

    def __init__(self, lifespan: Callable[[Any], AbstractAsyncContextManager[Any]] | None) -> None:
        self._lifespan = Lifespan(self, lifespan)
        self._engine: _native.Server | None = None
        self._announcer = Announcer(None, self._notify)
        self.middleware = MiddlewareList((), self._middleware_changed)
        self._sessions: dict[str, dict[str, Any]] = {}

    @property
    def native(self) -> _native.Server:
        """The engine, built when it is first needed and kept in step with every later registration.

        Raises:
            OxmcpError: what is registered cannot be served.
        """
        if self._engine is None:
            with translated():
                self._engine = self._build()
        return self._engine

    def _build(self) -> _native.Server:
        raise NotImplementedError

    def _remake(self, engine: _native.Server) -> None:
        """Makes the engine's ways to the handlers anew."""
        raise NotImplementedError

    def _middleware_changed(self) -> None:
        if self._engine is not None:
            self._remake(self._engine)

    def announce(self, change: Change, uri: str | None = None) -> Awaitable[None]:
        """Tells every client that listens of a change: of a list, or of the resource at `uri`. May be awaited or not."""
        return self._announcer.announce(change, uri)

    def _notify(self, change: Change, uri: str | None) -> None:
        self.native.notify(change, uri)

    def _capabilities(self) -> str:
        """What the server can do, as the engine reads it."""
        raise NotImplementedError

    @property
    def lifespan(self) -> Lifespan:
        """The lifespan as a factory that takes nothing: what serves the engine enters it before the first request."""
        return self._lifespan

    def surroundings(self) -> Context:
        """The context that calls start from which are handed over here, in this process: a copy of the present one, with what the
        lifespan set."""
        return self._lifespan.surroundings()

    @property
    def lifespan_context(self) -> Any:
        """What the lifespan yielded; `{}` without one or before it runs."""
        result = self._lifespan.result
        return {} if result is None else result

    def session_state(self, key: str) -> dict[str, Any]:
        """What a session keeps between its calls."""
        states = self._sessions
        state = states.pop(key, None)
        if state is None:
            state = {}
            while len(states) >= MAX_SESSIONS:
                states.pop(next(iter(states)), None)
        states[key] = state
        return state

    def served(self) -> None:
        """Begins to hear of changes elsewhere."""
        self._announcer.listen()

    def served_no_more(self) -> None:
        """Drops what sessions kept, and hears no more."""
        self._announcer.stop()
        self._sessions.clear()

    # Running

    def _run(self, transport: str | None, log_level: str | None, banner: bool, io: Io, http: dict[str, Any]) -> None:
        from ..engine import event_loop

        self.settings.prepare_log(log_level)
        chosen = transport_named(transport or self.settings.transport)
        options = None if chosen == "stdio" else self._http_options(http, banner)
        with translated():
            event_loop.run(self.native, chosen, options, self.lifespan, io=io)

    async def run_stdio_async(self, show_banner: bool = True, log_level: str | None = None) -> None:
        """Serves standard input and output on the running event loop, until the input ends. `show_banner` is accepted
        for code that sets it: there is no address to tell."""
        from ..engine import event_loop

        self.settings.prepare_log(log_level)
        with translated():
            await event_loop.run_async(self.native, "stdio", None, self.lifespan)

    async def run_http_async(
        self,
        transport: str = "http",
        *,
        show_banner: bool = True,
        log_level: str | None = None,
        host: str | None = None,
        port: int | None = None,
        path: str | None = None,
        json_response: bool | None = None,
        stateless_http: bool | None = None,
        allowed_hosts: Iterable[str] | None = None,
        allowed_origins: Iterable[str] | None = None,
        cors: Cors | None = None,
        max_body_bytes: int | None = None,
        max_connections: int | None = None,
        body_pause_seconds: float | None = None,
        body_seconds: float | None = None,
        keep_alive_seconds: float | None = None,
        transport_security: TransportSecuritySettings | None = None,
        on_listening: Callable[[str, int], None] | None = None,
    ) -> None:
        """Serves Streamable HTTP on the running event loop, until cancelled. What is absent is as in `settings`.

        Raises:
            ValueError: the transport is not HTTP.
        """
        from ..engine import event_loop

        if transport_named(transport) != "http":
            raise ValueError(f"{transport!r} is not served over HTTP: see run_stdio_async")
        self.settings.prepare_log(log_level)
        allowed_hosts, allowed_origins = guards(transport_security, allowed_hosts, allowed_origins)
        options = self._http_options(
            {
                "host": host,
                "port": port,
                "path": path,
                "json_response": json_response,
                "stateless": stateless_http,
                "allowed_hosts": allowed_hosts,
                "allowed_origins": allowed_origins,
                "cors": cors,
                "max_body_bytes": max_body_bytes,
                "max_connections": max_connections,
                "body_pause_seconds": body_pause_seconds,
                "body_seconds": body_seconds,
                "keep_alive_seconds": keep_alive_seconds,
                "on_listening": on_listening,
            },
            show_banner,
        )
        with translated():
            await event_loop.run_async(self.native, "http", options, self.lifespan)

    run_streamable_http_async = run_http_async

    def _http_options(self, given: dict[str, Any], banner: bool) -> HttpOptions:
        from ..engine.event_loop import HttpOptions

        options = self.settings.http(given)
        if banner:
            options.setdefault("on_listening", lambda host, port: self._say_where(host, port, options["path"]))
        return HttpOptions(**options)

    def _say_where(self, host: str, port: int, path: str) -> None:
        where = f"[{host}]" if ":" in host else host
        print(f"{self.name}: listening on http://{where}:{port}{path}", file=sys.stderr, flush=True)


@contextmanager
def translated() -> Iterator[None]:
    """Turns what the engine raises into our exception for its kind."""
    try:
        yield
    except _native.NativeError as error:
        raise from_native(error) from error


def transport_named(name: str) -> Transport:
    """The transport of this name, in any of its spellings.

    Raises:
        ValueError: there is none.
    """
    if name == "stdio":
        return "stdio"
    if name.replace("_", "-") in ("http", "streamable-http"):
        return "http"
    raise ValueError(f"Unknown transport {name!r}: expected 'stdio' or 'http'")
