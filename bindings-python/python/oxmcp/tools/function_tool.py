"""Tools as objects."""

from ..later.names import names
from ..offers.marks import tool
from ..offers.tools import Tool

FunctionTool = Tool

__all__ = ["FunctionTool", "Tool", "tool"]

__getattr__ = names(__name__)
