"""Middleware that writes out what schemas refer to, by `fastmcp`'s name. The engine does it, and no request passes here."""

from ...calls.middleware.hooks import Middleware
from ...offers.transforms.inline_references import InlineReferences

__all__ = ["DereferenceRefsMiddleware"]


class DereferenceRefsMiddleware(Middleware):
    """Writes out what the schemas of tools refer to, as `InlineReferences` does."""

    def __init__(self) -> None:
        self.transform = InlineReferences()
        """What the engine does for it."""
