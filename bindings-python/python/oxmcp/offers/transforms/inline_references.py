"""Schemas for clients that do not follow references."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .transform import Transform, at_least_one


class InlineReferences(Transform):
    """Writes out what the schemas of tools refer to (`$ref`), for clients that drop `$defs`. What contains itself stays a
    reference, and a schema that would get too large stays as it is. Done once, when a tool is registered; calls are checked
    against the schema as it was.

    Args:
        max_bytes: How large a schema may get.
    """

    def __init__(self, *, max_bytes: int = 65536) -> None:
        at_least_one("max_bytes", max_bytes)
        self.max_bytes = max_bytes

    def described(self) -> Mapping[str, Any]:
        """The transform as the engine reads it."""
        return {"type": "inline_refs", "maxBytes": self.max_bytes}
