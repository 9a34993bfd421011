"""Small things under familiar paths."""

from ....later.names import names

__getattr__ = names(__name__)
