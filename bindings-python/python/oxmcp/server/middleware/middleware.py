"""Middleware as classes with hooks, at the path that `fastmcp` has for them."""

from ...calls.middleware.hooks import CallNext, Middleware, MiddlewareContext

__all__ = ["CallNext", "Middleware", "MiddlewareContext"]
