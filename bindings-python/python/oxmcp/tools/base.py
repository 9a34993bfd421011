"""Tools as objects."""

from ..answers.results import InputRequiredToolResult, ToolResult
from ..later.names import names
from ..offers.tools import Tool

__all__ = ["InputRequiredToolResult", "Tool", "ToolResult"]

__getattr__ = names(__name__)
