"""The Context: one call, as its handler sees it."""

from .calls.context import Context, get_context

__all__ = ["Context", "get_context"]
