"""Middleware that writes into the log how long requests take, by `fastmcp`'s names."""

from __future__ import annotations

import logging
import time
from typing import Any

from ...calls.middleware.hooks import CallNext, Middleware, MiddlewareContext

__all__ = ["DetailedTimingMiddleware", "TimingMiddleware"]


class _Timing(Middleware):
    where = "oxmcp.timing"

    def __init__(self, logger: logging.Logger | None = None, log_level: int = logging.INFO) -> None:
        """Takes where to write, the logger `oxmcp.timing` when absent, and at which level."""
        self.logger = logger or logging.getLogger(self.where)
        self.log_level = log_level

    async def _timed(self, what: str, context: MiddlewareContext, call_next: CallNext) -> Any:
        began = time.perf_counter()
        try:
            result = await call_next(context)
        except Exception as error:
            self.logger.log(self.log_level, "%s failed after %.2fms: %s", what, _since(began), error)
            raise
        self.logger.log(self.log_level, "%s completed in %.2fms", what, _since(began))
        return result


class TimingMiddleware(_Timing):
    """Tells how long each request took."""

    async def on_request(self, context: MiddlewareContext, call_next: CallNext) -> Any:
        """Every request."""
        return await self._timed(f"Request {context.method}", context, call_next)


class DetailedTimingMiddleware(_Timing):
    """The same with what was called, read or listed."""

    where = "oxmcp.timing.detailed"

    async def on_call_tool(self, context: MiddlewareContext, call_next: CallNext) -> Any:
        """A call of a tool."""
        return await self._timed(f"Tool {context.message.name!r}", context, call_next)

    async def on_read_resource(self, context: MiddlewareContext, call_next: CallNext) -> Any:
        """The reading of a resource."""
        return await self._timed(f"Resource {str(context.message.uri)!r}", context, call_next)

    async def on_get_prompt(self, context: MiddlewareContext, call_next: CallNext) -> Any:
        """A prompt."""
        return await self._timed(f"Prompt {context.message.name!r}", context, call_next)

    async def on_list_tools(self, context: MiddlewareContext, call_next: CallNext) -> Any:
        """The list of tools."""
        return await self._timed("List tools", context, call_next)

    async def on_list_resources(self, context: MiddlewareContext, call_next: CallNext) -> Any:
        """The list of resources."""
        return await self._timed("List resources", context, call_next)

    async def on_list_resource_templates(self, context: MiddlewareContext, call_next: CallNext) -> Any:
        """The list of resource templates."""
        return await self._timed("List resource templates", context, call_next)

    async def on_list_prompts(self, context: MiddlewareContext, call_next: CallNext) -> Any:
        """The list of prompts."""
        return await self._timed("List prompts", context, call_next)


def _since(began: float) -> float:
    return (time.perf_counter() - began) * 1000
