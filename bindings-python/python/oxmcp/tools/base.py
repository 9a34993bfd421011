"""Tools as objects."""

from ..answers.results import ToolResult
from ..later.names import names
from ..offers.tools import Tool

__all__ = ["Tool", "ToolResult"]

__getattr__ = names(__name__)
