"""Lists as hooks see them, whole, and as they go out, in pages."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from ...errors import InvalidArguments
from .concerns import LISTS
from .requests import HandlerResult


class Pages:
    """The pages of one list."""

    def __init__(self, method: str, page: Callable[[Mapping[str, Any]], Awaitable[dict[str, Any]]]) -> None:
        """Takes the method, and what gives the page that params ask for."""
        self._method = method
        self._page = page
        self._size: int | None = None
        self._more: dict[str, Any] = {}

    async def all(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """Everything that is listed, as one page."""
        member = LISTS[self._method]
        whole = page = await self._page(params)
        items = list(page[member])
        if "nextCursor" in page:
            self._size = len(items)
        while (cursor := page.get("nextCursor")) is not None:
            page = await self._page({**params, "cursor": cursor})
            items += page[member]
        self._more = {name: value for name, value in whole.items() if name not in (member, "nextCursor")}
        return {**self._more, member: items}

    def cut(self, result: HandlerResult, start: int) -> dict[str, Any]:
        """A page of what hooks left."""
        from .objects import as_data

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


def start_of(cursor: Any) -> int:
    """Where the page begins that a cursor of ours names; 0 without one.

    Raises:
        InvalidArguments: it is none of ours.
    """
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
