"""The engine's ways through the middleware of a server to what is no function of its author's: lists, the handshake, what clients
notify, and what is asked for by a name that nothing is registered under. What no middleware is for never comes here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ... import _native
from ...answers.encoding import encode
from ...errors import ToolError
from ...types.wire_object import to_plain
from ..asking.questions import NEXT, asked
from ..context import context_of
from ..owner import Owner
from .chain import passed
from .concerns import LISTS, TYPED, has_hooks
from .kept import KeptCall
from .paging import Pages, start_of
from .requests import HandlerResult, ServerRequestContext, request_context

EVERY_REQUEST, EVERY_NOTIFICATION = "*", "notifications/*"
_METHODS = (*TYPED, EVERY_REQUEST, EVERY_NOTIFICATION)
_NAMED = frozenset({"name", "arguments", "uri"})
"""What hooks see of a call, a reading or a prompt."""

Error = Callable[[Any, BaseException], None]
"""Answers a call with what was raised."""


def declare(engine: _native.Server, server: Owner, answerer: Callable[[str], Error]) -> None:
    """Tells an engine what the middleware of its server stands around, and that it stands around nothing else. What is registered
    by its name, as a function or for a method, has it around it already; where a call of such a function is refused before it
    runs, the engine takes it through nevertheless, so that hooks see it.

    Args:
        engine: The engine.
        server: The server.
        answerer: What answers a call of a method with what was raised.
    """
    for method in _METHODS:
        around = server.middleware.around(method)
        target = _target(server, around, answerer) if around else None
        engine.intercept(method, target, unless_registered=True)


def _target(server: Owner, around: list[Any], answerer: Callable[[str], Error]) -> _native.Target:
    hooked = any(map(has_hooks, around))

    def error(call: _native.Call, raised: BaseException) -> None:
        answerer(call.target)(call, raised)

    async def through(call: _native.Call) -> dict[str, Any]:
        method = call.target
        params = call.arguments_object()
        params.pop("_meta", None)
        whole = hooked and method in LISTS
        start = start_of(params.pop("cursor", None)) if whole else 0
        others = {name: value for name, value in params.items() if name not in _NAMED} if method in _CALLS else {}

        async def go_on(params: Mapping[str, Any]) -> dict[str, Any]:
            return await asked(call, NEXT, {"params": {**others, **params}})

        pages = Pages(method, go_on)

        async def handle(ctx: ServerRequestContext) -> HandlerResult:
            params = to_plain(ctx.params) or {}
            result = await (pages.all(params) if whole else go_on(params))
            if method.startswith("notifications/"):
                return None
            if method == "tools/call" and result.get("isError"):
                raise _FailedTool(result)
            return result

        context: Any = context_of(call, server)
        ctx = request_context(call, server, method, params)
        try:
            result = await passed(around, handle, ctx, _failed, context=context)
        except _FailedTool as failed:
            result = failed.result
        return pages.cut(result, start) if whole else _data(method, call, result)

    return _native.Target(through, is_async=True, bind=lambda call: {"call": call}, result=_send, error=error)


_CALLS = ("tools/call", "prompts/get", "resources/read")


class _FailedTool(ToolError):
    """A failed tool, as hooks see it."""

    def __init__(self, result: dict[str, Any]) -> None:
        texts = [block.get("text") for block in result.get("content", ()) if isinstance(block, dict)]
        super().__init__("\n".join(filter(None, texts)) or "the tool failed")
        self.result = result


def _failed(raised: Exception) -> HandlerResult:
    if isinstance(raised, _FailedTool):
        return raised.result
    raise raised


def _data(method: str, call: _native.Call, result: HandlerResult) -> dict[str, Any]:
    if type(result) is dict:
        return result
    from .objects import as_data  # where hooks gave an object

    return as_data(method, KeptCall(call, None), result)


def _send(call: _native.Call, result: dict[str, Any]) -> None:
    call.complete_whole(encode(to_plain(result)))
