"""A server as an application by itself, where Starlette is not installed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import AbstractAsyncContextManager
from types import SimpleNamespace
from typing import Any

from .asgi import ASGIApp, Receive, Scope, Send, pages_that_may_read, path_of, reply, spellings
from .mount import Mount


def at_paths(served: Mapping[str, ASGIApp]) -> dict[str, ASGIApp]:
    """What answers at which path, in both spellings of each.

    Raises:
        ValueError: a path does not begin with a slash.
    """
    return {spelling: app for path, app in served.items() for spelling in spellings(path)}


class Application:
    """An ASGI application that serves a server.

    Args:
        mount: The server.
        served: What of it answers where, below the place where the application is mounted; the first path is the one people
            are told.
        middleware: Classes with arguments, as Starlette has them (`cls`, `args`, `kwargs`), the outermost first.
    """

    def __init__(self, mount: Mount, served: Mapping[str, ASGIApp], middleware: Iterable[Any] = ()) -> None:
        self.state = SimpleNamespace()
        self._mount = mount
        self._served = at_paths(served)
        app: ASGIApp = self._serve
        for layer, arguments, options in reversed([_parts(each) for each in middleware]):
            app = layer(app, *arguments, **options)
            mount.let_call(pages_that_may_read(layer, options))
        self._app = app

    def lifespan(self, _app: object = None) -> AbstractAsyncContextManager[None]:
        """For an application whose lifespan is to be the server's, too. Nothing needs it."""
        return self._mount.run()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers a request, or follows the application's own life."""
        if scope["type"] == "lifespan":
            await follow(self._mount, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        found = self._served.get(path_of(scope)) if scope["type"] == "http" else None
        if found is not None:
            await found(scope, receive, send)
        else:
            await nothing_here(next(iter(self._served)), scope, receive, send)


def _parts(layer: Any) -> tuple[Any, Iterable[Any], dict[str, Any]]:
    return layer.cls, getattr(layer, "args", ()), getattr(layer, "kwargs", {})


async def nothing_here(path: str, scope: Scope, receive: Receive, send: Send) -> None:
    """Says where the server is instead."""
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 1000})
    elif scope["type"] == "http":
        where = f"{scope.get('root_path') or ''}{path}" or "/"
        await reply(send, 404, f"Nothing is served here; this server's path is {where}\n".encode())


async def follow(mount: Mount, receive: Receive, send: Send) -> None:
    """Serves as long as the application lives."""
    await receive()
    try:
        running = mount.run()
        await running.__aenter__()
    except Exception as error:
        await send({"type": "lifespan.startup.failed", "message": f"{type(error).__name__}: {error}"})
        raise
    await send({"type": "lifespan.startup.complete"})
    try:
        await receive()
        await running.__aexit__(None, None, None)
    except Exception as error:
        await send({"type": "lifespan.shutdown.failed", "message": f"{type(error).__name__}: {error}"})
        raise
    await send({"type": "lifespan.shutdown.complete"})
