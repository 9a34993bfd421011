"""Checks of whoever asks before everything, by `fastmcp`'s name. The engine hides what they do not let pass."""

from __future__ import annotations

from collections.abc import Sequence

from ...authentication.checks import AuthCheck, AuthContext
from ...calls.middleware.hooks import Middleware
from ...errors import AuthorizationError, InsufficientScopeError
from ...later.names import names

__all__ = ["AuthCheck", "AuthContext", "AuthMiddleware", "AuthorizationError", "InsufficientScopeError"]


class AuthMiddleware(Middleware):
    """Asks its checks about every tool, resource, template and prompt, those of mounted servers too. What one of them does not
    let pass is in no list, and unknown when it is asked for. On stdio nobody is asked.

    Args:
        auth: A check or several, all of which have to let pass: `require_scopes("api")`,
            `restrict_tag("admin", scopes=["admin"])`, or a plain or async function that is given an `AuthContext`.
    """

    def __init__(self, auth: AuthCheck | Sequence[AuthCheck]) -> None:
        self.auth = auth
        self.checks_of_all = auth
        """What a server looks for among its middleware."""


__getattr__ = names(__name__)
