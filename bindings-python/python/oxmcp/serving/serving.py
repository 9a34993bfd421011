"""What every kind of server has in common: its engine, its lifespan, and how it is run."""

from __future__ import annotations

import asyncio
import functools
import sys
from collections.abc import Awaitable, Callable, Iterable
from contextlib import AbstractAsyncContextManager
from contextvars import Context
from typing import TYPE_CHECKING, Any, cast

from .. import _native
from ..answers import failures
from ..answers.encoding import OnUnknown
from ..calls.middleware.added import MiddlewareList
from ..calls.overrides import Overrides
from ..engine import claims
from ..errors import TransportError
from ..later.deferred import accept
from .announcer import Announcer
from .engines import Engines
from .lifespan import Lifespan
from .mounting.mounted import Mounted
from .over_http.transport_security import TransportSecuritySettings, guards
from .settings import Cors, ServerCard, Settings, Transport
from .telling import Hook, Telling
from .translation import translated

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ..engine.attachment import Io
    from ..engine.transport_options import ConnectionOptions, HttpOptions
    from .event_store import EventStore, InMemoryEventStore
    from .over_http.listening import Running
    from .subscriptions import Change

MAX_SESSIONS = 10_000
"""How many sessions may keep state; beyond it the one that was idle longest is forgotten (SEC-12)."""


class Serving(Mounted, Telling):
    """Something that can be served. Not for direct use: see `MCPServer` and `oxmcp.server.lowlevel.Server`."""

    name: str
    settings: Settings
    _mask: bool
    on_unknown: OnUnknown = "str"
    run_in_thread: bool = True
    """What becomes of returned values that have no JSON form: `str` of them, or a refusal ("error")."""

    def __init__(self, lifespan: Callable[[Any], AbstractAsyncContextManager[Any]] | None) -> None:
        self._lifespan = Lifespan(self, lifespan, on_start=self._served, on_end=self._served_no_more)
        self._hooks: list[tuple[bool, Hook]] = []
        self._engines = Engines(self._translated_build)
        self._announcer = Announcer(None, self._notify)
        self.on_stdio = False
        self.middleware = MiddlewareList((), self._ways_changed)
        self.dependency_overrides = Overrides(self._ways_changed)
        self._sessions: dict[str, dict[str, Any]] = {}
        self._custom_starlette_routes = []

    @property
    def native(self) -> _native.Server:
        """The engine, built when it is first needed and kept in step with every later registration.

        Raises:
            OxmcpError: what is registered cannot be served.
        """
        return self._engines.first()

    def engine_here(self) -> _native.Server:
        """The engine for the running loop. A server has one for each loop it is used on at a time.

        Raises:
            OxmcpError: what is registered cannot be served.
        """
        return self._engines.take(asyncio.get_running_loop())

    def _translated_build(self) -> _native.Server:
        with translated():
            engine = self._build()
            engine.set_enter(self._lifespan.enter_call)
            self._compose(engine)
        if self.middleware:
            self._intercept(engine)
        self._listen_for_followers(engine)
        return engine

    def _build(self) -> _native.Server:
        raise NotImplementedError

    def _compose(self, engine: _native.Server) -> None:
        """Adds what other servers offer."""

    def _remake(self, engine: _native.Server) -> None:
        """Makes the engine's ways to the handlers anew."""
        raise NotImplementedError

    def _ways_changed(self) -> None:
        self.middleware.behind.clear()
        for engine in self._engines.made():
            self._remake(engine)
            self._intercept(engine)

    def _intercept(self, engine: _native.Server) -> None:
        """Has what the middleware is for pass it."""
        from ..calls.middleware import interceptions  # few servers need it

        interceptions.declare(engine, self, self._answerer)

    def _answerer(self, what: str) -> Callable[[_native.Call, BaseException], None]:
        """What answers a call with an exception; `what` names what failed, for the log."""
        return functools.partial(failures.answer, what=what, mask=self._mask)

    def announce(self, change: Change, uri: str | None = None) -> Awaitable[None]:
        """Tells every client that listens of a change: of a list, or of the resource at `uri`. May be awaited or not."""
        return self._announcer.announce(change, uri)

    def _notify(self, change: Change, uri: str | None) -> None:
        for engine in self._engines.made():
            engine.notify(change, uri)

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

    def forget_session(self, key: str) -> None:
        """Drops what a session kept, which is over."""
        self._sessions.pop(key, None)

    def _served(self) -> None:
        """Begins to hear of changes elsewhere: somebody is served."""
        self._announcer.listen()

    def _served_no_more(self) -> None:
        """Drops what sessions kept, and hears no more: nobody is served."""
        self._announcer.stop()
        self._sessions.clear()

    # Running

    def _run(self, transport: str | None, log_level: str | None, banner: bool, io: Io, http: dict[str, Any]) -> None:
        from ..engine import event_loop

        self.settings.prepare_log(log_level)
        chosen = transport_named(transport or self.settings.transport)
        options: ConnectionOptions | HttpOptions
        if chosen == "stdio":
            options = self._connection_options(http)
        else:
            options = self._http_options(over_http(chosen, http), banner)
        self.on_stdio = chosen == "stdio"
        holder = object()  # stands for the loop that is made there
        engine = self._engines.take(holder)
        try:
            with translated():
                event_loop.run(engine, "stdio" if chosen == "stdio" else "http", options, self.lifespan, io=io)
        except TransportError as error:
            if options is None:
                raise
            # An address that cannot be had is told in a line: where in this package that came out helps nobody.
            raise SystemExit(f"{self.name}: {error}") from error
        finally:
            claims.give_back(engine, holder)

    async def run_stdio_async(
        self,
        show_banner: bool = True,
        log_level: str | None = None,
        stateless: bool = False,
        *,
        max_body_bytes: int | None = None,
        shutdown_grace_seconds: float | None = None,
    ) -> None:
        """Serves standard input and output on the running event loop, until the input ends. What is absent is as in
        `settings`. `show_banner` and `stateless` are accepted for code that sets them: there is no address to tell, and each
        request says what it needs."""
        from ..engine import event_loop

        self.settings.prepare_log(log_level)
        self.on_stdio = True
        options = self._connection_options(
            {"max_body_bytes": max_body_bytes, "shutdown_grace_seconds": shutdown_grace_seconds}
        )
        with translated():
            await event_loop.run_async(self.engine_here(), "stdio", options, self.lifespan)

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
        server_card: ServerCard | None = None,
        sse: bool | None = None,
        sse_path: str | None = None,
        message_path: str | None = None,
        max_sessions: int | None = None,
        max_sessions_per_second: int | None = None,
        max_subscriptions: int | None = None,
        session_idle_seconds: float | None = None,
        event_store: EventStore | InMemoryEventStore | bool | None = None,
        retry_interval: int | None = None,
        max_body_bytes: int | None = None,
        max_connections: int | None = None,
        body_pause_seconds: float | None = None,
        body_seconds: float | None = None,
        keep_alive_seconds: float | None = None,
        shutdown_grace_seconds: float | None = None,
        transport_security: TransportSecuritySettings | None = None,
        on_listening: Callable[[str, int], None] | None = None,
        stateless: bool | None = None,
        streamable_http_path: str | None = None,
        max_request_body_size: int | None = None,
        host_origin_protection: bool | str | None = None,
        session_idle_timeout: float | None = None,
        **other: Unpack[Running],
    ) -> None:
        """Serves Streamable HTTP on the running event loop, until cancelled: then what runs may finish within
        `shutdown_grace_seconds`, unless it is cancelled again. What is absent is as in `settings`.

        `stateless`, `streamable_http_path`, `max_request_body_size` and `session_idle_timeout` are other names of
        `stateless_http`, `path`, `max_body_bytes` and `session_idle_seconds`; `host_origin_protection=False` serves every host
        and origin. With the transport "sse", HTTP+SSE is served, too, and `path` is where its streams are opened.

        Raises:
            ValueError: the transport is not HTTP.
            NotYetError: an option asks for something that is not there yet.
        """
        from .over_http.listening import listening

        connections = listening(cast("dict[str, Any]", other))
        accept("OfRunning", "run_http_async", other)
        if host_origin_protection is False and transport_security is None:
            transport_security = TransportSecuritySettings(enable_dns_rebinding_protection=False)
        from ..engine import event_loop

        chosen = transport_named(transport)
        if chosen == "stdio":
            raise ValueError(f"{transport!r} is not served over HTTP: see run_stdio_async")
        self.settings.prepare_log(log_level)
        allowed_hosts, allowed_origins = guards(transport_security, allowed_hosts, allowed_origins)
        options = self._http_options(
            over_http(
                chosen,
                {
                    "host": host,
                    "port": port,
                    "path": path,
                    "streamable_http_path": streamable_http_path,
                    "sse": sse,
                    "sse_path": sse_path,
                    "message_path": message_path,
                    "max_sessions": max_sessions,
                    "max_sessions_per_second": max_sessions_per_second,
                    "max_subscriptions": max_subscriptions,
                    "session_idle_seconds": session_idle_timeout
                    if session_idle_seconds is None
                    else session_idle_seconds,
                    "event_store": event_store,
                    "retry_interval": retry_interval,
                    "json_response": json_response,
                    "stateless": stateless if stateless_http is None else stateless_http,
                    "allowed_hosts": allowed_hosts,
                    "allowed_origins": allowed_origins,
                    "cors": cors,
                    "server_card": server_card,
                    "max_body_bytes": max_request_body_size if max_body_bytes is None else max_body_bytes,
                    "max_connections": max_connections,
                    "body_pause_seconds": body_pause_seconds,
                    "body_seconds": body_seconds,
                    "keep_alive_seconds": keep_alive_seconds,
                    "shutdown_grace_seconds": shutdown_grace_seconds,
                    "on_listening": on_listening,
                    **connections,
                },
            ),
            show_banner,
        )
        with translated():
            await event_loop.run_async(self.engine_here(), "http", options, self.lifespan)

    run_streamable_http_async = run_http_async

    async def run_sse_async(
        self,
        mount_path: str | None = None,
        *,
        path: str | None = None,
        sse_path: str | None = None,
        message_path: str | None = None,
        **options: Any,
    ) -> None:
        """Serves HTTP+SSE, the transport of 2024-11-05, on the running event loop, beside Streamable HTTP: streams are opened at
        `sse_path` (`path` is another name), what clients say is posted to `message_path`. The other options are those of
        `run_http_async`; `mount_path` is accepted for code written when it had a meaning, and not used."""
        where: dict[str, Any] = {"sse_path": sse_path or path, "message_path": message_path}
        await self.run_http_async("sse", **where, **options)

    def _connection_options(self, given: dict[str, Any] | None = None) -> ConnectionOptions:
        from ..engine.transport_options import ConnectionOptions

        return ConnectionOptions(**self.settings.connection(given))

    def _http_options(self, given: dict[str, Any], banner: bool) -> HttpOptions:
        from ..engine.transport_options import HttpOptions

        options = self.settings.http(given)
        if banner:
            paths = [options["path"], *([options["sse"]["path"]] if "sse" in options else [])]
            options["say_where"] = lambda host, port, encrypted: self._say_where(host, port, paths, encrypted)
        if self._custom_starlette_routes:
            from .mounting.own_routes import OwnRoutes

            options["begin_route"] = OwnRoutes(self._custom_starlette_routes, options["path"], self.settings.debug)
        return HttpOptions(**options)

    def _say_where(self, host: str, port: int, paths: list[str], encrypted: bool) -> None:
        where = f"[{host}]" if ":" in host else host
        scheme = "https" if encrypted else "http"
        urls = " and ".join(f"{scheme}://{where}:{port}{path}" for path in paths) if port else host
        print(f"{self.name}: listening on {urls}", file=sys.stderr, flush=True)


def transport_named(name: str) -> Transport:
    """The transport of this name, in any of its spellings.

    Raises:
        ValueError: there is none.
    """
    if name == "stdio":
        return "stdio"
    if name.replace("_", "-") in ("http", "streamable-http"):
        return "http"
    if name == "sse":
        return "sse"
    raise ValueError(f"Unknown transport {name!r}: expected 'stdio', 'http' or 'sse'")


def over_http(transport: Transport, given: dict[str, Any]) -> dict[str, Any]:
    """What is given for a transport over HTTP. One with the name "sse" is served beside Streamable HTTP, and `path` is its."""
    path, other_name = given.pop("path", None), given.pop("streamable_http_path", None)
    if transport == "sse":
        return {**given, "path": other_name, "sse": True, "sse_path": given.get("sse_path") or path}
    return {**given, "path": path or other_name}
