"""What a client's roots are given as."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .. import types
from ..later.names import names
from .answering import root_of

__all__ = ["RootsHandler", "RootsList", "convert_roots_list"]

RootsList = list[Any]
"""URIs, or `Root`s."""

RootsHandler = Callable[[Any], Any]
"""A function `(context)` that gives them, plain or async."""


def convert_roots_list(roots: RootsList) -> list[types.Root]:
    """Roots as objects."""
    return [types.Root(**root_of(root)) for root in roots]


__getattr__ = names(__name__)
