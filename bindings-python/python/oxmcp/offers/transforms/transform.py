"""One transform, as the engine reads it."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any


class Transform:
    """What becomes of the offers of a server before clients see them: `mcp.add_transform(transform)`. The engine does it; a
    transform only says what is to be done, and does not change once it was added."""

    @abstractmethod
    def described(self) -> Mapping[str, Any]:
        """The transform as the engine reads it: its `type` and what belongs to that."""
        raise NotImplementedError

    def name_of_tool(self, name: str) -> str:
        """What a tool of this name is named by it."""
        return name

    def __repr__(self) -> str:
        described = ", ".join(f"{name}={value!r}" for name, value in self.described().items() if name != "type")
        return f"{type(self).__name__}({described})"


def without_absent(described: Mapping[str, Any]) -> dict[str, Any]:
    """What is said, without what is not."""
    return {name: value for name, value in described.items() if value is not None}


def at_least_one(what: str, number: int | None) -> int | None:
    """The number.

    Raises:
        ValueError: it is not a whole number above 0.
    """
    if number is not None and (not isinstance(number, int) or isinstance(number, bool) or number < 1):
        raise ValueError(f"{what} is a whole number of at least 1, not {number!r}")
    return number
