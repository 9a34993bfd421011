"""The engine's ways to functions through the middleware of a server."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from ... import _native
from ...answers.encoding import encode
from ...answers.failures import protocol_error
from ...answers.input_required import complete_input_required, is_input_required
from ...answers.results import MEMBERS
from ...engine.threads import in_worker
from ...errors import NotFoundError
from ...types.wire_object import to_plain
from ..context import context_of
from ..owner import Owner
from .chain import passed
from .kept import KeptCall
from .requests import HandlerResult, ServerRequestContext, request_context

METHODS = {
    "call_tool": "tools/call",
    "get_prompt": "prompts/get",
    "read_resource": "resources/read",
    "complete": "completion/complete",
}
"""The protocol's name of what the engine asks of a function."""


class Handling(NamedTuple):
    """A function behind the middleware, and how it is reached; as for `functions.target`."""

    function: Callable[..., Any]
    bind: Callable[[Any, dict[str, Any]], dict[str, Any]]
    context_names: tuple[str, ...]
    is_async: bool
    result: Callable[[Any, Any], None]
    error: Callable[[Any, BaseException], None]


def target(around: list[Any], handling: Handling, server: Owner) -> _native.Target:
    """The engine's way to a function through what stands around it, the outermost first. Where that asks for another tool or
    prompt by name, it is the one that is reached."""
    error, behind = handling.error, server.middleware.behind

    async def through(call: _native.Call) -> HandlerResult:
        method = METHODS[call.kind]
        context: Any = context_of(call, server)

        async def handle(ctx: ServerRequestContext) -> HandlerResult:
            kept, reached = KeptCall(call, ctx.params), handling
            name = (ctx.params or {}).get("name", call.target)
            if name != call.target and method != "completion/complete":
                other = behind.get((method, name))
                if other is None:
                    raise NotFoundError(f"Unknown {'tool' if method == 'tools/call' else 'prompt'}: {name}")
                kept.target, reached = name, other
            arguments = reached.bind(kept, dict.fromkeys(reached.context_names, context))
            value = await (
                reached.function(**arguments) if reached.is_async else in_worker(reached.function, **arguments)
            )
            reached.result(kept, await value if inspect.isawaitable(value) else value)
            return kept.result

        def failed(raised: Exception) -> HandlerResult:
            if call.kind != "call_tool" or protocol_error(raised) is not None:
                raise raised
            kept = KeptCall(call, None)
            error(kept, raised)
            if kept.failure is not None and kept.failure[0] not in ("tool", "invalid_arguments"):
                raise raised
            return kept.result

        def data(result: HandlerResult) -> dict[str, Any]:
            return _data(method, call, result)

        # The engine took it through already where it had something to refuse, and whoever stands around put that right.
        left = () if call.passed else around
        result = await passed(left, handle, request_context(call, server, method), failed, data, context)
        return data(result)

    return _native.Target(through, is_async=True, bind=lambda call: {"call": call}, result=_send, error=error)


def _data(method: str, call: _native.Call, result: HandlerResult) -> dict[str, Any]:
    if type(result) is dict:
        return result
    from .objects import as_data  # where hooks gave an object

    return as_data(method, KeptCall(call, None), result)


def _send(call: _native.Call, value: dict[str, Any]) -> None:
    """Answers a call with what came out of the middleware.

    Raises:
        TypeError: it is no result.
    """
    value = to_plain(value)
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


def _text(value: Mapping[str, Any], member: str) -> str | None:
    found = value.get(member)
    return None if found is None else encode(found, f"result.{member}")
