"""The tools of a server, looked at."""

from ....offers.managers import ToolManager

__all__ = ["ToolManager"]
