"""What the two kinds of search have in common."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

from ....errors import NotYetError
from ....later.names import COMPOSITION, names
from ....offers.transforms.tool_search import ToolSearch

__all__ = ["BaseSearchTransform"]

__getattr__ = names(__name__)


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

        Raises:
            ValueError: nothing could be found, or both have the same name.
            NotYetError: the tools that are found are to be written in another way than lists have them.
        """
        if getattr(search_result_serializer, "__name__", None) not in (None, "serialize_tools_for_output_json"):
            raise NotYetError.of(f"{type(self).__name__}(search_result_serializer=…)", COMPOSITION)
        super().__init__(
            max_results=max_results,
            always_visible=always_visible or (),
            search_tool_name=search_tool_name,
            call_tool_name=call_tool_name,
            by=self.by_default,
        )
