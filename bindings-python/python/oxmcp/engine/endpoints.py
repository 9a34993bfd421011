"""An endpoint for HTTP requests that somebody else receives, on the running loop."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from .. import _native
from .connections import borrow, release
from .event_loop import Lifespan
from .transport_options import HttpOptions


@asynccontextmanager
async def opened(native: _native.Server, options: HttpOptions, lifespan: Lifespan) -> AsyncIterator[_native.Endpoint]:
    """An endpoint that answers until this is left."""
    async with lifespan():
        serving = borrow(native, "thread")
        serving.root.give(lifespan.surroundings())
        try:
            yield _native.open_endpoint(serving.native, options.as_json(), options.own_event_store)
        finally:
            await release(serving)
