"""What a call passes before its handler: functions `async (ctx, call_next) -> result`, the outermost first.

Lists and calls that reach a handler pass it. What else the engine answers by itself does not: the handshake, a name that
nothing is registered under, arguments that do not fit. A server without middleware does not come through here at all.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from .. import _native
from ..answers.encoding import encode
from ..answers.failures import protocol_error
from ..answers.input_required import complete_input_required, is_input_required
from ..answers.results import MEMBERS
from ..engine.threads import in_worker
from ..errors import InvalidArguments
from ..types.wire_object import to_plain
from .context import context_of
from .http_request import Request, request_with
from .owner import Owner
from .session import Session

if TYPE_CHECKING:
    from typing_extensions import Self

Lifespan_co = TypeVar("Lifespan_co", covariant=True)

HandlerResult = Any
"""What a handler answers with: a result object, a dict, or None."""

METHODS = {
    "call_tool": "tools/call",
    "get_prompt": "prompts/get",
    "read_resource": "resources/read",
    "complete": "completion/complete",
}
"""The protocol's name of what the engine asks of a function."""


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


class KeptCall:
    """A call whose answer is kept as data, so that middleware can see it before it is sent."""

    def __init__(self, call: _native.Call, params: Mapping[str, Any] | None) -> None:
        self._call = call
        self._given = None if call.kind == "read_resource" else (params or {}).get("arguments")
        self.result: dict[str, Any] = {}
        self.failure: tuple[str, str] | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._call, name)

    @property
    def arguments(self) -> str:
        """The arguments as JSON text, as middleware left them."""
        return self._call.arguments if self._given is None else encode(self._given, "arguments")

    def arguments_object(self) -> dict[str, Any]:
        """The arguments, as middleware left them."""
        return self._call.arguments_object() if self._given is None else dict(self._given)

    def complete_text(self, text: str, structured: bool = False) -> None:
        """Keeps a tool's text, which may be its structured result too."""
        self.result = {"content": [{"type": "text", "text": text}]}
        if structured:
            self.result["structuredContent"] = text

    def complete_tool(
        self,
        content: str,
        structured: str | None = None,
        is_error: bool = False,
        meta: str | None = None,
        _vouched: bool = False,
        more: str | None = None,
    ) -> None:
        """Keeps a tool's result. Whether it fits its schema is looked at when it is sent: middleware may change it."""
        self.result = {"content": _native.loads(content)}
        if structured is not None:
            self.result["structuredContent"] = _native.loads(structured)
        if is_error:
            self.result["isError"] = True
        if more is not None:
            self.result.update(_native.loads(more))
        self._keep_meta(meta)

    def complete_resource(
        self, contents: str, meta: str | None = None, ttl_ms: int | None = None, scope: str | None = None
    ) -> None:
        """Keeps what a resource holds."""
        self.result = {"contents": _native.loads(contents)}
        if ttl_ms is not None:
            self.result["ttlMs"] = ttl_ms
        if scope is not None:
            self.result["cacheScope"] = scope
        self._keep_meta(meta)

    def complete_prompt(self, description: str | None, messages: str, meta: str | None = None) -> None:
        """Keeps a prompt's messages."""
        self.result = {"messages": _native.loads(messages)}
        if description is not None:
            self.result["description"] = description
        self._keep_meta(meta)

    def complete_completion(self, values: list[str], total: int | None = None, has_more: bool | None = None) -> None:
        """Keeps suggestions."""
        told = {"values": values, "total": total, "hasMore": has_more}
        self.result = {"completion": {name: value for name, value in told.items() if value is not None}}

    def complete_input_required(self, requests: list[tuple[str, str, str]], state: str | None) -> None:
        """Keeps questions in place of a result."""
        asked = {key: {"method": method, "params": _native.loads(params)} for key, method, params in requests}
        self.result = {"resultType": "input_required"}
        if asked:
            self.result["inputRequests"] = asked
        if state is not None:
            self.result["requestState"] = state

    def fail(self, kind: str, message: str, _detail: str | None = None, _data: str | None = None) -> bool:
        """Keeps a failure."""
        self.failure = (kind, message)
        self.result = {"content": [{"type": "text", "text": message}], "isError": True}
        return True

    def _keep_meta(self, meta: str | None) -> None:
        if meta is not None:
            self.result["_meta"] = _native.loads(meta)


def target(
    function: Callable[..., Any],
    server: Owner,
    *,
    bind: Callable[[Any, dict[str, Any]], dict[str, Any]],
    context_names: tuple[str, ...],
    is_async: bool,
    result: Callable[[Any, Any], None],
    error: Callable[[Any, BaseException], None],
) -> _native.Target:
    """The engine's way to a function through the server's middleware; what is given is as for `functions.target`."""

    async def around(call: _native.Call) -> HandlerResult:
        async def handle(ctx: ServerRequestContext) -> HandlerResult:
            kept = KeptCall(call, ctx.params)
            try:
                arguments = bind(kept, {name: context_of(call, server) for name in context_names})
                value = await (function(**arguments) if is_async else in_worker(function, **arguments))
                result(kept, await value if inspect.isawaitable(value) else value)
            except Exception as raised:
                if call.kind != "call_tool" or protocol_error(raised) is not None:
                    raise
                error(kept, raised)
                if kept.failure is not None and kept.failure[0] not in ("tool", "invalid_arguments"):
                    raise
            return kept.result

        return await passed(server.middleware, handle, request_context(call, server, METHODS[call.kind]))

    return _native.Target(around, is_async=True, bind=lambda call: {"call": call}, result=send, error=error)


def list_target(
    method: str,
    server: Owner,
    page: Callable[[str, str, str | None], str],
    error: Callable[[Any, BaseException], None],
) -> _native.Target:
    """The engine's way to a list through the server's middleware.

    Args:
        method: The method, such as "tools/list".
        server: The server.
        page: The engine's own answer for a method, a protocol version and a cursor, as JSON text.
        error: Answers the call with what was raised.
    """

    async def around(call: _native.Call) -> HandlerResult:
        async def handle(ctx: ServerRequestContext) -> HandlerResult:
            cursor = (ctx.params or {}).get("cursor")
            try:
                return _native.loads(page(method, call.protocol_version, cursor))
            except ValueError as raised:
                raise InvalidArguments(str(raised)) from raised

        ctx = request_context(call, server, method, call.arguments_object())
        return await passed(server.middleware, handle, ctx)

    return _native.Target(around, is_async=True, bind=lambda call: {"call": call}, result=_send_whole, error=error)


async def passed(middleware: Iterable[Any], handle: CallNext, ctx: ServerRequestContext) -> HandlerResult:
    """What a request is answered with when it has gone through the middleware and been handled."""
    call_next = handle
    for one in reversed(list(middleware)):
        call_next = functools.partial(_step, one, call_next)
    return await call_next(ctx)


async def _step(middleware: Any, call_next: CallNext, ctx: ServerRequestContext) -> HandlerResult:
    value = middleware(ctx, call_next)
    return await value if inspect.isawaitable(value) else value


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
        request_id=call.request_id,
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


def send(call: _native.Call, result: HandlerResult) -> None:
    """Answers a call with what came out of the middleware.

    Raises:
        TypeError: it is no result.
    """
    value = _result(result)
    if is_input_required(value):
        complete_input_required(call, value)
        return
    meta = _text(value, "_meta")
    if call.kind == "call_tool":
        structured = _text(value, "structuredContent")
        content = _text(value, "content") or "[]"
        more = {name: member for name, member in value.items() if name not in MEMBERS and member is not None}
        others = encode(more, "result") if more else None
        call.complete_tool(content, structured, bool(value.get("isError")), meta, False, others)
    elif call.kind == "read_resource":
        call.complete_resource(_text(value, "contents") or "[]", meta, value.get("ttlMs"), value.get("cacheScope"))
    elif call.kind == "get_prompt":
        call.complete_prompt(value.get("description"), _text(value, "messages") or "[]", meta)
    else:
        told = value.get("completion") or {}
        call.complete_completion(told.get("values") or [], told.get("total"), told.get("hasMore"))


def _send_whole(call: _native.Call, result: HandlerResult) -> None:
    call.complete_whole(encode(_result(result)))


def _result(result: HandlerResult) -> dict[str, Any]:
    value = {} if result is None else to_plain(result)
    if not isinstance(value, dict):
        raise TypeError(f"Middleware answers with a result, not {type(result).__name__}")
    return value


def _text(value: Mapping[str, Any], member: str) -> str | None:
    found = value.get(member)
    return None if found is None else encode(found, f"result.{member}")
