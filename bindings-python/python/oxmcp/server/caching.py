"""How long results may be kept."""

from ..later.names import names
from ..offers.descriptors import CacheHint

__all__ = ["CacheHint"]

__getattr__ = names(__name__)
