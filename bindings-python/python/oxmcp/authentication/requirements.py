"""What a function asks of whoever wants it, beside what a policy says: scopes and roles, which the engine looks at."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple, TypeVar
from weakref import WeakSet

F = TypeVar("F", bound=Callable[..., Any])

_NOTED = "__oxmcp_requires__"
_SCOPE = re.compile(r"[!#-\[\]-~]+")

_offered: WeakSet[Any] = WeakSet()
"""The functions that servers offer: what they ask for was read then."""


class Requirements(NamedTuple):
    """What it takes."""

    scopes: tuple[str, ...] = ()
    """All of these scopes."""

    roles: tuple[str, ...] = ()
    """One of these roles, if there are any."""

    def described(self) -> dict[str, list[str]]:
        """The members of a descriptor, under `oxmcp`."""
        told = {"requiredScopes": list(self.scopes), "requiredRoles": list(self.roles)}
        return {name: words for name, words in told.items() if words}


def asked(
    function: Callable[..., Any], scopes: str | Iterable[str] | None, roles: str | Iterable[str] | None
) -> Requirements:
    """What decorators noted on a function, and these scopes; these roles, where there are any, instead of theirs.

    Raises:
        TypeError: they are no texts.
        ValueError: one cannot be a scope, or `roles` names nobody.
    """
    noted = _noted(function)
    wanted = noted.scopes if scopes is None else tuple(dict.fromkeys((*noted.scopes, *scope_names(scopes))))
    try:
        _offered.add(getattr(function, "__func__", function))
    except TypeError:  # an object without a hash, which no decorator stands above
        pass
    return Requirements(wanted, noted.roles if roles is None else role_names(roles))


def note(function: F, *, scopes: tuple[str, ...] = (), roles: tuple[str, ...] = ()) -> F:
    """Notes on a function what it asks for, beside what is noted there already.

    Raises:
        TypeError: it is offered already, and would be to everybody.
        ValueError: other roles are noted there.
    """
    if getattr(function, "__func__", function) in _offered:
        raise TypeError(
            f"{getattr(function, '__name__', function)} is offered already: what it asks for stands below the decorator "
            "that offers it, next to the function"
        )
    noted = _noted(function)
    if roles and noted.roles and roles != noted.roles:
        raise ValueError("One of several roles is asked for in one decorator: @require_roles('a', 'b')")
    joined = Requirements(tuple(dict.fromkeys((*noted.scopes, *scopes))), roles or noted.roles)
    setattr(function, _NOTED, joined)
    return function


def scope_names(given: str | Iterable[str]) -> tuple[str, ...]:
    """One scope or several.

    Raises:
        TypeError: they are no texts.
        ValueError: one cannot be a scope (RFC 6749, 3.3).
    """
    names = _texts("required_scopes", given)
    for name in names:
        if _SCOPE.fullmatch(name) is None:
            raise ValueError(f"required_scopes: {name!r} cannot be a scope")
    return names


def role_names(given: str | Iterable[str]) -> tuple[str, ...]:
    """One role or several.

    Raises:
        TypeError: they are no texts.
        ValueError: there are none, or one is empty.
    """
    names = _texts("roles", given)
    if not names or not all(names):
        raise ValueError("roles: name at least one, or leave it out for everybody")
    return names


def _texts(option: str, given: Any) -> tuple[str, ...]:
    names = (given,) if isinstance(given, str) else tuple(given) if isinstance(given, Iterable) else (given,)
    if not all(isinstance(name, str) for name in names):
        raise TypeError(f"{option} must be a string or several")
    return names


def _noted(function: Any) -> Requirements:
    while isinstance(function, functools.partial):
        function = function.func
    noted = getattr(function, _NOTED, None)
    if noted is None and not hasattr(function, "__code__"):
        noted = getattr(getattr(type(function), "__call__", None), _NOTED, None)
    return noted if isinstance(noted, Requirements) else Requirements()
