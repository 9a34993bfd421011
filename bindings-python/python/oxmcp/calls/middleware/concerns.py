"""Which methods a middleware is for: read once, when it is added, so that others never pass it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

TYPED = {
    "tools/call": "on_call_tool",
    "resources/read": "on_read_resource",
    "prompts/get": "on_get_prompt",
    "completion/complete": "on_complete",
    "tools/list": "on_list_tools",
    "resources/list": "on_list_resources",
    "resources/templates/list": "on_list_resource_templates",
    "prompts/list": "on_list_prompts",
    "initialize": "on_initialize",
    "server/discover": "on_discover",
}
"""The hook of each method that has one of its own."""

LISTS: Mapping[str, str] = {
    "tools/list": "tools",
    "resources/list": "resources",
    "resources/templates/list": "resourceTemplates",
    "prompts/list": "prompts",
}
"""The member of a list's result that holds the items, by method."""

_ALSO = {"resources/read": ("check_resource_access",)}
_HOOKS = frozenset({*TYPED.values(), "on_message", "on_request", "on_notification", "check_resource_access"})


def has_hooks(middleware: Any) -> bool:
    """Whether it is an object with hooks, ours or a peer's; otherwise it is a function around every request."""
    return any(callable(getattr(type(middleware), name, None)) for name in _HOOKS)


def concerns(middleware: Any, method: str) -> bool:
    """Whether requests, or notifications, of this method pass it: a function, an object whose `__call__` is its own, or one with
    a hook of its own for it. `*` stands for every other request."""
    if not has_hooks(middleware):
        return True
    of_type = "on_notification" if method.startswith("notifications/") else "on_request"
    typed = TYPED.get(method)
    names = ("__call__", "on_message", of_type, *([typed] if typed else ()), *_ALSO.get(method, ()))
    return any(overrides(middleware, name) for name in names)


def overrides(middleware: Any, name: str) -> bool:
    """Whether an object has a member that is not what the base class of hooks has."""
    if name in getattr(middleware, "__dict__", ()):
        return True
    found = getattr(type(middleware), name, None)
    return found is not None and found is not getattr(_base(type(middleware)), name, None)


def _base(kind: type) -> type | None:
    """The class whose hooks do nothing: ours or a peer's. By name, as nothing of theirs is imported."""
    return next((base for base in kind.__mro__ if base.__name__ == "Middleware" and "on_message" in vars(base)), None)
