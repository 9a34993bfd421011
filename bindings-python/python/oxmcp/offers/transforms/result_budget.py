"""How large the results of tools may be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from .transform import Transform, at_least_one, without_absent


class ResultBudget(Transform):
    """Holds the results of tools to a size, refusals included: what models read they pay for, and clients cut where it hurts.

    Args:
        max_chars: How many characters of content a result has at most, structured content included; as it is when absent. What
            is beyond is cut, and the result says how much is missing. A result that was cut has no structured content, so tools
            with a limit do not tell of an output schema.
        compact: Whether JSON loses the white space that means nothing, in structured content and in text.
        one_copy: Whether text that only repeats the structured content is left out towards clients that know structured content
            (2025-06-18 and later). Off unless you say so, because there are clients that know it and show their model the text.
        advertise: Whether clients are told `max_chars`, by `anthropic/maxResultSizeChars` in the `_meta` of each tool.
        tools: Names of the tools that it is for; all when absent.
        note: What is written where a result was cut, instead of how much is missing.

    Of several for one tool the last one counts.

    Raises:
        ValueError: `max_chars` is not a whole number above 0.
    """

    def __init__(
        self,
        max_chars: int | None = None,
        *,
        compact: bool = True,
        one_copy: bool = False,
        advertise: bool = True,
        tools: Iterable[str] | None = None,
        note: str | None = None,
    ) -> None:
        self.max_chars = at_least_one("max_chars", max_chars)
        if isinstance(tools, str):
            raise ValueError("tools is a list of names, not a text")
        self.compact = compact
        self.one_copy = one_copy
        self.advertise = advertise
        self.tools = None if tools is None else list(tools)
        self.note = note

    def described(self) -> Mapping[str, Any]:
        """The transform as the engine reads it."""
        return without_absent(
            {
                "type": "result_budget",
                "maxChars": self.max_chars,
                "compact": self.compact,
                "oneCopy": self.one_copy,
                "advertise": self.advertise,
                "tools": self.tools,
                "note": self.note,
            }
        )
