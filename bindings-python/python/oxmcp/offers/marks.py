"""Decorators that need no server: they note on the function what a server's decorator would be told, for `add_tool(f)`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from .._native import Kind

F = TypeVar("F", bound=Callable[..., Any])

_MARK = "__oxmcp_offer__"


def tool(name_or_function: Any = None, /, *, name: str | None = None, **options: Any) -> Any:
    """Notes that a function is a tool, with the options of `MCPServer.tool`; a server's `add_tool(function)` reads them."""
    return _apply("tool", name_or_function, name, options)


def prompt(name_or_function: Any = None, /, *, name: str | None = None, **options: Any) -> Any:
    """Notes that a function is a prompt, with the options of `MCPServer.prompt`, for `add_prompt(function)`."""
    return _apply("prompt", name_or_function, name, options)


def resource(uri: str, *, name: str | None = None, **options: Any) -> Callable[[F], F]:
    """Notes that a function is a resource, with the options of `MCPServer.resource`, for `add_resource(function)`.

    Raises:
        TypeError: the decorator is used without a URI.
    """
    if callable(uri):
        raise TypeError("A resource needs a URI: @resource('scheme://path')")
    register: Callable[[F], F] = _apply("resource", None, name, {"uri": uri, **options})
    return register


def noted(function: Any, kind: Kind) -> dict[str, Any]:
    """What a decorator noted on a function; empty when there is nothing of this kind."""
    mark = getattr(function, _MARK, None)
    return dict(mark[1]) if mark is not None and mark[0] == kind else {}


def _apply(kind: Kind, first: Any, name: str | None, options: dict[str, Any]) -> Any:
    if isinstance(first, str):
        if name is not None:
            raise TypeError("The name is given twice")
        first, name = None, first

    def note(function: F) -> F:
        setattr(function, _MARK, (kind, options if name is None else {"name": name, **options}))
        return function

    return note if first is None else note(first)
