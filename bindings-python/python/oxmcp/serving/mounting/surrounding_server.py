"""The end of the ASGI server around an application.

uvicorn waits for every answer to end before it tells an application anything, and streams end only when the application ends
them. What it says of its end is a flag of its server object, which is found where it runs: in a task of the event loop.
"""

from __future__ import annotations

import asyncio
from typing import Any

LOOK_SECONDS = 0.25
"""How often the flag is looked at, while some answer is under way."""

_SERVING = ("Server.serve", "Server._serve")
_DEPTH = 20


def server_around(loop: asyncio.AbstractEventLoop) -> Any:
    """What has a `should_exit` and runs on this loop; None where there is nothing of the kind."""
    for task in asyncio.all_tasks(loop):
        coroutine: Any = task.get_coro()
        for _ in range(_DEPTH):
            frame = getattr(coroutine, "cr_frame", None)
            if frame is None:
                break
            if getattr(coroutine, "__qualname__", "") in _SERVING:
                server = frame.f_locals.get("self")
                if hasattr(server, "should_exit"):
                    return server
            coroutine = coroutine.cr_await
    return None
