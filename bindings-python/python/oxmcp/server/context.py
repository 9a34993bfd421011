"""What handlers and middleware are given."""

from ..calls.context import Context
from ..calls.middleware import CallNext, HandlerResult, ServerMiddleware, ServerRequestContext

__all__ = ["CallNext", "Context", "HandlerResult", "ServerMiddleware", "ServerRequestContext"]
