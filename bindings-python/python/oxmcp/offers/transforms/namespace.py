"""A prefix for everything that is offered."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ...errors import ConfigurationError
from .transform import Transform


class Namespace(Transform):
    """Puts everything under a prefix: names become `prefix_name`, URIs `scheme://prefix/rest`.

    Args:
        prefix: Letters, digits and `_ . -`, because it becomes part of URIs.

    Raises:
        ConfigurationError: it has other characters.
    """

    def __init__(self, prefix: str) -> None:
        if not re.fullmatch(r"[A-Za-z0-9_.-]+", prefix):
            raise ConfigurationError(
                f"{prefix!r} cannot be a namespace: it needs letters A-Z a-z, digits, and _ . - alone, because it "
                "becomes a part of names and of URIs"
            )
        self.prefix = prefix

    def name_of_tool(self, name: str) -> str:
        """The name in the namespace."""
        return f"{self.prefix}_{name}"

    def described(self) -> Mapping[str, Any]:
        """The transform as the engine reads it."""
        return {"type": "namespace", "prefix": self.prefix}
