"""Families of resources."""

from ....later.names import names
from ....offers.resources import ResourceTemplate

__all__ = ["ResourceTemplate"]

__getattr__ = names(__name__)
