"""Tools as objects. `fastmcp` has a module and a decorator of this name: the module is both."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

from ..answers.results import ToolResult
from ..offers.marks import tool
from ..offers.tools import Tool

FunctionTool = Tool

__all__ = ["FunctionTool", "Tool", "ToolResult", "tool"]


class _Decorator(ModuleType):
    def __call__(self, *positional: Any, **options: Any) -> Any:
        return tool(*positional, **options)


sys.modules[__name__].__class__ = _Decorator
