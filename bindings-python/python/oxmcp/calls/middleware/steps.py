"""One step of a request's way: the hooks of one object."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from .hooks import MiddlewareContext, hooked
from .objects import as_object, message_of, params_of
from .requests import ServerRequestContext


async def through_hooks(
    middleware: Any,
    call_next: Callable[[ServerRequestContext, Any], Awaitable[Any]],
    context: Any,
    ctx: ServerRequestContext,
    seen: MiddlewareContext | None,
) -> Any:
    """Takes a request through the hooks of one object; results are objects there.

    Args:
        middleware: The object.
        call_next: Goes on.
        context: The Context of the call.
        ctx: The request, as functions see it.
        seen: The request as hooks saw it before, if they did.
    """
    method = ctx.method
    if seen is None:
        kind: Any = "notification" if method.startswith("notifications/") else "request"
        seen = MiddlewareContext(message=message_of(ctx), fastmcp_context=context, method=method, type=kind)

    async def go_on(asked: Any) -> Any:
        changed = replace(ctx, params=params_of(method, asked.message))
        return as_object(method, await call_next(changed, asked))

    if "__call__" in dir(type(middleware)):
        return await middleware(seen, go_on)
    return await hooked(middleware, seen, go_on)
