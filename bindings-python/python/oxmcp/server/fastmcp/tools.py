"""Tools, under the path people import them from."""

from ...offers.tools import Tool

__all__ = ["Tool"]
