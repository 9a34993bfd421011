"""Several lifespans as one, at the path that `fastmcp` has for it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import Any

Lifespan = Callable[[Any], AbstractAsyncContextManager[Any]]

__all__ = ["combine_lifespans"]


def combine_lifespans(*lifespans: Lifespan) -> Callable[[Any], AbstractAsyncContextManager[dict[str, Any]]]:
    """One lifespan that enters several in order, and leaves them in the other. What they yield as mappings is one mapping.

    Args:
        lifespans: Functions from an application to an async context manager, such as `app.lifespan`.
    """

    @asynccontextmanager
    async def combined(app: Any) -> AsyncIterator[dict[str, Any]]:
        state: dict[str, Any] = {}
        async with AsyncExitStack() as stack:
            for lifespan in lifespans:
                state.update(await stack.enter_async_context(lifespan(app)) or {})
            yield state

    return combined
