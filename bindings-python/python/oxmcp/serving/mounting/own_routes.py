"""An author's routes on our own listener, which hands over what comes in at their paths. Imported where there is Starlette."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from typing import Any
from urllib.parse import unquote

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect
from starlette.routing import BaseRoute

from ... import _native
from ...authentication.current import get_access_token, route_principal
from ...authentication.tokens import AuthenticatedUser
from .application import nothing_here
from .asgi import Message, Receive, Scope, Send

logger = logging.getLogger("oxmcp")


class OwnRoutes:
    """Answers requests by routes, each in a task of the running loop.

    Args:
        routes: Starlette's.
        path: Where the server itself is, for those who look elsewhere.
        debug: Whether what goes wrong in them is shown with its traceback.
    """

    def __init__(self, routes: Sequence[BaseRoute], path: str, debug: bool) -> None:
        self._app = Starlette(routes=routes, debug=debug)

        async def elsewhere(scope: Scope, receive: Receive, send: Send) -> None:
            await nothing_here(path, scope, receive, send)

        self._app.router.default = elsewhere
        self._tasks: set[asyncio.Task[None]] = set()

    def __call__(self, request: _native.RouteRequest) -> None:
        """Begins to answer a request."""
        task = asyncio.get_running_loop().create_task(self._answer(request))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _answer(self, request: _native.RouteRequest) -> None:
        known = request.principal
        if known is not None:
            route_principal.set(known)  # in a task of its own
        try:
            await self._app(_described(request), _Incoming(request).receive, _Outgoing(request).send)
        except (_ClientGone, ClientDisconnect):
            pass
        except Exception as error:
            # Starlette has answered it already.
            logger.error("a route failed: %s %s", request.method, request.target[0], exc_info=error)
        finally:
            request.finish()


class _ClientGone(OSError):
    """Nobody reads the answer any more."""


def _described(request: _native.RouteRequest) -> dict[str, Any]:
    path, query = request.target
    token = get_access_token()
    user = {} if token is None else {"user": AuthenticatedUser(token)}
    return {
        **user,
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": "http",
        "path": unquote(path),
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": query.encode(),
        "headers": request.headers,
        "client": request.client,
        "server": None,
        "state": {},
    }


class _Incoming:
    """The body, which is there, and then the end of the client."""

    def __init__(self, request: _native.RouteRequest) -> None:
        self._request = request
        self._body_taken = False

    async def receive(self) -> Message:
        if not self._body_taken:
            self._body_taken = True
            return {"type": "http.request", "body": self._request.body, "more_body": False}
        gone: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._request.wait_for_end(gone)
        await gone
        return {"type": "http.disconnect"}


class _Outgoing:
    """The answer, as fast as the client takes it."""

    def __init__(self, request: _native.RouteRequest) -> None:
        self._request = request

    async def send(self, message: Message) -> None:
        request = self._request
        if message["type"] == "http.response.start":
            request.respond(message["status"], message.get("headers", ()))
        elif message["type"] == "http.response.body":
            body = message.get("body", b"")
            while body:
                sent = request.send(bytes(body))
                if sent < 0:
                    raise _ClientGone("the client is gone")
                if sent > 0:
                    break
                room: asyncio.Future[None] = asyncio.get_running_loop().create_future()
                request.wait_for_room(room)
                await room
            if not message.get("more_body", False):
                request.finish()
