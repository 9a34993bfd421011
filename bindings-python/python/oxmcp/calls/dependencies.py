"""Values a handler needs that no caller may give: connections, settings, the current user."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .. import _native
from ..arguments.injection import Dependency, Provided
from .context import get_context
from .http_request import request_with

__all__ = [
    "CurrentAccessToken",
    "CurrentContext",
    "CurrentFastMCP",
    "CurrentHeaders",
    "CurrentRequest",
    "Dependency",
    "Depends",
    "TokenClaim",
    "get_context",
    "get_http_headers",
    "get_http_request",
    "get_server",
]


def Depends(
    dependency: Callable[..., Any], *, use_cache: bool = True, run_in_thread: bool | None = None, **given: Any
) -> Any:
    """Fills a parameter with what `dependency` returns: `def tool(db: Db = Depends(get_db))`.

    A context manager that it returns is entered, and left when the call is over, the last one first; so is a generator function.
    What fails there fails the call: nobody is told that something was done which then could not be committed.

    Args:
        dependency: A plain or async function, a class, an object with `__call__`, a generator function. Its own parameters may
            have dependencies, and be annotated with the Context.
        use_cache: Whether parameters with the same dependency share one value per call.
        run_in_thread: Whether a plain one runs on a worker thread. When absent it is where the function runs that it is for: on a
            worker thread for a plain one, on the event loop's for a coroutine function, which some connections insist on.
        given: Further arguments of `dependency`, values or dependencies.
    """
    return Provided(dependency, use_cache, run_in_thread=run_in_thread, given=given)


def CurrentContext() -> Any:
    """Fills a parameter with the call's Context: `def tool(ctx: Context = CurrentContext())`."""
    return Provided(get_context, is_context=True, run_in_thread=False)


def CurrentFastMCP() -> Any:
    """Fills a parameter with the server: `def tool(server: FastMCP = CurrentFastMCP())`."""
    return Provided(get_server, run_in_thread=False)


def CurrentHeaders() -> Any:
    """Fills a parameter with the HTTP headers of the call, by lower-case name."""
    return Provided(get_http_headers, run_in_thread=False)


def CurrentRequest() -> Any:
    """Fills a parameter with the HTTP request of the call."""
    return Provided(get_http_request, run_in_thread=False)


def CurrentAccessToken() -> Any:
    """Fills a parameter with the access token that the call came with; a call without one fails."""
    from ..authentication.current import current_access_token

    return Provided(current_access_token, run_in_thread=False)


def TokenClaim(name: str) -> Any:
    """Fills a parameter with a claim of that token, as text; a call without it fails."""
    from ..authentication.current import token_claim

    return Provided(token_claim, run_in_thread=False, given={"name": name})


def get_server() -> Any:
    """The server of the call in flight.

    Raises:
        RuntimeError: no call is in flight here.
    """
    return get_context().server


def get_http_request() -> Any:
    """The HTTP request of the call in flight: Starlette's own where an ASGI application received it, with what its middleware
    put there; otherwise an object with its `headers`.

    Raises:
        RuntimeError: there is none: no call is in flight here, or it came another way.
    """
    call = _native.current_call.get(None)
    headers = None if call is None else call.headers
    if headers is None:
        raise RuntimeError("No HTTP request is in flight here")
    return request_with(headers)


def get_http_headers(include_all: bool = True, include: set[str] | None = None) -> dict[str, str]:
    """The HTTP headers of the call in flight, by lower-case name; empty on other transports and outside a call. They are all
    there, credentials included, whatever `include_all` and `include` say, which are accepted for code that gives them: choose
    what to hand on to other services."""
    call = _native.current_call.get(None)
    return {} if call is None else dict(call.headers or {})
