"""An engine attached to an event loop: from which context its calls start, how its transports end, how it is left."""

from __future__ import annotations

import asyncio
import atexit
import contextvars
import logging
import os
import sys
from typing import Literal

from .. import _native
from . import claims, questions, threads
from .guard import guard, serve_in_this_process
from .notices import Notices

log = logging.getLogger("oxmcp")

Io = Literal["auto", "loop", "thread"]

#: How long running handlers may take to unwind once they are cancelled at the end, in seconds.
UNWIND_SECONDS = 5.0


class Root:
    """The context that calls start from which the engine received by itself: whoever first serves a transport gives theirs."""

    __slots__ = ("copy", "is_given")

    def __init__(self) -> None:
        self.copy = contextvars.copy_context().copy
        self.is_given = False

    def give(self, context: contextvars.Context) -> None:
        if not self.is_given:
            self.is_given = True
            self.copy = context.copy


class Serving:
    """A native serving, attached to a loop."""

    def __init__(self, native: _native.Server, loop: asyncio.AbstractEventLoop, *, drives: bool, io: Io) -> None:
        serve_in_this_process()
        self.server = native
        self.loop = loop
        self.users = 0
        self.notices = Notices(loop)
        self.root = Root()
        self.native = _native.attach(
            native,
            loop,
            context=self.root,
            guard=guard,
            on_notice=self.notices.arrived,
            on_answer=questions.answered,
            start_thread=threads.start_thread,
            drives=drives,
            io=io,
        )
        claims.hand_over(native, loop)
        threads.remember(self.native, loop)
        loop.add_reader(self.native.fileno(), self.native.drain_rung)

    async def until_ended(self, token: int) -> None:
        """Waits for the end of a transport. When that is cancelled the transport is told to end, and what runs on it may
        finish in its time; cancelled again, it is left none."""
        end = self.notices.ended(token)
        try:
            await asyncio.shield(end)
        except asyncio.CancelledError:
            self.native.shut_down(token)
            try:
                await asyncio.wait([end])
            except asyncio.CancelledError:
                self.native.give_up("the server is shutting down", token)
                raise
            finally:
                if end.done():
                    end.exception()  # nobody else asks
            raise

    async def close(self) -> None:
        """Ends transports, unwinds what runs, stops the engine."""
        self.native.shut_down()
        try:
            if ends := self.notices.still_running():
                await asyncio.wait(ends)
            self.native.give_up("the server is shutting down")
            tasks = self.native.cancel_tasks()
            if tasks:
                await asyncio.wait(tasks, timeout=UNWIND_SECONDS)
        finally:
            self.stop()

    def stop(self) -> None:
        self.loop.remove_reader(self.native.fileno())
        questions.end(self.native.id)
        stuck = self.native.stop()
        claims.give_back(self.server, self.loop)
        claims.give_back(self.server, self)
        if stuck:
            _stuck.append(self.native)
            log.warning("%d call(s) of plain functions are still running; the process will not wait for them", stuck)


#: Servings whose plain functions outlived them. No thread can be ended from outside, and one that wakes up while the
#: interpreter goes down would crash it; so a process that has some when it ends does not go through that.
_stuck: list[_native.Serving] = []


def _leave_the_stuck() -> None:
    if not any(serving.workers for serving in _stuck):
        return
    logging.shutdown()
    for stream in (sys.stdout, sys.stderr):
        if stream is not None and not stream.closed:
            stream.flush()
    os._exit(0)


# Registered before anything a user registers, and so called after it.
atexit.register(_leave_the_stuck)
