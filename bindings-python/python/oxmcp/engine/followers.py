"""Who wants to know when the first client follows a resource, and when the last one goes."""

from __future__ import annotations

import functools
import weakref
from collections.abc import Callable

from .. import _native

Hear = Callable[[str, bool], None]

_hearing: weakref.WeakKeyDictionary[_native.Server, Hear] = weakref.WeakKeyDictionary()


def listen(engine: _native.Server, hear: Hear) -> None:
    """Has `hear` called with a resource's URI and whether somebody follows it now: on the loop that serves the engine, else on
    that of an engine it is mounted in."""
    if engine not in _hearing:
        # The engine must not keep itself.
        engine.tell_of_followers(functools.partial(_told, weakref.ref(engine)))
    _hearing[engine] = hear


def _told(engine: weakref.ref[_native.Server], uri: str, followed: bool) -> None:
    there = engine()
    hear = None if there is None else _hearing.get(there)
    if hear is not None:
        hear(uri, followed)
