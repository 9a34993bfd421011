"""Families of resources."""

from ....offers.resources import ResourceTemplate

__all__ = ["ResourceTemplate"]
