"""What is checked of whoever asks, offer by offer: the names of `fastmcp`."""

from __future__ import annotations

import inspect
import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any, NamedTuple, Union

from ..errors import AuthorizationError
from . import requirements
from .current import get_principal

logger = logging.getLogger("oxmcp")


class AuthContext(NamedTuple):
    """Who asks, and for what."""

    token: Any
    """The `AccessToken`; None where there is none."""
    component: Any
    """The tool, resource, template or prompt."""

    @property
    def tool(self) -> Any:
        """The component, if it is a tool."""
        return self.component if getattr(self.component, "component", None) == "tool" else None


AuthCheck = Callable[[AuthContext], Union[bool, Awaitable[bool]]]
"""Whether somebody may have something. What it raises means no."""


class ScopeCheck:
    """Asks for scopes, and can say which are missing; as a decorator, it has the engine ask for them."""

    def __init__(self, scopes: Iterable[str], tag: str | None = None) -> None:
        self._names = requirements.scope_names(scopes)
        self.required_scopes = frozenset(self._names)
        self.tag = tag

    def missing_scopes(self, ctx: AuthContext) -> set[str]:
        """What is missing; nothing where there is no token at all, or nothing is asked for."""
        return (
            set() if ctx.token is None or not self._concerns(ctx) else set(self.required_scopes) - set(ctx.token.scopes)
        )

    def __call__(self, ctx: Any) -> Any:
        """Whether they are all there. A function is noted to ask for them, and given back.

        Raises:
            TypeError: the function is offered already, or the check is about a label.
        """
        if callable(ctx):
            if self.tag is not None:
                raise TypeError("restrict_tag() is a check for auth=…; as a decorator there is require_scopes()")
            return requirements.note(ctx, scopes=self._names)
        return not self._concerns(ctx) or (ctx.token is not None and self.required_scopes.issubset(ctx.token.scopes))

    def _concerns(self, ctx: AuthContext) -> bool:
        return self.tag is None or self.tag in (getattr(ctx.component, "tags", None) or ())


class RoleCheck:
    """Asks for one of some roles that the engine knows of; as a decorator, it has the engine ask for them."""

    def __init__(self, roles: Iterable[str]) -> None:
        self.roles = requirements.role_names(roles)

    def __call__(self, ctx: Any) -> Any:
        """Whether one is there. A function is noted to ask for one, and given back.

        Raises:
            TypeError: the function is offered already.
        """
        if callable(ctx):
            return requirements.note(ctx, roles=self.roles)
        principal = get_principal()
        return principal is not None and not set(self.roles).isdisjoint(principal.roles)


def require_scopes(*scopes: str) -> Any:
    """Lets pass who has all of these scopes: a check for `auth=…`, or a decorator between the one that offers a function and
    the function, which says the same as `required_scopes=…`."""
    return ScopeCheck(scopes)


def restrict_tag(tag: str, *, scopes: Sequence[str]) -> AuthCheck:
    """Lets pass who has all of these scopes, where something has the label; everybody else where not."""
    return ScopeCheck(scopes, tag)


def require_roles(*roles: str, extract: Callable[[dict[str, Any]], Iterable[str]] | None = None) -> Any:
    """Lets pass who has roles: a check for `auth=…`; without `extract` also a decorator between the one that offers a function
    and the function, which says the same as `roles=…`.

    Args:
        roles: Their names.
        extract: Finds the roles in the token's claims, a list or one text, which must have all of these; where they are not
            there, nobody has any. Without, one of these must be among those that the engine knows the caller by.

    Raises:
        ValueError: no role is named.
    """
    if not roles:
        raise ValueError("require_roles() needs at least one role")
    if extract is None:
        return RoleCheck(roles)

    def check(ctx: AuthContext) -> bool:
        if ctx.token is None:
            return False
        try:
            found = extract(ctx.token.claims)
            return set(roles).issubset([found] if isinstance(found, str) else found)
        except (KeyError, IndexError, TypeError):
            return False

    return check


async def _passes(check: AuthCheck, ctx: AuthContext) -> bool:
    try:
        said = check(ctx)
        return bool(await said if inspect.isawaitable(said) else said)
    except AuthorizationError:
        raise
    except Exception as error:
        logger.warning(
            "The check %s failed, which lets nobody pass: %s", getattr(check, "__name__", check), error, exc_info=error
        )
        return False


def listed(checks: Any) -> list[AuthCheck]:
    """One check or several."""
    return list(checks) if isinstance(checks, (list, tuple)) else [checks]


async def run_auth_checks(checks: AuthCheck | Sequence[AuthCheck], ctx: AuthContext) -> bool:
    """Whether all of them let pass.

    Raises:
        AuthorizationError: one says so in words of its own.
    """
    for check in listed(checks):
        if not await _passes(check, ctx):
            return False
    return True


async def shortfall(checks: AuthCheck | Sequence[AuthCheck], ctx: AuthContext) -> tuple[bool, list[str]]:
    """Whether all of them let pass; and if scopes are all that is missing, which.

    Raises:
        AuthorizationError: one says so in words of its own.
    """
    missing: set[str] = set()
    passed = True
    for check in listed(checks):
        if await _passes(check, ctx):
            continue
        if not isinstance(check, ScopeCheck):
            return False, []
        passed = False
        missing |= check.missing_scopes(ctx)
    return passed, sorted(missing)
