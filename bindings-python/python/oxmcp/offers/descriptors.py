"""What is registered, as data: the parts all descriptors share, in the newest wire shape."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ..answers.encoding import encode
from ..types.wire_object import to_plain


def wire_name(name: str) -> str:
    """The protocol's spelling of a member: `read_only_hint` is `readOnlyHint`."""
    head, *rest = name.split("_")
    return head + "".join(word[:1].upper() + word[1:] for word in rest) if head else name


def wire_object(value: Any) -> dict[str, Any] | None:
    """A small protocol object (annotations, an icon), given as an object or as a dict in either spelling."""
    if value is None:
        return None
    members = to_plain(value)
    if not isinstance(members, Mapping):
        members = vars(members)  # a dataclass of the author's own
    return {wire_name(name): member for name, member in members.items() if member is not None}


def common(
    descriptor: dict[str, Any],
    *,
    title: str | None,
    description: str | None,
    icons: Iterable[Any] | None,
    annotations: Any,
    meta: Mapping[str, Any] | None,
    tags: frozenset[str],
    version: str | None,
) -> dict[str, Any]:
    """Adds the members that tools, prompts and resources share, where they say something."""
    if title is not None:
        descriptor["title"] = title
    if description:
        descriptor["description"] = description
    if icons:
        descriptor["icons"] = [wire_object(icon) for icon in icons]
    hints = wire_object(annotations)
    if hints:
        descriptor["annotations"] = hints
    own: dict[str, Any] = {}
    if tags:
        own["tags"] = sorted(tags)
    if version is not None:
        own["version"] = version
    members = dict(meta or {})
    if own:
        members["oxmcp"] = own
        theirs = members.get("fastmcp")  # where that client looks for tags and versions
        members["fastmcp"] = {**(theirs if isinstance(theirs, Mapping) else {}), **own}
    if members:
        descriptor["_meta"] = members
    return descriptor


def implementation(
    *,
    name: str,
    version: str,
    title: str | None,
    description: str | None,
    website_url: str | None,
    icons: Iterable[Any],
) -> str:
    """What a server says of itself, as JSON text."""
    told = {
        "name": name,
        "version": version,
        "title": title,
        "description": description,
        "websiteUrl": website_url,
        "icons": [wire_object(icon) for icon in icons] or None,
    }
    return encode({member: value for member, value in told.items() if value is not None}, "implementation")


def cache_hint(hint: Any) -> dict[str, Any]:
    """`ttlMs` and `cacheScope` of a hint: an object or dict with `ttl_ms` and `scope`, in either spelling."""
    if hint is None:
        return {}
    members = hint if isinstance(hint, Mapping) else {name: getattr(hint, name, None) for name in ("ttl_ms", "scope")}
    ttl = members.get("ttl_ms", members.get("ttlMs"))
    scope = members.get("scope", members.get("cache_scope", members.get("cacheScope")))
    return {name: value for name, value in (("ttlMs", ttl), ("cacheScope", scope)) if value is not None}


CACHEABLE = (
    "tools/list",
    "prompts/list",
    "resources/list",
    "resources/templates/list",
    "resources/read",
)
"""The methods whose results may be kept (CACHE-1)."""


def uniform_hints(seconds: int | None, scope: str | None) -> dict[str, Any]:
    """One hint for everything that may be kept; none without seconds.

    Raises:
        ValueError: the seconds are not positive, or a scope is given without them.
    """
    if seconds is None:
        if scope is not None:
            raise ValueError("cache_scope says who may keep a result for cache_ttl seconds: give that too")
        return {}
    if seconds <= 0:
        raise ValueError(f"cache_ttl is a positive number of seconds, not {seconds}")
    return {method: {"ttl_ms": seconds * 1000, "scope": scope or "private"} for method in CACHEABLE}


def text(descriptor: Mapping[str, Any]) -> str:
    """The descriptor as JSON text.

    Raises:
        InvalidResult: a member (of `meta`, say) is not JSON.
    """
    return encode(dict(descriptor), "descriptor")


class CacheHint:
    """How long a result may be kept, and by whom (CACHE-1).

    Args:
        ttl_ms: Freshness in milliseconds from receipt; 0 is stale at once.
        scope: "private", or "public" where anyone may share it (CACHE-2).
    """

    __slots__ = ("scope", "ttl_ms")

    def __init__(self, ttl_ms: int = 0, scope: str = "private") -> None:
        if ttl_ms < 0 or scope not in ("private", "public"):
            raise ValueError("A cache hint has ttl_ms ≥ 0 and the scope 'private' or 'public'")
        self.ttl_ms = ttl_ms
        self.scope = scope
