"""Tools as objects."""

from ..offers.marks import tool
from ..offers.tools import Tool

FunctionTool = Tool

__all__ = ["FunctionTool", "Tool", "tool"]
