"""Middleware as classes with hooks, at the path that `fastmcp` has for them."""

from ...calls.middleware.hooks import CallNext, Middleware, MiddlewareContext
from ...later.names import names

__all__ = ["CallNext", "Middleware", "MiddlewareContext"]

__getattr__ = names(__name__)
