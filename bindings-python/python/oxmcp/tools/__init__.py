"""Tools as objects, and the decorator that needs no server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..answers.results import InputRequiredToolResult, ToolResult
from ..errors import ToolError
from ..later.names import names
from ..offers.tools import Tool

if TYPE_CHECKING:
    from ..offers.marks import tool
else:
    from . import tool

FunctionTool = Tool

__all__ = ["FunctionTool", "InputRequiredToolResult", "Tool", "ToolError", "ToolResult", "tool"]

__getattr__ = names(__name__)
