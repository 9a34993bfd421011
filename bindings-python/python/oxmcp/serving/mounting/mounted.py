"""What servers have for applications of somebody else's."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextvars import Context
from typing import TYPE_CHECKING, Any, Literal, TypeVar, cast

from ... import _native
from ...engine.transport_options import HttpOptions
from ...later.deferred import accept
from ..engines import Engines
from ..lifespan import Lifespan
from ..over_http.transport_security import TransportSecuritySettings, guards
from ..production import Believing, Production
from ..settings import Cors, ServerCard, Settings
from .asgi import ASGIApp
from .mount import METADATA, SERVER_CARD, Mount
from .session_manager import StreamableHTTPSessionManager
from .sse import SseStreams

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ...later.options import OfMounting
    from ..event_store import EventStore, InMemoryEventStore
    from .with_starlette import ServerApplication

    class Others(OfMounting, Believing, total=False):
        """What else applications are made with."""


F = TypeVar("F", bound=Callable[..., Any])


class Mounted:
    """A server that ASGI applications serve."""

    settings: Settings
    _engines: Engines
    _production: Production
    _custom_starlette_routes: list[Any]
    _session_manager: StreamableHTTPSessionManager | None = None

    @property
    def lifespan(self) -> Lifespan:
        """What is entered before the first request."""
        raise NotImplementedError

    def engine_here(self) -> _native.Server:
        """The engine for the running loop."""
        raise NotImplementedError

    def surroundings(self) -> Context:
        """The context that calls start from which are handed over here."""
        raise NotImplementedError

    def custom_route(
        self, path: str, methods: Iterable[str], name: str | None = None, include_in_schema: bool = True
    ) -> Callable[[F], F]:
        """A route beside the server, where it is served from now on by itself, and in the applications made of it from now on:
        `@mcp.custom_route("/health", ["GET"])` above an `async (request) -> response` with Starlette's request and response.
        Pages of every origin may ask for it.

        Raises:
            ImportError: Starlette is not installed.
        """
        try:
            from starlette.routing import Route
        except ImportError as error:
            raise ImportError(
                "custom_route takes requests and responses of Starlette: pip install starlette"
            ) from error

        def add(function: F) -> F:
            route = Route(
                path, endpoint=function, methods=list(methods), name=name, include_in_schema=include_in_schema
            )
            self._custom_starlette_routes.append(route)
            return function

        return add

    def http_app(
        self,
        path: str | None = None,
        middleware: Sequence[Any] | None = None,
        json_response: bool | None = None,
        stateless_http: bool | None = None,
        transport: Literal["http", "streamable-http", "sse"] = "http",
        *,
        allowed_hosts: Iterable[str] | None = None,
        allowed_origins: Iterable[str] | None = None,
        host_origin_protection: bool | Literal["auto"] | None = None,
        transport_security: TransportSecuritySettings | None = None,
        cors: Cors | None = None,
        server_card: ServerCard | None = None,
        max_body_bytes: int | None = None,
        body_pause_seconds: float | None = None,
        body_seconds: float | None = None,
        keep_alive_seconds: float | None = None,
        max_sessions: int | None = None,
        max_sessions_per_second: int | None = None,
        max_subscriptions: int | None = None,
        session_idle_seconds: float | None = None,
        event_store: EventStore | InMemoryEventStore | bool | None = None,
        retry_interval: int | None = None,
        shutdown_grace_seconds: float | None = None,
        host: str | None = None,
        sse_path: str | None = None,
        message_path: str | None = None,
        routes: Iterable[Any] | None = None,
        debug: bool | None = None,
        session_idle_timeout: float | None = None,
        **other: Unpack[Others],
    ) -> ServerApplication:
        """The server as an ASGI application, to be run by any ASGI server or mounted in Starlette, FastAPI, Litestar, Quart.

        It begins by itself with the first request: no lifespan has to be wired, though `lifespan=app.lifespan` works. It is
        an application of Starlette's where that is installed, and may be added to like one.

        Args:
            path: Where the server is, with or without a slash at its end, below the place where the application is mounted.
            middleware: Starlette's `Middleware` objects, the outermost first.
            transport: "http", or "sse" for HTTP+SSE, the transport of 2024-11-05, alone; see `sse_app`. Where the server's
                setting `sse` is True, both are served.
            json_response: Whether answers are plain JSON always; what is said before a result is dropped then.
            stateless_http: Whether older clients are served without sessions.
            allowed_hosts, allowed_origins: What may stand in `Host` and `Origin`. Without them any host is served, since
                proxies choose it, and pages of this machine only.
            host_origin_protection: True serves the names of this machine only, where nothing else is allowed; False serves
                every host and page.
            transport_security: The same by another name.
            cors: Which web pages may read what is answered.
            server_card: Whether everybody is told what this server is, at `/server-card` below `path`; as for `run`.
            max_body_bytes, body_pause_seconds, body_seconds, keep_alive_seconds, max_sessions, max_sessions_per_second,
                max_subscriptions, session_idle_seconds, event_store, retry_interval: As for `run`.
            shutdown_grace_seconds: How long requests under way may still take when the lifespan ends.
            host: Where the ASGI server listens; a loopback address has only the names of this machine served.
            sse_path, message_path: Where HTTP+SSE is.
            routes: Starlette's routes beside the server, besides those of `custom_route`.
            auth, token_verifier: As for the server.
            debug: Whether those routes show what goes wrong in them with its traceback.

        What is absent is as in `settings`.

        Raises:
            ValueError: the transport or a setting makes no sense.
            NotYetError: an option asks for something that is not there yet.
        """
        if transport not in ("http", "streamable-http", "sse"):
            raise ValueError(f"Unknown transport {transport!r}: expected 'http' or 'sse'")
        self._believe(cast("dict[str, Any]", other))
        accept("OfMounting", "http_app", other)
        if host_origin_protection is False and transport_security is None:
            transport_security = TransportSecuritySettings(enable_dns_rebinding_protection=False)
        mount = self.mounted(
            json_response=json_response,
            stateless_http=stateless_http,
            allowed_hosts=allowed_hosts,
            allowed_origins=allowed_origins,
            transport_security=transport_security,
            cors=cors,
            server_card=server_card,
            max_body_bytes=max_body_bytes,
            body_pause_seconds=body_pause_seconds,
            body_seconds=body_seconds,
            keep_alive_seconds=keep_alive_seconds,
            max_sessions=max_sessions,
            max_sessions_per_second=max_sessions_per_second,
            max_subscriptions=max_subscriptions,
            session_idle_seconds=session_idle_timeout if session_idle_seconds is None else session_idle_seconds,
            event_store=event_store,
            retry_interval=retry_interval,
            shutdown_grace_seconds=shutdown_grace_seconds,
            host="127.0.0.1" if host_origin_protection is True else host,
        )
        served = self._answering(mount, transport == "sse", path, sse_path, message_path)
        app = application(
            mount,
            served,
            [*(routes or ()), *self._custom_starlette_routes],
            middleware,
            self.settings.debug if debug is None else debug,
        )
        app.state.fastmcp_server = self
        app.state.path = next(iter(served))
        app.state.transport_type = "sse" if transport == "sse" else "streamable-http"
        return app

    def _believe(self, given: dict[str, Any]) -> None:
        auth, token_verifier = given.pop("auth", None), given.pop("token_verifier", None)
        if auth is not None or token_verifier is not None:
            self._production.believe(auth, token_verifier)
            self._engines.forget()

    def _answering(
        self, mount: Mount, only_sse: bool, path: str | None, sse_path: str | None, message_path: str | None
    ) -> dict[str, ASGIApp]:
        settings = self.settings
        served: dict[str, ASGIApp] = {}
        if not only_sse:
            self._session_manager = StreamableHTTPSessionManager.of(mount)
            at = settings.streamable_http_path if path is None else path
            served[at] = mount
            if self._production.authenticates:
                # Where clients look (AUTH-2): the path of what it is about comes last.
                served[METADATA + at.rstrip("/")] = mount.metadata
                served.setdefault(METADATA, mount.metadata)
            for page in self._production.pages:
                served.setdefault(page, mount.beside(page))
            if mount.has_card:
                served[at.rstrip("/") + SERVER_CARD] = mount.card
        if only_sse or settings.sse:
            posted = message_path or settings.message_path
            streams = SseStreams(mount, posted)
            served[sse_path or (path if only_sse and path else settings.sse_path)] = streams.open
            served[posted] = streams.post
        return served

    def sse_app(
        self,
        mount_path: str | None = None,
        *,
        sse_path: str | None = None,
        message_path: str | None = None,
        max_request_body_size: int | None = None,
        transport_security: TransportSecuritySettings | None = None,
        host: str | None = None,
    ) -> ServerApplication:
        """The server as an ASGI application over HTTP+SSE, the transport of 2024-11-05: streams at `sse_path` (`/sse`), what
        clients say at `message_path` (`/messages/`). `mount_path` is accepted for code that sets it: the request says where
        the application is mounted."""
        return self.http_app(
            transport="sse",
            sse_path=sse_path,
            message_path=message_path,
            max_body_bytes=max_request_body_size,
            transport_security=transport_security,
            host=host,
        )

    def streamable_http_app(
        self,
        *,
        streamable_http_path: str | None = None,
        json_response: bool | None = None,
        stateless_http: bool | None = None,
        max_request_body_size: int | None = None,
        transport_security: TransportSecuritySettings | None = None,
        host: str | None = None,
        custom_starlette_routes: Iterable[Any] | None = None,
        event_store: EventStore | InMemoryEventStore | bool | None = None,
        retry_interval: int | None = None,
        max_sessions: int | None = None,
        max_sessions_per_second: int | None = None,
        max_subscriptions: int | None = None,
        session_idle_timeout: float | None = None,
        debug: bool | None = None,
        **other: Unpack[Others],
    ) -> ServerApplication:
        """`http_app`, by the names of the official package."""
        self._believe(cast("dict[str, Any]", other))
        accept("OfMounting", "streamable_http_app", other)
        return self.http_app(
            streamable_http_path,
            json_response=json_response,
            stateless_http=stateless_http,
            max_body_bytes=max_request_body_size,
            transport_security=transport_security,
            host=host,
            routes=custom_starlette_routes,
            event_store=event_store,
            retry_interval=retry_interval,
            max_sessions=max_sessions,
            max_sessions_per_second=max_sessions_per_second,
            max_subscriptions=max_subscriptions,
            session_idle_seconds=session_idle_timeout,
            debug=debug,
        )

    @property
    def session_manager(self) -> StreamableHTTPSessionManager:
        """What answers the requests of the last application that was made of this server, for a lifespan written by hand:
        `async with mcp.session_manager.run()`. Nothing needs it."""
        if self._session_manager is None:
            self._session_manager = StreamableHTTPSessionManager(self)
        return self._session_manager

    def mounted(
        self,
        *,
        allowed_hosts: Iterable[str] | None = None,
        allowed_origins: Iterable[str] | None = None,
        stateless_http: bool | None = None,
        transport_security: TransportSecuritySettings | None = None,
        host: str | None = None,
        **given: Any,
    ) -> Mount:
        """The server as an application that answers at every path; the options are those of `http_app`.

        Raises:
            ValueError: a setting makes no sense.
        """
        allowed_hosts, allowed_origins = guards(transport_security, allowed_hosts, allowed_origins)
        given.update(allowed_hosts=allowed_hosts, allowed_origins=allowed_origins, stateless=stateless_http)
        # Whoever received the request chose the path, and knows where it listens.
        options = {**self.settings.http({**given, "sse": False}), "path": "/"}
        options["host"] = "127.0.0.1" if host == "localhost" else host
        return Mount(self, HttpOptions(**options))


def application(
    mount: Mount,
    served: Mapping[str, ASGIApp],
    routes: Sequence[Any],
    middleware: Sequence[Any] | None,
    debug: bool,
) -> ServerApplication:
    """An application that serves a mounted server; Starlette's where that is installed."""
    try:
        from .with_starlette import ServerApplication
    except ImportError:
        from .application import Application

        return Application(mount, served, middleware or ())  # type: ignore[return-value]
    return ServerApplication(mount, served, routes=routes, middleware=middleware, debug=debug)
