"""HTTP+SSE under paths and by servers that somebody else chooses, by the names of the official package."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from ..over_http.transport_security import TransportSecuritySettings
from .asgi import Receive, Scope, Send, reply
from .mount import Mount
from .sse import messages_uri, new_session, session_named


class SseStream:
    """One direction of a connection, as a token for `Server.run`: the engine reads and writes the connection itself."""

    transport = "sse"

    def __init__(self, serve: Callable[[Any], Awaitable[None]]) -> None:
        self.serve = serve


class SseServerTransport:
    """HTTP+SSE, mounted by hand: a route that opens streams with `connect_sse`, and `handle_post_message` at `endpoint`.

    Args:
        endpoint: The path of `handle_post_message`, below the place where the application is mounted.
        security_settings: Which hosts and origins are served.
        max_request_body_size: The longest message, in bytes.

    Raises:
        ValueError: the endpoint is a whole URL, or has a query.
    """

    def __init__(
        self,
        endpoint: str,
        security_settings: TransportSecuritySettings | None = None,
        max_request_body_size: int | None = None,
    ) -> None:
        if "://" in endpoint or endpoint.startswith("//") or "?" in endpoint or "#" in endpoint:
            raise ValueError(f"the endpoint is a path such as '/messages/', not {endpoint!r}")
        self._endpoint = endpoint if endpoint.startswith("/") else f"/{endpoint}"
        self._options = {"transport_security": security_settings, "max_body_bytes": max_request_body_size}
        self._mounts: dict[int, tuple[Any, Mount]] = {}
        self._sessions: dict[str, Mount] = {}

    @asynccontextmanager
    async def connect_sse(
        self, scope: Scope, receive: Receive, send: Send
    ) -> AsyncIterator[tuple[SseStream, SseStream]]:
        """The two streams of a connection, for the `run` of the server that is to answer on it.

        Raises:
            ValueError: this is no HTTP request.
        """
        if scope["type"] != "http":
            raise ValueError("connect_sse takes HTTP requests")

        async def serve(server: Any) -> None:
            if id(server) not in self._mounts:
                self._mounts[id(server)] = server, server.mounted(**self._options)
            _, mount = self._mounts[id(server)]
            session = new_session()
            self._sessions[session] = mount
            try:
                await mount(scope, receive, send, (session, messages_uri(scope, self._endpoint, session)))
            finally:
                del self._sessions[session]

        yield SseStream(serve), SseStream(serve)

    async def handle_post_message(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Takes a message of a client's; what is answered to it comes on its stream."""
        session = session_named(scope)
        mount = self._sessions.get(session or "")
        if mount is None and self._mounts:
            _, mount = next(iter(self._mounts.values()))
        if mount is not None:
            await mount(scope, receive, send, (session, None))
            return
        error = {"code": -32600, "message": "there is no such session: it ends with its stream; open another one"}
        body = json.dumps({"jsonrpc": "2.0", "id": None, "error": error}).encode()
        await reply(send, 404, body, b"application/json")
