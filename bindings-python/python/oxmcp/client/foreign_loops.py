"""Using from one event loop what belongs to another: it is done there, and nobody waits for a loop that does not run."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from ..errors import ClosedError

T = TypeVar("T")

WATCH_SECONDS = 0.5
"""How often a waiting caller looks whether the other loop still runs."""


def is_foreign(loop: asyncio.AbstractEventLoop | None) -> bool:
    """Whether a loop is another than the running one."""
    return loop is not None and loop is not asyncio.get_running_loop()


async def run_on(loop: asyncio.AbstractEventLoop, work: Coroutine[Any, Any, T]) -> T:
    """What a coroutine gives when it runs on another loop, in another thread.

    Raises:
        ClosedError: that loop does not run, so that the work would never be done.
    """
    if not loop.is_running():
        work.close()
        raise _not_running()
    answer = asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work, loop))
    try:
        while not answer.done():
            await asyncio.wait([answer], timeout=WATCH_SECONDS)
            if not answer.done() and not loop.is_running():
                raise _not_running()
        return answer.result()
    finally:
        answer.cancel()


def _not_running() -> ClosedError:
    return ClosedError(
        "This client was opened on another event loop, which is not running: open it on the loop that uses it. "
        "With pytest-asyncio, a test and the fixture that opens the client need one loop scope: "
        "@pytest.mark.asyncio(loop_scope=...) on the test, or loop_scope=... on the fixture"
    )
