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
    """An endpoint that answers until this is left; then its streams end, and what runs on it is answered with an error."""
    async with lifespan():
        serving = borrow(native, "thread")
        serving.root.give(lifespan.surroundings())
        try:
            endpoint = serving.native.open_endpoint(options.as_json())
            try:
                yield endpoint
            finally:
                endpoint.shut_down()
                endpoint.give_up("the server is shutting down")
        finally:
            await release(serving)
