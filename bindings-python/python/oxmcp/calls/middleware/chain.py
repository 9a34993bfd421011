"""The way of one request through the middleware to its handler and back."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from .concerns import has_hooks
from .requests import CallNext, HandlerResult, ServerRequestContext

Failed = Callable[[Exception], HandlerResult]
"""The result that a failure is for middleware which sees failures as results; raises it again where there is none."""


async def passed(
    middleware: Iterable[Any],
    handle: CallNext,
    ctx: ServerRequestContext,
    failed: Failed | None = None,
    data: Callable[[Any], dict[str, Any]] | None = None,
    context: Any = None,
) -> HandlerResult:
    """What a request is answered with when it has gone through the middleware and been handled.

    Args:
        middleware: Functions and objects with hooks, the outermost first.
        handle: Handles the request; raises what fails.
        ctx: The request.
        failed: What a failure is as a result, which is how functions see a failed tool. Hooks see the exception.
        data: A result as data, which is how functions see it.
        context: The Context of the call, which is what hooks see.
    """
    call_next: _Next = functools.partial(_handled, handle)
    passes = list(middleware)
    for place, one in reversed(list(enumerate(passes))):
        if has_hooks(one):
            from .steps import through_hooks  # few servers need it

            call_next = functools.partial(through_hooks, one, call_next, context)
        else:
            seen_as_raised = any(map(has_hooks, passes[:place]))
            call_next = functools.partial(_through_function, one, call_next, failed, data, seen_as_raised)
    return await call_next(ctx, None)


_Next = Callable[[ServerRequestContext, Any], Awaitable[HandlerResult]]
"""Goes on with a request, as functions see it and, where hooks were before, as they see it."""


async def _handled(handle: CallNext, ctx: ServerRequestContext, _seen: Any) -> HandlerResult:
    return await handle(ctx)


class _Failure:
    """A failure that functions were shown as a result, which they may hand on."""

    def __init__(self) -> None:
        self.result: Any = None
        self.raised: Exception | None = None


async def _through_function(
    function: Any,
    call_next: _Next,
    failed: Failed | None,
    data: Callable[[Any], dict[str, Any]] | None,
    seen_as_raised: bool,
    ctx: ServerRequestContext,
    seen: Any,
) -> HandlerResult:
    failure = _Failure()

    async def go_on(asked: ServerRequestContext) -> HandlerResult:
        unchanged = asked.params is ctx.params and asked.method == ctx.method
        try:
            result = await call_next(asked, seen if unchanged else None)
        except Exception as raised:
            if failed is None:
                raise
            failure.result, failure.raised = failed(raised), raised
            return failure.result
        return result if data is None else data(result)

    value = function(ctx, go_on)
    result = await value if inspect.isawaitable(value) else value
    if seen_as_raised and failure.raised is not None and result is failure.result:
        raise failure.raised
    return result
