"""The engine's ways to lists through the middleware of a server."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from typing import Any

from ... import _native
from ...answers.encoding import encode
from ...errors import InvalidArguments
from ...types.wire_object import to_plain
from ..context import context_of
from ..owner import Owner
from .chain import passed
from .concerns import has_hooks
from .requests import HandlerResult, ServerRequestContext, request_context

Page = Callable[[str, str, "str | None"], str]


def list_target(
    method: str, server: Owner, around: list[Any], page: Page, error: Callable[[Any, BaseException], None]
) -> _native.Target:
    """The engine's way to a list through the middleware. Functions see it page by page; hooks see the whole of it, and what they
    leave goes out in pages.

    Args:
        method: The method, such as "tools/list".
        server: The server.
        around: What stands around it, the outermost first.
        page: The engine's own answer for a method, a protocol version and a cursor, as JSON text.
        error: Answers the call with what was raised.
    """
    whole = any(map(has_hooks, around))

    async def through(call: _native.Call) -> HandlerResult:
        params = call.arguments_object()
        start = _start(params.pop("cursor", None)) if whole else 0
        pages = _Pages(method, call.protocol_version, page)

        async def handle(ctx: ServerRequestContext) -> HandlerResult:
            try:
                return pages.all() if whole else pages.one((ctx.params or {}).get("cursor"))
            except ValueError as raised:
                raise InvalidArguments(str(raised)) from raised

        context: Any = context_of(call, server)
        result = await passed(around, handle, request_context(call, server, method, params), context=context)
        return pages.cut(result, start) if whole else result

    return _native.Target(through, is_async=True, bind=lambda call: {"call": call}, result=_send, error=error)


class _Pages:
    """The pages of one list."""

    def __init__(self, method: str, version: str, page: Page) -> None:
        self._method = method
        self._version = version
        self._page = page
        self._size: int | None = None
        self._more: dict[str, Any] = {}

    def one(self, cursor: str | None) -> dict[str, Any]:
        """One page, as the engine has it."""
        found: dict[str, Any] = _native.loads(self._page(self._method, self._version, cursor))
        return found

    def all(self) -> dict[str, Any]:
        """Everything that is listed, as one page."""
        from .objects import LISTS

        member = LISTS[self._method]
        whole = page = self.one(None)
        items = list(page[member])
        if "nextCursor" in page:
            self._size = len(items)
        while (cursor := page.get("nextCursor")) is not None:
            page = self.one(cursor)
            items += page[member]
        self._more = {name: value for name, value in whole.items() if name not in (member, "nextCursor")}
        return {**self._more, member: items}

    def cut(self, result: HandlerResult, start: int) -> dict[str, Any]:
        """A page of what hooks left."""
        from .objects import LISTS, as_data

        member = LISTS[self._method]
        found = {**self._more, **as_data(self._method, None, result)}
        items = found.get(member) or []
        size = self._size
        if size is None and start == 0:
            return found
        end = len(items) if size is None else start + size
        more = {"nextCursor": _cursor(end)} if end < len(items) else {}
        return {**found, member: items[start:end], **more}


_MARK = "oxmcp:"


def _cursor(start: int) -> str:
    return urlsafe_b64encode(f"{_MARK}{start}".encode()).decode("ascii")


def _start(cursor: Any) -> int:
    if cursor is None:
        return 0
    try:
        mark, _, number = urlsafe_b64decode(str(cursor)).decode("ascii").partition(":")
        start = int(number)
    except ValueError:
        mark, start = "", -1
    if f"{mark}:" != _MARK or start < 0:
        raise InvalidArguments("cursor: is none that this server gave")
    return start


def _send(call: _native.Call, result: HandlerResult) -> None:
    value = {} if result is None else to_plain(result)
    if not isinstance(value, dict):
        raise TypeError(f"Middleware answers with a result, not {type(value).__name__}")
    call.complete_whole(encode(value))
