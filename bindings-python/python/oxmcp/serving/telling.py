"""What a server says outside of any request: to all its sessions and listeners, or to one session."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, TypeVar, cast

from .. import _native
from ..calls import notifications
from ..calls.context import context_of
from ..engine import followers
from ..engine.values import DONE
from ..errors import logger

if TYPE_CHECKING:
    from ..calls.owner import Owner
    from .engines import Engines


Hook = Callable[[str], Any]
H = TypeVar("H", bound=Callable[[str], Any])

_running: set[asyncio.Task[None]] = set()
"""The loop keeps no task alive by itself."""


async def _run(function: Hook, uri: str) -> None:
    try:
        made = function(uri)
        if inspect.isawaitable(made):
            await made
    except Exception:
        logger.exception("what hears of the subscribers of %s failed", uri)


class Telling:
    """The part of a server that tells clients what none of them asked for."""

    _engines: Engines
    _hooks: list[tuple[bool, Hook]]
    announce: Callable[..., Awaitable[None]]

    def send_notification(self, notification: Any, session_id: str | None = None) -> Awaitable[None]:
        """Sends a notification (an object or a dict with `method` and `params`). May be awaited or not.

        Changes go to every client that listens. What the protocol does not have goes out on the stream of the request in hand;
        outside of any request, or with a `session_id`, to every client that holds a session, or to that session alone. Clients
        without sessions (from 2026-07-28) hear it when they listen and name its method in their filter, and the server has
        declared an extension.

        Raises:
            TypeError: it has no method, or its params are no mapping.
        """
        method, params = notifications.read(notification)
        if method == "notifications/message":
            return self.send_log_message(params["level"], params.get("data"), params.get("logger"), session_id)
        if method == "notifications/resources/updated":
            return self.notify_resource_updated(params["uri"])
        changed = notifications.CHANGES.get(method)
        if changed is not None:
            return self.announce(changed)
        call = _native.current_call.get(None) if session_id is None else None
        if call is not None and not call.is_over:
            return context_of(call, cast("Owner", self)).send_notification(notification)
        if method == "notifications/progress":
            return DONE  # it is of no request
        self.say(method, _native.dumps(params, str), session_id)
        return DONE

    def send_log_message(
        self, level: str, data: Any, logger: str | None = None, session_id: str | None = None
    ) -> Awaitable[None]:
        """Sends a log message: on the stream of the request in hand; after its answer, to that client's session; what no request
        has to do with, to every client that holds a session; with a `session_id`, to that session alone. Dropped below the level
        that a client asked for. Clients without sessions hear none outside of their requests (LOG-3). May be awaited or not.

        A session that began before the server was known to say anything is told nothing (LOG-1): where no handler takes a
        context, say so with `capabilities=["logging"]`.

        Raises:
            ValueError: the level is none of the eight.
        """
        notifications.check_level(level)
        call = _native.current_call.get(None) if session_id is None else None
        if call is not None:
            return context_of(call, cast("Owner", self)).log(data, level, logger)
        self.say_log(level, logger, _native.dumps(data, str), session_id)
        return DONE

    def say(self, method: str, params: str, session: str | None) -> None:
        """Sends a notification that the protocol does not have; `params` is JSON text, a session "" is one without an id."""
        for engine in self._engines.made():
            engine.announce(method, params, session)

    def say_log(self, level: str, logger: str | None, data: str, session: str | None) -> None:
        """Sends a log message likewise."""
        for engine in self._engines.made():
            engine.log(level, logger, data, session)

    def on_subscribed(self, function: H) -> H:
        """Calls a function, plain or `async`, with the URI of a resource when its first subscriber comes: time to watch what it
        is about. A decorator. Sessions that subscribe and listeners that name the URI count alike."""
        return self._on_followed(True, function)

    def on_unsubscribed(self, function: H) -> H:
        """Calls a function with the URI of a resource when its last subscriber is gone, however it went. A decorator."""
        return self._on_followed(False, function)

    def _on_followed(self, followed: bool, function: H) -> H:
        self._hooks.append((followed, function))
        for engine in self._engines.made():
            self._listen_for_followers(engine)
        return function

    def _listen_for_followers(self, engine: _native.Server) -> None:
        if self._hooks:
            followers.listen(engine, self._followed)

    def _followed(self, uri: str, followed: bool) -> None:
        for when, function in self._hooks:
            if when is followed:
                task = asyncio.get_running_loop().create_task(_run(function, uri))
                _running.add(task)
                task.add_done_callback(_running.discard)

    def notify_tools_changed(self) -> Awaitable[None]:
        """Tells every client that listens that the list of tools changed. Registering and removing do so by themselves."""
        return self.announce("tools")

    def notify_prompts_changed(self) -> Awaitable[None]:
        """Tells every client that listens that the list of prompts changed."""
        return self.announce("prompts")

    def notify_resources_changed(self) -> Awaitable[None]:
        """Tells every client that listens that the list of resources or of templates changed."""
        return self.announce("resources")

    def notify_resource_updated(self, uri: Any) -> Awaitable[None]:
        """Tells every client that subscribed to `uri` (a string or a URL object) that its contents changed (RSRC-13)."""
        return self.announce("resource", str(uri))
