"""Tools as objects."""

from ..answers.results import ToolResult
from ..errors import ToolError
from ..offers.tools import Tool

__all__ = ["Tool", "ToolError", "ToolResult"]
