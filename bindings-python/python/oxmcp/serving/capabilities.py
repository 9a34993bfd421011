"""What a server says it can do: what is registered, and what its author declared beside it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Union, cast

from ..types import ServerCapabilities

Declared = Union[str, Iterable[str], Mapping[str, Any], ServerCapabilities]
"""Names of capabilities, or the capabilities as clients are told of them."""

_REGISTERED = ("tools", "prompts", "resources", "logging")
_NAMES = (*_REGISTERED, "completions", "experimental", "extensions")


def read(declared: Declared | None) -> dict[str, Any]:
    """What an author declared, as clients are told of it.

    Raises:
        ValueError: there is no such capability.
    """
    if declared is None:
        return {}
    if isinstance(declared, ServerCapabilities):
        return declared.to_dict()
    told: dict[str, Any]
    if isinstance(declared, Mapping):
        told = dict(declared)
    elif isinstance(declared, str):
        told = {declared: {}}
    else:
        told = {name: {} for name in cast("Iterable[str]", declared)}
    for name in told:
        if name not in _NAMES:
            raise ValueError(f"there is no capability {name!r}; there are {', '.join(_NAMES)}")
    return told


def for_the_engine(declared: Mapping[str, Any], tells_of_changes: bool) -> dict[str, Any]:
    """The same in the engine's terms: clients are told of what is not declared as soon as it is registered."""
    lists = [declared.get(kind) or {} for kind in _REGISTERED[:3]]
    resources = declared.get("resources") or {}
    return {
        **{kind: True if declared.get(kind) is not None else "registered" for kind in _REGISTERED},
        "completions": True,  # as soon as something completes
        "listChanged": tells_of_changes and any(kind.get("listChanged") is not False for kind in lists),
        "subscribe": tells_of_changes and resources.get("subscribe") is not False,
        **{kind: declared[kind] for kind in _NAMES[5:] if declared.get(kind)},
    }
