"""What an awaitable of a call may not do to the loop that runs it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable
from typing import Any, TypeVar

from .. import _native
from .forks import end_child

T = TypeVar("T")

#: Where servers are served; a child process that is forked inside of a handler is another.
_process = os.getpid()


def serve_in_this_process() -> None:
    """Says that what is guarded from now on is served here, and not in the process this one was forked from."""
    global _process
    _process = os.getpid()


class HandlerExit(RuntimeError):
    """A handler called `sys.exit()`, was interrupted or cancelled itself. The call fails; the server goes on."""


async def guard(awaitable: Awaitable[T]) -> T:
    """Awaits it; what would end the loop fails the call instead."""
    # asyncio lets the first two out of a task and through the loop; one call must not end the server. When it was a signal that
    # interrupted the handler, the server is ending already.
    try:
        return await awaitable
    except SystemExit as exit:
        if os.getpid() != _process:
            end_child(exit)
        raise HandlerExit(f"the handler tried to exit the process (code {exit.code!r})") from exit
    except KeyboardInterrupt as interrupt:
        raise HandlerExit("the handler was interrupted") from interrupt
    except asyncio.CancelledError as cancelled:
        if _is_being_cancelled():
            raise
        raise HandlerExit("the handler was cancelled by something inside it") from cancelled


def _is_being_cancelled() -> bool:
    """Whether it is the running task that somebody cancelled, and not something it waited for."""
    task: Any = asyncio.current_task()
    if hasattr(task, "cancelling"):
        return bool(task.cancelling())
    call = _native.current_call.get(None)  # before Python 3.11 nobody counts
    return call is None or call.is_cancelled
