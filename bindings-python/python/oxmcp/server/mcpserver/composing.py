"""What a server is put together from beside its own functions: other servers, and middleware around them."""

from __future__ import annotations

from typing import Any

from .seeing import Seeing


class Composing(Seeing):
    """Adds to a server what is made elsewhere."""

    def add_middleware(self, middleware: Any) -> None:
        """Has requests pass `middleware`, inside of what was added before: an object with hooks (see
        `oxmcp.server.middleware.Middleware`), or a function `async (ctx, call_next) -> result`. The same as
        `server.middleware.append(middleware)`."""
        self.middleware.append(middleware)
