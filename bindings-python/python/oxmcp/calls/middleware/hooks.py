"""Middleware as a class with a hook for each kind of request. What a class leaves alone never passes it."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any, Literal

from .concerns import TYPED

if TYPE_CHECKING:
    from typing_extensions import Self

    from ..context import Context

CallNext = Callable[[Any], Awaitable[Any]]
"""Goes on with a message: `await call_next(context)`."""


@dataclass(frozen=True, kw_only=True)
class MiddlewareContext:
    """A message on its way, as hooks see it. It does not change: `context.copy(message=…)` goes on with another one."""

    message: Any
    """What is asked: the params of a call, a reading or a prompt (`name`, `arguments`, `uri`), else the request."""
    fastmcp_context: Context[Any, Any, Any] | None = None
    source: Literal["client", "server"] = "client"
    type: Literal["request", "notification"] = "request"
    method: str | None = None
    timestamp: datetime = field(default_factory=lambda: datetime.now(timezone.utc))

    def copy(self, **changes: Any) -> Self:
        """The same with other members."""
        return replace(self, **changes)

    def __class_getitem__(cls, _parameters: Any) -> Any:
        """The class itself: `MiddlewareContext[CallToolRequestParams]` is written in annotations."""
        return cls


class Middleware:
    """What messages pass before they are handled: override the hooks you need, and no others cost anything.

    A hook gets the context and `call_next`, and answers, usually with what `await call_next(context)` gives: a `ToolResult`, a
    `ResourceResult`, a `PromptResult`, or the sequence of what a list holds. What it raises is answered as if the handler had.
    A message passes `on_message`, then `on_request` or `on_notification`, then the hook of its kind.
    """

    async def __call__(self, context: MiddlewareContext, call_next: CallNext) -> Any:
        """Takes a message through the hooks."""
        return await hooked(self, context, call_next)

    async def on_message(self, context: MiddlewareContext, call_next: CallNext) -> Any:
        """Every message."""
        return await call_next(context)

    async def on_request(self, context: MiddlewareContext, call_next: CallNext) -> Any:
        """Every request."""
        return await call_next(context)

    async def on_notification(self, context: MiddlewareContext, call_next: CallNext) -> Any:
        """Every notification."""
        return await call_next(context)

    async def on_initialize(self, context: MiddlewareContext, call_next: CallNext) -> Any:
        """The handshake of a client of the legacy era."""
        return await call_next(context)

    async def on_discover(self, context: MiddlewareContext, call_next: CallNext) -> Any:
        """What a client of the modern era asks to know of the server."""
        return await call_next(context)

    async def on_call_tool(self, context: MiddlewareContext, call_next: CallNext) -> Any:
        """A call of a tool; a failed tool is an exception here."""
        return await call_next(context)

    async def check_resource_access(self, context: MiddlewareContext) -> None:
        """Raise here to refuse the reading of a resource."""

    async def on_read_resource(self, context: MiddlewareContext, call_next: CallNext) -> Any:
        """The reading of a resource."""
        await self.check_resource_access(context)
        return await call_next(context)

    async def on_get_prompt(self, context: MiddlewareContext, call_next: CallNext) -> Any:
        """A prompt."""
        return await call_next(context)

    async def on_complete(self, context: MiddlewareContext, call_next: CallNext) -> Any:
        """Suggestions for an argument of a prompt or a variable of a template."""
        return await call_next(context)

    async def on_list_tools(self, context: MiddlewareContext, call_next: CallNext) -> Sequence[Any]:
        """The list of tools, whole."""
        found: Sequence[Any] = await call_next(context)
        return found

    async def on_list_resources(self, context: MiddlewareContext, call_next: CallNext) -> Sequence[Any]:
        """The list of resources, whole."""
        found: Sequence[Any] = await call_next(context)
        return found

    async def on_list_resource_templates(self, context: MiddlewareContext, call_next: CallNext) -> Sequence[Any]:
        """The list of resource templates, whole."""
        found: Sequence[Any] = await call_next(context)
        return found

    async def on_list_prompts(self, context: MiddlewareContext, call_next: CallNext) -> Sequence[Any]:
        """The list of prompts, whole."""
        found: Sequence[Any] = await call_next(context)
        return found


async def hooked(middleware: Any, context: MiddlewareContext, call_next: CallNext) -> Any:
    """Takes a message through those hooks of an object that are for it, the widest first."""
    of_type = "on_notification" if context.type == "notification" else "on_request"
    for name in (TYPED.get(context.method or ""), of_type, "on_message"):
        hook = None if name is None else getattr(middleware, name, None)
        if hook is not None:
            call_next = functools.partial(_step, hook, call_next)
    return await call_next(context)


async def _step(hook: Callable[..., Any], call_next: CallNext, context: MiddlewareContext) -> Any:
    value = hook(context, call_next)
    return await value if inspect.isawaitable(value) else value
