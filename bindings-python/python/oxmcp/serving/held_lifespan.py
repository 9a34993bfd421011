"""The lifespan of a server that is mounted in another one, held for as long as that is served."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Generator
from contextlib import AbstractAsyncContextManager
from typing import Any

logger = logging.getLogger("oxmcp")


class HeldLifespan:
    """Entered and left by a task of its own, so that what it sets in the context is seen by its own calls alone."""

    def __init__(self, lifespan: Callable[[], AbstractAsyncContextManager[None]]) -> None:
        """To be made on the event loop that serves."""
        self._lifespan = lifespan
        self._over = asyncio.Event()
        self._entered: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._task = asyncio.get_running_loop().create_task(self._hold(), name="oxmcp lifespan of a mounted server")

    def __await__(self) -> Generator[Any, None, None]:
        """Waits until it is entered. Raises what that raises."""
        return asyncio.shield(self._entered).__await__()

    @property
    def is_over(self) -> bool:
        """Whether it is left, or about to be."""
        return self._over.is_set()

    def report(self) -> None:
        """Has the log told if it cannot be entered, where nobody waits for that."""
        self._entered.add_done_callback(_report)

    def let_go(self) -> None:
        """Has it left; see `end`."""
        self._over.set()

    async def end(self) -> None:
        """Leaves it, and waits until that is done."""
        self._over.set()
        await self._task

    async def _hold(self) -> None:
        try:
            async with self._lifespan():
                self._entered.set_result(None)
                await self._over.wait()
        except BaseException as error:
            if self._entered.done():
                raise
            self._entered.set_exception(error)
            if not isinstance(error, Exception):
                raise


def _report(entered: asyncio.Future[None]) -> None:
    if not entered.cancelled() and (error := entered.exception()) is not None:
        logger.error("the lifespan of a mounted server cannot be entered", exc_info=error)
