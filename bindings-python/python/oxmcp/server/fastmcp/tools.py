"""Tools, under the path people import them from."""

from ...tools import Tool

__all__ = ["Tool"]
