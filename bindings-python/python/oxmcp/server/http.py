"""Servers as ASGI applications, at the path that `fastmcp` has for them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from ..later.names import names
from ..serving.mounting.session_manager import StreamableHTTPASGIApp
from ..serving.mounting.session_manager import StreamableHTTPSessionManager as FastMCPStreamableHTTPSessionManager

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ..later.options import OfMounting
    from ..serving.mounting.mounted import Mounted
    from ..serving.mounting.with_starlette import StarletteWithLifespan

__all__ = [
    "FastMCPStreamableHTTPSessionManager",
    "StarletteWithLifespan",
    "StreamableHTTPASGIApp",
    "create_base_app",
    "create_sse_app",
    "create_streamable_http_app",
]


def create_streamable_http_app(
    server: Mounted,
    streamable_http_path: str,
    *,
    json_response: bool | None = None,
    stateless_http: bool | None = None,
    debug: bool | None = None,
    routes: Iterable[Any] | None = None,
    middleware: Sequence[Any] | None = None,
    host_origin_protection: Any = None,
    allowed_hosts: Iterable[str] | None = None,
    allowed_origins: Iterable[str] | None = None,
    **other: Unpack[OfMounting],
) -> StarletteWithLifespan:
    """`server.http_app`, as a function."""
    return server.http_app(
        streamable_http_path,
        middleware,
        json_response,
        stateless_http,
        host_origin_protection=host_origin_protection,
        allowed_hosts=allowed_hosts,
        allowed_origins=allowed_origins,
        routes=routes,
        debug=debug,
        **other,
    )


def create_sse_app(
    server: Mounted,
    message_path: str,
    sse_path: str,
    *,
    debug: bool | None = None,
    routes: Iterable[Any] | None = None,
    middleware: Sequence[Any] | None = None,
    host_origin_protection: Any = None,
    allowed_hosts: Iterable[str] | None = None,
    allowed_origins: Iterable[str] | None = None,
    **other: Unpack[OfMounting],
) -> StarletteWithLifespan:
    """`server.http_app(transport="sse")`, as a function."""
    return server.http_app(
        sse_path,
        middleware,
        transport="sse",
        message_path=message_path,
        host_origin_protection=host_origin_protection,
        allowed_hosts=allowed_hosts,
        allowed_origins=allowed_origins,
        routes=routes,
        debug=debug,
        **other,
    )


def create_base_app(
    routes: Sequence[Any],
    middleware: Sequence[Any],
    debug: bool = False,
    lifespan: Callable[..., Any] | None = None,
) -> StarletteWithLifespan:
    """An application of Starlette's with nothing of a server in it."""
    from ..serving.mounting.with_starlette import StarletteWithLifespan

    return StarletteWithLifespan(debug=debug, routes=routes, middleware=middleware, lifespan=lifespan)


if not TYPE_CHECKING:
    _later = names(__name__)

    def __getattr__(name: str) -> Any:
        if name == "StarletteWithLifespan":
            from ..serving.mounting.with_starlette import StarletteWithLifespan

            return StarletteWithLifespan
        return _later(name)
