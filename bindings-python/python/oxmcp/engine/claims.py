"""Who serves an engine: one event loop at a time, so that a server needs an engine for each loop it is used on."""

from __future__ import annotations

import asyncio
import threading
import weakref
from typing import Any

from .. import _native

_lock = threading.Lock()
_holders: weakref.WeakKeyDictionary[_native.Server, Any] = weakref.WeakKeyDictionary()


def is_held_by(engine: _native.Server, holder: Any) -> bool:
    """Whether this loop, or whoever is about to make one, serves the engine."""
    with _lock:
        return _holders.get(engine) is holder


def claim(engine: _native.Server, holder: Any) -> bool:
    """Takes an engine that nobody serves; False when somebody does. A loop that is closed serves nothing."""
    with _lock:
        now = _holders.get(engine)
        if now is not None and not (isinstance(now, asyncio.AbstractEventLoop) and now.is_closed()):
            return False
        _holders[engine] = holder
        return True


def hand_over(engine: _native.Server, holder: Any) -> None:
    """Says on which loop an engine is served from now on."""
    with _lock:
        _holders[engine] = holder


def give_back(engine: _native.Server, holder: Any) -> None:
    """Says that this holder serves the engine no more; nothing if another one does."""
    with _lock:
        if _holders.get(engine) is holder:
            del _holders[engine]
