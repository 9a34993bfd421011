"""How long results may be kept."""

from ..offers.descriptors import CacheHint

__all__ = ["CacheHint"]
