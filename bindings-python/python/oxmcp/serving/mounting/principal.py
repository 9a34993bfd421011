"""Who asks, where the application that a server is mounted in has found out."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from .asgi import Scope

Principal = tuple[str | None, str | None, str | None]
"""The user, the OAuth client and the issuer of the token, as far as they are known."""


def principal_of(scope: Scope) -> Principal | None:
    """Who asks, by `scope["user"]`, which middleware sets: Starlette's `AuthenticationMiddleware` or any like it.

    A user with an access token (`AuthenticatedUser` of the official package) is its subject, its client and its issuer:
    `access_token.subject` or the claim `sub`, `client_id`, the claim `iss`. Any other is its `identity`; where it has none, its
    `display_name`, which then has to be one that no two users share; or itself where it is text. None where nobody was
    authenticated, and where none of this says who.
    """
    user = scope.get("user")
    if user is None or not getattr(user, "is_authenticated", True):
        return None
    token = getattr(user, "access_token", None)
    if token is not None:
        claims = getattr(token, "claims", None) or {}
        known = (
            _text(getattr(token, "subject", None)) or _text(claims.get("sub")),
            _text(getattr(token, "client_id", None)),
            _text(claims.get("iss")),
        )
        if any(known[:2]):
            return known
    subject = _text(user) or _told(user, "identity") or _told(user, "display_name")
    return None if subject is None else (subject, None, None)


def _told(user: Any, name: str) -> str | None:
    try:
        return _text(getattr(user, name, None))
    except NotImplementedError:
        # As Starlette's own users say that they have none.
        return None


def _text(value: object) -> str | None:
    """What names somebody for good: not an object that only has some representation."""
    return str(value) or None if isinstance(value, (str, int, UUID)) else None
