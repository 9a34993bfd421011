"""The engine's errors, by our exceptions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from .. import _native
from ..errors import from_native


@contextmanager
def translated() -> Iterator[None]:
    """Turns what the engine raises into our exception for its kind."""
    try:
        yield
    except _native.NativeError as error:
        raise from_native(error) from error
