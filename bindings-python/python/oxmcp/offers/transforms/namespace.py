"""A prefix for everything that is offered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .transform import Transform


class Namespace(Transform):
    """Puts everything under a prefix: names become `prefix_name`, URIs `scheme://prefix/rest`.

    Args:
        prefix: Letters, digits and `_ . -`, because it becomes part of URIs.
    """

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix

    def described(self) -> Mapping[str, Any]:
        """The transform as the engine reads it."""
        return {"type": "namespace", "prefix": self.prefix}
