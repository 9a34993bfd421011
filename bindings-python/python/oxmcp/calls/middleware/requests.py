"""A request as middleware sees it that is a function `async (ctx, call_next) -> result`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from ... import _native
from ..context import context_of
from ..http_request import Request, request_with
from ..owner import Owner
from ..session import Session

if TYPE_CHECKING:
    from typing_extensions import Self

Lifespan_co = TypeVar("Lifespan_co", covariant=True)

HandlerResult = Any
"""What a handler answers with: a result object, a dict, or None."""


@dataclass
class ServerRequestContext:
    """One request, as middleware sees it. `dataclasses.replace(ctx, params=…)` changes what is handled."""

    session: Session
    lifespan_context: Any
    protocol_version: str
    method: str
    params: Mapping[str, Any] | None = None
    request_id: str | int | None = None
    meta: Any = None
    request: Request | None = None
    close_sse_stream: Any = None
    close_standalone_sse_stream: Any = None

    def __class_getitem__(cls, _parameters: Any) -> type[Self]:
        """The class itself: `ServerRequestContext[Lifespan, Request]` is written in annotations."""
        return cls


CallNext = Callable[[ServerRequestContext], Awaitable[HandlerResult]]
"""Goes on with a request."""


class ServerMiddleware(Protocol[Lifespan_co]):
    """A function around every request; `ServerMiddleware[Lifespan]` is written in annotations."""

    async def __call__(self, ctx: ServerRequestContext, call_next: CallNext) -> HandlerResult:
        """Answers `ctx`, usually with what `call_next(ctx)` gives; what it raises is answered as if a handler had."""
        ...


def request_context(
    call: _native.Call, server: Owner, method: str, params: Mapping[str, Any] | None = None
) -> ServerRequestContext:
    """A call as middleware sees it. `params` are the request's own where the handler takes the whole of them."""
    context: Any = context_of(call, server)
    headers = context.headers
    return ServerRequestContext(
        session=context.session,
        lifespan_context=context.lifespan_context,
        protocol_version=call.protocol_version,
        method=method,
        params=_params(call) if params is None else params,
        request_id=None if method.startswith("notifications/") else call.request_id,
        meta=context.meta or None,
        request=None if headers is None else request_with(dict(headers)),
        close_sse_stream=context.close_sse_stream if call.stream_can_close else None,
        close_standalone_sse_stream=context.close_standalone_sse_stream if call.stream_can_close else None,
    )


def _params(call: _native.Call) -> dict[str, Any]:
    if call.kind == "read_resource":
        return {"uri": call.target}
    if call.kind == "complete":
        asked = call.arguments_object()
        return {**asked, "argument": {"name": asked["argument"], "value": asked.get("value", "")}}
    return {"name": call.target, "arguments": call.arguments_object()}
