"""The result of a tool, whole."""

from .answers.results import ToolResult

__all__ = ["ToolResult"]
