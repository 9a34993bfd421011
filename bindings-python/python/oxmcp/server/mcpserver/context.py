"""The Context: one call, as its handler sees it."""

from ...calls.context import Context

__all__ = ["Context"]
