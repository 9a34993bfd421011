"""Middleware that keeps connections alive, by `fastmcp`'s name. The engine does it, and no message passes here."""

from __future__ import annotations

from ...calls.middleware.hooks import Middleware

__all__ = ["PingMiddleware"]


class PingMiddleware(Middleware):
    """Adds nothing to what the engine does on every server: it says something on each stream of HTTP that has been silent for
    15 seconds, to clients of all versions. On a pipe nothing has to be said.

    Args:
        interval_ms: Accepted for code that gives it.

    Raises:
        ValueError: `interval_ms` is not above 0.
    """

    def __init__(self, interval_ms: int = 30_000) -> None:
        if interval_ms <= 0:
            raise ValueError("interval_ms must be positive")
        self.interval_ms = interval_ms
