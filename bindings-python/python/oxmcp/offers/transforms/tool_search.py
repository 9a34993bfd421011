"""Tools that are found instead of listed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from .transform import Transform, at_least_one


class ToolSearch(Transform):
    """Lists two tools instead of many: one finds the others by what they do, one calls them. What each client may see is what it
    finds; what is found is called as if it had been called directly, with its schema, its time limit and its questions. What
    middleware takes from the list is not found. Tools that are not listed can still be called by their names.

    Args:
        max_results: How many tools one search finds at most.
        always_visible: Names of tools that are listed as ever.
        search_tool_name, call_tool_name: The names of the two.
        by: What a search is given: "words", a query in plain words that names, descriptions and parameters are held against, the
            best first; or "pattern", a regular expression.
        results: How the tools that are found are written: "json", as lists have them; or "markdown", shorter, a line for each
            parameter.

    Raises:
        ValueError: nothing could be found, or both have the same name.
    """

    def __init__(
        self,
        *,
        max_results: int = 5,
        always_visible: Iterable[str] = (),
        search_tool_name: str = "search_tools",
        call_tool_name: str = "call_tool",
        by: Literal["words", "pattern"] = "words",
        results: Literal["json", "markdown"] = "json",
    ) -> None:
        at_least_one("max_results", max_results)
        if not search_tool_name or not call_tool_name:
            raise ValueError("the tools that search and that call need a name each")
        if search_tool_name == call_tool_name:
            raise ValueError(f"the tools that search and that call are both named {call_tool_name!r}")
        if by not in ("words", "pattern"):
            raise ValueError(f"by is 'words' or 'pattern', not {by!r}")
        if results not in ("json", "markdown"):
            raise ValueError(f"results is 'json' or 'markdown', not {results!r}")
        if isinstance(always_visible, str):
            raise ValueError("always_visible is a list of names, not a text")
        self.max_results = max_results
        self.always_visible = list(always_visible)
        self.search_tool_name = search_tool_name
        self.call_tool_name = call_tool_name
        self.by = by
        self.results = results

    def described(self) -> Mapping[str, Any]:
        """The transform as the engine reads it."""
        return {
            "type": "tool_search",
            "maxResults": self.max_results,
            "alwaysVisible": self.always_visible,
            "searchTool": self.search_tool_name,
            "callTool": self.call_tool_name,
            "by": self.by,
            "results": self.results,
        }
