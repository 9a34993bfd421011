"""A server's lifespan: what it needs while it is served, made before the first request and put away after the last."""

from __future__ import annotations

import asyncio
import weakref
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from contextvars import Context, ContextVar, copy_context
from typing import Any

from ..calls.owner import Owner, serving


class Entered:
    """The lifespan on one event loop."""

    def __init__(self, lifespan: Lifespan) -> None:
        self.lifespan = lifespan
        self.users = 0
        self.entering = asyncio.Lock()
        self.enters: asyncio.Task[Any] | None = None
        self.stack: AsyncExitStack | None = None
        self.result: Any = None
        self.variables: list[tuple[ContextVar[Any], Any, Any]] = []
        """What it set: each context variable, its value before and after."""


_UNSET: Any = object()
_entered: ContextVar[Entered | None] = ContextVar("oxmcp_lifespan", default=None)
"""Where the code that runs was served from."""


class Lifespan:
    """Entered once however many transports and in-process clients run at a time, and left with the last of them. What it
    makes belongs to the loop it was made on (a connection pool does), so each event loop enters it for itself."""

    def __init__(
        self,
        server: Owner,
        factory: Callable[[Any], Any] | None,
        *,
        on_start: Callable[[], None],
        on_end: Callable[[], None],
    ) -> None:
        """`on_start` is called when somebody is served, `on_end` when nobody is any more."""
        self._server = server
        self._factory = factory
        self._on_start = on_start
        self._on_end = on_end
        self._started = False
        self._by_loop: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, Entered] = weakref.WeakKeyDictionary()

    @property
    def result(self) -> Any:
        """What it yielded for the call in flight, for the running loop, or for any; None without one."""
        entered = _entered.get()
        if entered is not None and entered.lifespan is self and entered.users:
            return entered.result
        running = asyncio._get_running_loop()
        entered = None if running is None else self._by_loop.get(running)
        if entered is None:
            entered = next(iter(list(self._by_loop.values())), None)
        return None if entered is None else entered.result

    @asynccontextmanager
    async def __call__(self) -> AsyncIterator[None]:
        serving.set(self._server)  # for whatever is served from here
        loop = asyncio.get_running_loop()
        entered = self._by_loop.get(loop)
        if entered is None:
            entered = self._by_loop[loop] = Entered(self)
        elif entered.enters is not None and entered.enters is asyncio.current_task():
            raise RuntimeError("The lifespan is still starting: what it serves can be used after its `yield` only")
        _entered.set(entered)
        entered.users += 1
        try:
            async with entered.entering:
                if entered.stack is None:
                    before = copy_context()
                    await self._enter(entered)
                    entered.variables = [
                        (variable, before.get(variable, _UNSET), value)
                        for variable, value in copy_context().items()
                        if before.get(variable, _UNSET) is not value
                    ]
                    if not self._started:
                        self._started = True
                        self._on_start()
            yield
        finally:
            entered.users -= 1
            if entered.users == 0:
                self._by_loop.pop(loop, None)
                if self._started and not self._by_loop:
                    self._started = False
                    self._on_end()
                if entered.stack is not None:
                    await entered.stack.aclose()

    def surroundings(self) -> Context:
        """The context variables of whoever is here, and those the lifespan of the running loop set and they did not: what
        calls start from that are handed over here."""
        running = asyncio._get_running_loop()
        context = copy_context()
        context.run(self._surround, None if running is None else self._by_loop.get(running))
        return context

    def _surround(self, entered: Entered | None) -> None:
        serving.set(self._server)
        _entered.set(entered)
        for variable, before, after in () if entered is None else entered.variables:
            if variable.get(_UNSET) is before:
                variable.set(after)

    async def _enter(self, entered: Entered) -> None:
        stack = AsyncExitStack()
        if self._factory is not None:
            manager = self._factory(self._server)
            if not hasattr(manager, "__aenter__"):  # an async generator function without its decorator
                manager = asynccontextmanager(lambda: manager)()
            entered.enters = asyncio.current_task()
            try:
                entered.result = await stack.enter_async_context(manager)
            finally:
                entered.enters = None
        entered.stack = stack
