"""Tools as objects."""

from ....offers.tools import Tool

__all__ = ["Tool"]
