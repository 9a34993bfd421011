"""Notifications as people write them: objects, or dicts with `method` and `params`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from ..types.wire_object import to_plain

LEVELS = ("debug", "info", "notice", "warning", "error", "critical", "alert", "emergency")
"""The log levels of the protocol, from the least severe up (RFC 5424)."""

CHANGES: dict[str, Literal["tools", "prompts", "resources"]] = {
    "notifications/tools/list_changed": "tools",
    "notifications/prompts/list_changed": "prompts",
    "notifications/resources/list_changed": "resources",
}


def read(notification: Any) -> tuple[str, Mapping[str, Any]]:
    """The method and the params of a notification.

    Raises:
        TypeError: it has no method, or its params are no mapping.
    """
    said = to_plain(getattr(notification, "root", notification))
    method = said.get("method") if isinstance(said, Mapping) else None
    if not isinstance(method, str):
        raise TypeError(f"a notification has a method and perhaps params, not {notification!r}")
    params = {} if said.get("params") is None else said["params"]
    if not isinstance(params, Mapping):
        raise TypeError(f"{method}: params must be a mapping, not {params!r}")
    return method, params


def check_level(level: Any) -> str:
    """A log level.

    Raises:
        ValueError: it is none of the eight.
    """
    if level not in LEVELS:
        raise ValueError(f"Unknown log level {level!r}: expected one of {', '.join(LEVELS)}")
    return str(level)
