"""HTTP+SSE, the transport of 2024-11-05, in applications: streams at one path, what their clients say at another."""

from __future__ import annotations

from urllib.parse import parse_qsl, quote
from uuid import uuid4

from .asgi import Receive, Scope, Send
from .mount import Mount


def new_session() -> str:
    """An id that nobody can guess (OLD-7)."""
    return uuid4().hex


def messages_uri(scope: Scope, path: str, session: str) -> str:
    """Where a session's messages are posted, as its client is told."""
    root: str = scope.get("root_path") or ""
    return f"{quote(root.rstrip('/') + path)}?session_id={session}"


def session_named(scope: Scope) -> str | None:
    """The session that the URI of a message names."""
    pairs = parse_qsl(scope.get("query_string", b"").decode("latin-1"))
    return next((value for name, value in pairs if name in ("session_id", "sessionId")), None)


class SseStreams:
    """The streams of one server.

    Args:
        mount: The server.
        message_path: Where messages are posted, below the place where the application is mounted.
    """

    def __init__(self, mount: Mount, message_path: str) -> None:
        self._mount = mount
        self._message_path = message_path

    async def open(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Opens a stream, and answers until it ends."""
        session = new_session()
        await self._mount(scope, receive, send, (session, messages_uri(scope, self._message_path, session)))

    async def post(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Takes a message of a client's."""
        await self._mount(scope, receive, send, (session_named(scope), None))
