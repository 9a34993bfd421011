"""ASGI, as far as a server in an application of somebody else's has to do with it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
ASGIApp = Callable[[Scope, Receive, Send], Awaitable[None]]


def path_of(scope: Scope) -> str:
    """The path below the place where the application is mounted."""
    path: str = scope["path"]
    root: str = scope.get("root_path") or ""
    if not root or not path.startswith(root):
        return path
    below = path[len(root) :]
    return below if not below or below[0] == "/" else path


def spellings(path: str) -> tuple[str, str]:
    """A path without and with a slash at its end: both are served, since a redirect may lose what is sent.

    Raises:
        ValueError: it does not begin with a slash.
    """
    if not path.startswith("/"):
        raise ValueError(f"a path begins with a slash, which {path!r} does not")
    bare = path.rstrip("/")
    return bare, bare + "/"


async def reply(send: Send, status: int, body: bytes, content_type: bytes = b"text/plain; charset=utf-8") -> None:
    """Sends a whole answer."""
    headers = [(b"content-type", content_type), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def pages_that_may_read(layer: object, options: Mapping[str, Any]) -> list[str]:
    """The origins that middleware lets read what is answered, where it is Starlette's for that or one made like it."""
    origins = options.get("allow_origins") if "CORS" in getattr(layer, "__name__", "") else None
    return [origins] if isinstance(origins, str) else list(origins or ())
