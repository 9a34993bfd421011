"""The HTTP request of a call, where it came in by an application of somebody else's."""

from __future__ import annotations

from collections.abc import MutableMapping
from contextvars import ContextVar
from typing import Any

from ..engine.values import Headers

http_scope: ContextVar[MutableMapping[str, Any] | None] = ContextVar("oxmcp_http_scope", default=None)
"""The request as ASGI describes it; None where the engine received it by itself."""


class Request:
    """The HTTP request of a call, as far as a handler may see it."""

    __slots__ = ("headers",)

    def __init__(self, headers: Headers) -> None:
        self.headers = headers

    @property
    def user(self) -> Any:
        """Who asks, as Starlette's middleware knows users; None where nobody knows."""
        from ..authentication.current import get_access_token
        from ..authentication.tokens import AuthenticatedUser

        token = get_access_token()
        return None if token is None else AuthenticatedUser(token)


def request_with(headers: dict[str, str]) -> Any:
    """The request with these headers: Starlette's own where it came in by an ASGI application and Starlette is installed, with
    what middleware put there (`state`, `user`, `session`)."""
    scope = http_scope.get()
    if scope is not None:
        try:
            from starlette.requests import Request as StarletteRequest
        except ImportError:
            pass
        else:
            known = None if "user" in scope else Request(Headers(headers)).user
            return StarletteRequest(scope if known is None else {**scope, "user": known})
    return Request(Headers(headers))
