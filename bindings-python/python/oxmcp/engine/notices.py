"""News from the engine, sorted by the transport or connection they are about."""

from __future__ import annotations

import asyncio
import logging
from collections import deque

log = logging.getLogger("oxmcp")

#: The token of news that are about no transport: lines for the log, as `warning` or `error`, a line break, and the line.
NO_TOKEN = 0


class Inbox:
    """Messages for one reader."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._messages: deque[str] = deque()
        self._reader: asyncio.Future[None] | None = None
        self._ended = False

    def put(self, message: str) -> None:
        self._messages.append(message)
        self._wake()

    def end(self) -> None:
        self._ended = True
        self._wake()

    def _wake(self) -> None:
        if self._reader is not None and not self._reader.done():
            self._reader.set_result(None)

    async def get(self) -> str | None:
        while not self._messages:
            if self._ended:
                return None
            self._reader = self._loop.create_future()
            await self._reader
        return self._messages.popleft()


class Notices:
    """Who waits for news of which transport."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._ends: dict[int, asyncio.Future[None]] = {}
        self._inboxes: dict[int, Inbox] = {}

    def arrived(self, token: int, message: str | None, error: BaseException | None) -> None:
        """Takes one of the engine's notices: a message, or, where there is none, the end and what it ended with."""
        if token == NO_TOKEN:
            severity, _, line = (message or "").partition("\n")
            log.log(logging.ERROR if severity == "error" else logging.WARNING, "%s", line)
            return
        inbox = self._inboxes.get(token)
        if message is not None:
            if inbox is not None:
                inbox.put(message)
            return
        if inbox is not None:
            del self._inboxes[token]
            inbox.end()
        end = self._ends.pop(token, None)
        if end is not None and not end.done():
            if error is None:
                end.set_result(None)
            else:
                end.set_exception(error)

    def ended(self, token: int) -> asyncio.Future[None]:
        """Done when the transport of this token has ended."""
        return self._ends.setdefault(token, self._loop.create_future())

    def still_running(self) -> list[asyncio.Future[None]]:
        """The ends that somebody asked for and that have not come."""
        return list(self._ends.values())

    def inbox(self, token: int) -> Inbox:
        """Where the messages of a connection are put from now on."""
        return self._inboxes.setdefault(token, Inbox(self._loop))
