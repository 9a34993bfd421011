"""What the two kinds of search have in common."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal, NoReturn

from ....errors import NotYetError
from ....later.names import COMPOSITION, names
from ....offers.transforms.tool_search import ToolSearch

__all__ = [
    "BaseSearchTransform",
    "serialize_tools_for_output_json",
    "serialize_tools_for_output_markdown",
]

__getattr__ = names(__name__)


def serialize_tools_for_output_json(_tools: Any) -> NoReturn:
    """Says as `search_result_serializer` that tools are written as lists have them. The engine writes them: it is not called."""
    raise TypeError("serialize_tools_for_output_json is for search_result_serializer=…: the engine writes the tools")


def serialize_tools_for_output_markdown(_tools: Any) -> NoReturn:
    """Says as `search_result_serializer` that tools are written shorter. The engine writes them: it is not called."""
    raise TypeError(
        "serialize_tools_for_output_markdown is for search_result_serializer=…: the engine writes the tools"
    )


_RESULTS: dict[Any, Literal["json", "markdown"]] = {
    None: "json",
    serialize_tools_for_output_json: "json",
    serialize_tools_for_output_markdown: "markdown",
}


class BaseSearchTransform(ToolSearch):
    """See `ToolSearch`."""

    by_default: Literal["words", "pattern"] = "words"

    def __init__(
        self,
        *,
        max_results: int = 5,
        always_visible: Iterable[str] | None = None,
        search_tool_name: str = "search_tools",
        call_tool_name: str = "call_tool",
        search_result_serializer: Any = None,
    ) -> None:
        """Takes the names of tools that are listed as ever, how many a search finds at most, and the names of the two tools.
        `search_result_serializer` is one of the two functions here.

        Raises:
            ValueError: nothing could be found, or both have the same name.
            NotYetError: the tools that are found are to be written by a function of one's own.
        """
        if search_result_serializer not in _RESULTS:
            raise NotYetError.of(f"{type(self).__name__}(search_result_serializer=…)", COMPOSITION)
        super().__init__(
            max_results=max_results,
            always_visible=always_visible or (),
            search_tool_name=search_tool_name,
            call_tool_name=call_tool_name,
            by=self.by_default,
            results=_RESULTS[search_result_serializer],
        )
