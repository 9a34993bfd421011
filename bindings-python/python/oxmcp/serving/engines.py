"""The engines of a server: one is enough, unless it is used on several event loops at a time."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from .. import _native
from ..engine import claims


class Engines:
    """The engines of one server, all of which offer the same."""

    def __init__(self, build: Callable[[], _native.Server]) -> None:
        """Takes what makes an engine that offers what is registered."""
        self._build = build
        self._made: list[_native.Server] = []
        self.lock = threading.RLock()
        """Held while an engine is made, and while what is registered changes."""

    def made(self) -> tuple[_native.Server, ...]:
        """Those there are: whatever is registered later, each has to hear of."""
        return tuple(self._made)

    def first(self) -> _native.Server:
        """The one that is there if any is."""
        with self.lock:
            return self._made[0] if self._made else self._another()

    def take(self, holder: Any) -> _native.Server:
        """The one this loop serves already, one that nobody serves, or a new one. `holder` is the loop, or stands for one
        that is still to be made."""
        with self.lock:
            for engine in self._made:
                if claims.is_held_by(engine, holder):
                    return engine
            for engine in self._made:
                if claims.claim(engine, holder):
                    return engine
            engine = self._another()
            claims.claim(engine, holder)
            return engine

    def forget(self) -> None:
        """Makes them anew when they are needed next."""
        with self.lock:
            self._made.clear()

    def _another(self) -> _native.Server:
        engine = self._build()
        self._made.append(engine)
        return engine
