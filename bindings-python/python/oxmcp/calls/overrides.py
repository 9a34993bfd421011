"""What stands in for the dependencies of a server, in tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator, MutableMapping
from typing import Any

Provider = Callable[..., Any]


class Overrides(MutableMapping[Provider, Provider]):
    """By function that is depended on, the one that takes its place. The ways to the server's functions are made anew when it
    changes, so that calls pay nothing."""

    def __init__(self, changed: Callable[[], None]) -> None:
        self._instead: dict[Provider, Provider] = {}
        self._changed = changed

    def __getitem__(self, provider: Provider) -> Provider:
        return self._instead[provider]

    def __setitem__(self, provider: Provider, instead: Provider) -> None:
        self._instead[provider] = instead
        self._changed()

    def __delitem__(self, provider: Provider) -> None:
        del self._instead[provider]
        self._changed()

    def __iter__(self) -> Iterator[Provider]:
        return iter(self._instead)

    def __len__(self) -> int:
        return len(self._instead)
