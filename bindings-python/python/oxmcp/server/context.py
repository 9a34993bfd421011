"""What handlers and middleware are given."""

from ..calls.context import Context
from ..calls.middleware.requests import CallNext, HandlerResult, ServerMiddleware, ServerRequestContext
from ..later.names import names

__all__ = ["CallNext", "Context", "HandlerResult", "ServerMiddleware", "ServerRequestContext"]

__getattr__ = names(__name__)
