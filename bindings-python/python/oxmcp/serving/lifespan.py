"""A server's lifespan: what it needs while it is served, made before the first request and put away after the last."""

from __future__ import annotations

import asyncio
import logging
import weakref
from collections.abc import AsyncIterator, Awaitable, Callable, Generator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from contextvars import Context, ContextVar, copy_context
from typing import Any

from ..calls.owner import Owner, serving
from ..engine.values import DONE

logger = logging.getLogger("oxmcp")


class HeldLifespan:
    """The lifespan of a server that is mounted in another one, held for as long as that is served: entered and left by a task of
    its own, so that what it sets in the context is seen by its own calls alone."""

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


class Entered:
    """The lifespan on one event loop."""

    def __init__(self, lifespan: Lifespan, loop: asyncio.AbstractEventLoop) -> None:
        self.lifespan = lifespan
        self.loop = loop
        self.held: dict[Lifespan, HeldLifespan] = {}
        """Those of mounted servers."""
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
        self._mounted: list[Lifespan] = []
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
            entered = self._by_loop[loop] = Entered(self, loop)
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
                for held in reversed(entered.held.values()):
                    await held.end()
                if entered.stack is not None:
                    await entered.stack.aclose()

    def hold(self, mounted: Lifespan) -> Awaitable[None]:
        """Has the lifespan of a mounted server entered where this one is entered, also where it is already; may be awaited
        until it is on the running loop."""
        self._mounted.append(mounted)
        running, here = asyncio._get_running_loop(), None
        for entered in list(self._by_loop.values()):
            if entered.stack is None:
                continue
            if entered.loop is running:
                here = _hold_too(entered, mounted)
            else:
                entered.loop.call_soon_threadsafe(_hold_too, entered, mounted)
        return DONE if here is None else here

    def let_go(self, mounted: Lifespan) -> None:
        """Has it left, and entered no more."""
        self._mounted.remove(mounted)
        for entered in list(self._by_loop.values()):
            if (held := entered.held.get(mounted)) is not None:
                entered.loop.call_soon_threadsafe(held.let_go)

    def enter_call(self) -> None:
        """In the context of a call that the server runs in which this one's is mounted: makes the surroundings this one's."""
        outer = _entered.get()
        loop = asyncio._get_running_loop() if outer is None else outer.loop
        self._surround(None if loop is None else self._by_loop.get(loop))

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
        try:
            for mounted in self._mounted:
                held = entered.held[mounted] = HeldLifespan(mounted)
                await held
        except BaseException:
            await stack.aclose()
            raise
        entered.stack = stack


def _hold_too(entered: Entered, mounted: Lifespan) -> HeldLifespan:
    held = entered.held.get(mounted)
    if held is None or held.is_over:
        held = entered.held[mounted] = HeldLifespan(mounted)
        held.report()
    return held
