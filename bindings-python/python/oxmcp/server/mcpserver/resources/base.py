"""Resources as objects."""

from ....offers.resources import Resource

__all__ = ["Resource"]
