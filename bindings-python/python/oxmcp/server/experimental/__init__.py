"""Tasks in low-level handlers, at the paths that 1.x of the official package has for them."""

from ...later.names import names

__getattr__ = names(__name__)
