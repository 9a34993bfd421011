"""Tools as objects."""

from ....offers.managers import ToolManager
from ....offers.tools import Tool

__all__ = ["Tool", "ToolManager"]
