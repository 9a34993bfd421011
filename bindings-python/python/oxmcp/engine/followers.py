"""Who wants to know when the first client follows a resource, and when the last one goes."""

from __future__ import annotations

import weakref
from collections.abc import Callable

from .. import _native

Hear = Callable[[str, bool], None]

_hearing: weakref.WeakKeyDictionary[_native.Server, Hear] = weakref.WeakKeyDictionary()


def listen(engine: _native.Server, hear: Hear) -> None:
    """Has `hear` called, on the loop that serves the engine, with a resource's URI and whether somebody follows it now."""
    if engine not in _hearing:
        engine.tell_of_followers()
    _hearing[engine] = hear


def told(engine: _native.Server, uri: str, followed: bool) -> None:
    """Tells whoever listens."""
    hear = _hearing.get(engine)
    if hear is not None:
        hear(uri, followed)
