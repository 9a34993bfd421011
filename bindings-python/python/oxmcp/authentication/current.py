"""Who asks in the call in flight."""

from __future__ import annotations

from contextvars import ContextVar
from typing import Any

from .. import _native
from .tokens import Principal, principal_from, token_from

route_principal: ContextVar[str | None] = ContextVar("oxmcp_route_principal", default=None)
"""Who sends the request that a route of the author's answers."""


def known_now() -> dict[str, Any] | None:
    """What the engine knows of who asks; None where it knows nobody, and outside of calls."""
    call = _native.current_call.get(None)
    text = route_principal.get() if call is None else call.principal
    return None if text is None else _native.loads(text)


def get_access_token() -> Any:
    """The access token that the call in flight came with, an `AccessToken`, or of the class that a verifier of the author's
    made; None where none was needed or none came: on stdio, within the process, outside of calls. Its `token` is empty where
    the section `authentication` does not say `keep_token`."""
    known = known_now()
    return None if known is None else token_from(known)


def get_principal() -> Principal | None:
    """Who asks in the call in flight; None where nobody knows."""
    known = known_now()
    return None if known is None else principal_from(known)


def current_access_token() -> Any:
    """The access token, for parameters that need one.

    Raises:
        RuntimeError: there is none.
    """
    token = get_access_token()
    if token is None:
        raise RuntimeError("No access token found: the call came without one")
    return token


def token_claim(name: str) -> str:
    """A claim of the access token.

    Raises:
        RuntimeError: there is no token, or it does not have the claim.
    """
    value = current_access_token().claims.get(name)
    if value is None:
        raise RuntimeError(f"The access token has no claim {name!r}")
    return str(value)
