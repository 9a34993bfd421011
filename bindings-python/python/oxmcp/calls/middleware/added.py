"""The middleware of a server, as its author adds to it and takes from it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, SupportsIndex

from .concerns import concerns


class MiddlewareList(list[Any]):
    """The middleware of a server. The targets of a server that is built already are made anew when it changes."""

    def __init__(self, items: Iterable[Any], changed: Callable[[], None]) -> None:
        super().__init__(items)
        self._changed = changed
        self.behind: dict[tuple[str, str], Any] = {}
        """What is reached behind it by name, for middleware that asks for another tool or prompt: by method and name."""

    def around(self, method: str) -> list[Any]:
        """What requests of this method pass, the outermost first."""
        return [one for one in self if concerns(one, method)]

    def append(self, item: Any) -> None:
        """Adds one inside all others."""
        super().append(item)
        self._changed()

    def insert(self, index: SupportsIndex, item: Any) -> None:
        """Adds one before the one at `index`."""
        super().insert(index, item)
        self._changed()

    def extend(self, items: Iterable[Any]) -> None:
        """Adds some inside all others."""
        super().extend(items)
        self._changed()

    def remove(self, item: Any) -> None:
        """Takes one away. Raises ValueError when it is not there."""
        super().remove(item)
        self._changed()

    def pop(self, index: SupportsIndex = -1) -> Any:
        """Takes the one at `index` away, and gives it."""
        item = super().pop(index)
        self._changed()
        return item

    def clear(self) -> None:
        """Takes all away."""
        super().clear()
        self._changed()
