"""Middleware as classes with hooks, at the path that `fastmcp` has for them."""

from ...calls.middleware.hooks import CallNext, Middleware, MiddlewareContext
from ...later.names import names
from .authorization import AuthMiddleware
from .ping import PingMiddleware

__all__ = ["AuthMiddleware", "CallNext", "Middleware", "MiddlewareContext", "PingMiddleware"]

__getattr__ = names(__name__)
