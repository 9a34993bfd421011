"""How objects of other packages are known: by what their class is called. Nothing of theirs is imported."""

from __future__ import annotations


def is_named(kind: type, *names: str) -> bool:
    """Whether a class, or one it derives from, is called one of these."""
    return any(base.__name__ in names for base in kind.__mro__)
