"""Middleware that brings tools along, by `fastmcp`'s name. They are offered as if they were registered."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ...calls.middleware.hooks import Middleware
from ...later.names import names
from ...offers.tools import Tool

__all__ = ["ToolInjectionMiddleware"]


class ToolInjectionMiddleware(Middleware):
    """Offers tools for as long as it is among a server's middleware, in the place of registered ones with their names. Of several
    that bring a tool of one name, the first counts.

    Args:
        tools: Tools, or functions to make tools of. Of several with one name the last counts.
    """

    def __init__(self, tools: Sequence[Tool | Callable[..., Any]]) -> None:
        made = [tool if isinstance(tool, Tool) else Tool(tool) for tool in tools]
        self._tools = {tool.name: tool for tool in made}

    @property
    def injected_tools(self) -> Sequence[Tool]:
        """The tools it brings."""
        return list(self._tools.values())

    def get_injected_tool(self, name: str) -> Tool | None:
        """The one with this name, if there is one."""
        return self._tools.get(name)


__getattr__ = names(__name__)
