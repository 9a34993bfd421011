"""Middleware that limits how large the results of tools are, by `fastmcp`'s name. The engine does it, and no call passes here."""

from __future__ import annotations

from collections.abc import Iterable

from ...calls.middleware.hooks import Middleware
from ...offers.transforms.result_budget import ResultBudget
from ...offers.transforms.transform import at_least_one

__all__ = ["ResponseLimitingMiddleware"]


class ResponseLimitingMiddleware(Middleware):
    """Cuts what tools answer, as `ResultBudget` does.

    Args:
        max_size: How many characters of content a result has at most.
        truncation_suffix: What is written where a result was cut.
        tools: Names of the tools that it is for; all when absent.

    Raises:
        ValueError: `max_size` is not a whole number above 0.
    """

    def __init__(
        self,
        *,
        max_size: int = 1_000_000,
        truncation_suffix: str = "\n\n[Response truncated due to size limit]",
        tools: Iterable[str] | None = None,
    ) -> None:
        at_least_one("max_size", max_size)
        self.max_size = max_size
        self.truncation_suffix = truncation_suffix
        self.tools = None if tools is None else set(tools)
        self.transform = ResultBudget(
            max_size,
            compact=False,
            advertise=False,
            tools=None if tools is None else sorted(self.tools or ()),
            note=truncation_suffix,
        )
        """What the engine does for it."""
