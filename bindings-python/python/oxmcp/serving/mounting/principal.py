"""Who asks, where the application that a server is mounted in has found out."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from ... import _native
from .asgi import Scope


def principal_of(scope: Scope) -> str | None:
    """Who asks, by `scope["user"]`, which middleware sets: Starlette's `AuthenticationMiddleware` or any like it; as JSON for the
    engine.

    A user with an access token (`AuthenticatedUser` of the official package) is its subject, its client and its issuer:
    `access_token.subject` or the claim `sub`, `client_id`, the claim `iss`; and has what the token grants. Any other is its
    `identity`; where it has none, its `display_name`, which then has to be one that no two users share; or itself where it is
    text. None where nobody was authenticated, and where none of this says who.
    """
    user = scope.get("user")
    if user is None or not getattr(user, "is_authenticated", True):
        return None
    token = getattr(user, "access_token", None)
    if token is not None:
        from ...authentication.tokens import facts

        known = facts(token)
        if known is not None:
            return _native.dumps({**known, "token": _text(getattr(token, "token", None))}, default=str)
    subject = _text(user) or _told(user, "identity") or _told(user, "display_name")
    return None if subject is None else _native.dumps({"subject": subject})


def _told(user: Any, name: str) -> str | None:
    try:
        return _text(getattr(user, name, None))
    except NotImplementedError:
        # As Starlette's own users say that they have none.
        return None


def _text(value: object) -> str | None:
    """What names somebody for good: not an object that only has some representation."""
    return str(value) or None if isinstance(value, (str, int, UUID)) else None
