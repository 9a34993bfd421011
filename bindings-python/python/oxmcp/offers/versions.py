"""Offers of one kind by name or URI, of which there may be several versions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .. import _native


class Versions(dict[str, Any]):
    """The offers of a kind by what they are told from others by: of several versions the highest. Not to be changed but by its
    own methods."""

    def __init__(self) -> None:
        super().__init__()
        self._all: dict[str, dict[str | None, Any]] = {}

    def every(self) -> Iterator[Any]:
        """Each of them, in every version."""
        for versions in self._all.values():
            yield from versions.values()

    def version(self, identity: str, version: str | None) -> Any:
        """The offer in this version; None where there is none."""
        return self._all.get(identity, {}).get(version)

    def put(self, item: Any) -> None:
        """Adds an offer, in the place of the same version of it."""
        self._all.setdefault(item.identity, {})[item.version] = item
        self._choose(item.identity)

    def take(self, identity: str, version: str | None = None) -> bool:
        """Takes an offer away, in one version or in all; returns whether it was there."""
        versions = self._all.get(identity, {})
        if version is None:
            found = bool(versions)
            versions.clear()
        else:
            found = versions.pop(version, None) is not None
        self._choose(identity)
        return found

    def _choose(self, identity: str) -> None:
        versions = self._all.get(identity)
        if not versions:
            self._all.pop(identity, None)
            self.pop(identity, None)
            return
        highest = next(iter(versions))
        for version in versions:
            if _native.compare_versions(highest, version) < 0:
                highest = version
        self[identity] = versions[highest]
