"""What a low-level server says it can do: what it has handlers for, and what it declares beside."""

from __future__ import annotations

from collections.abc import Container, Mapping
from typing import Any

from ... import types
from ..models import NotificationOptions


def told_by(
    methods: Container[str],
    notification_options: NotificationOptions | None,
    experimental: Mapping[str, Mapping[str, Any]] | None,
    extensions: Mapping[str, Mapping[str, Any]] | None,
) -> types.ServerCapabilities:
    """The capabilities of a server that answers these methods."""
    options = notification_options or NotificationOptions()
    has = methods.__contains__
    found: dict[str, Any] = {}
    if has("tools/list") or has("tools/call"):
        found["tools"] = {"listChanged": options.tools_changed}
    if has("resources/list") or has("resources/read") or has("resources/templates/list"):
        found["resources"] = {
            "subscribe": has("resources/subscribe"),
            "listChanged": options.resources_changed,
        }
    if has("prompts/list") or has("prompts/get"):
        found["prompts"] = {"listChanged": options.prompts_changed}
    if has("completion/complete"):
        found["completions"] = {}
    if has("logging/setLevel"):
        found["logging"] = {}
    if experimental:
        found["experimental"] = {key: dict(value) for key, value in experimental.items()}
    if extensions:
        found["extensions"] = {key: dict(value) for key, value in extensions.items()}
    return types.ServerCapabilities(**found)


def for_the_engine(capabilities: types.ServerCapabilities) -> dict[str, Any]:
    """The capabilities in the engine's terms."""
    told = capabilities.to_dict()
    lists = [told.get(kind) or {} for kind in ("tools", "prompts", "resources")]
    flags: dict[str, Any] = {kind: kind in told for kind in ("tools", "prompts", "resources", "completions", "logging")}
    flags["listChanged"] = any(kind.get("listChanged") for kind in lists)
    flags["subscribe"] = bool((told.get("resources") or {}).get("subscribe"))
    for kind in ("experimental", "extensions"):
        if told.get(kind):
            flags[kind] = told[kind]
    return flags
