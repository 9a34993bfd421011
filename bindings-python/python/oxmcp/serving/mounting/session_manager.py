"""Requests handed over by hand, by the names of the official package."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Any

from .asgi import Receive, Scope, Send
from .mount import Mount

if TYPE_CHECKING:
    from ..event_store import EventStore, InMemoryEventStore
    from ..over_http.transport_security import TransportSecuritySettings


class StreamableHTTPSessionManager:
    """Answers the HTTP requests of an ASGI application, whatever their path.

    Args:
        app: The server: a `FastMCP` or a low-level `Server`.
        json_response: Whether answers are plain JSON always; what is said before a result is dropped then.
        stateless: Whether older clients are served without sessions.
        security_settings: Which hosts and origins are served.
        max_request_body_size: The longest body, in bytes.
        event_store, retry_interval, max_sessions, max_sessions_per_second, max_subscriptions, session_idle_timeout: As for `run`.

    Raises:
        TypeError: the app is no server, or the store no store.
    """

    def __init__(
        self,
        app: Any,
        event_store: EventStore | InMemoryEventStore | bool | None = None,
        json_response: bool | None = None,
        stateless: bool | None = None,
        security_settings: TransportSecuritySettings | None = None,
        retry_interval: int | None = None,
        session_idle_timeout: float | None = None,
        max_request_body_size: int | None = None,
        max_sessions: int | None = None,
        max_sessions_per_second: int | None = None,
        max_subscriptions: int | None = None,
    ) -> None:
        if not hasattr(app, "mounted"):
            raise TypeError(f"app is a server of this package (FastMCP or Server), not {app!r}")
        self._mount: Mount = app.mounted(
            json_response=json_response,
            stateless_http=stateless,
            transport_security=security_settings,
            max_body_bytes=max_request_body_size,
            event_store=event_store,
            retry_interval=retry_interval,
            max_sessions=max_sessions,
            max_sessions_per_second=max_sessions_per_second,
            max_subscriptions=max_subscriptions,
            session_idle_seconds=session_idle_timeout,
        )

    @classmethod
    def of(cls, mount: Mount) -> StreamableHTTPSessionManager:
        """The manager of an application that there is already."""
        manager = cls.__new__(cls)
        manager._mount = mount
        return manager

    def run(self) -> AbstractAsyncContextManager[None]:
        """Serves as long as it is entered, any number of times. Nothing needs it: the first request begins the serving, too."""
        return self._mount.run()

    async def handle_request(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""
        await self._mount(scope, receive, send)

    __call__ = handle_request


class StreamableHTTPASGIApp:
    """A session manager as an ASGI application.

    Args:
        session_manager: What answers.
    """

    def __init__(self, session_manager: StreamableHTTPSessionManager) -> None:
        self.session_manager = session_manager

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""
        await self.session_manager.handle_request(scope, receive, send)
