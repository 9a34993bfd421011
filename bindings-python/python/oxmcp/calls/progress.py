"""Progress as a value that a function is given and counts up."""

from __future__ import annotations

from typing import Any

from ..arguments.injection import Provided
from ..engine.values import Done
from .context import Context, get_context


class ProgressReport:
    """How far a call has come; every change of it is told to the caller, if it asked."""

    __slots__ = ("_context", "current", "message", "total")

    def __init__(self, context: Context[Any, Any, Any]) -> None:
        self._context = context
        self.current = 0.0
        self.total: float | None = None
        self.message: str | None = None

    def set_total(self, total: float) -> Done:
        """Says how much there is to do. May be awaited or not, like the others."""
        self.total = total
        return self._tell()

    def increment(self, amount: float = 1) -> Done:
        """Says that this much more is done."""
        self.current += amount
        return self._tell()

    def set_message(self, message: str | None) -> Done:
        """Says in words what is being done."""
        self.message = message
        return self._tell()

    def _tell(self) -> Done:
        return self._context.report_progress(self.current, self.total, self.message)


def Progress() -> Any:
    """Fills a parameter with a `ProgressReport`: `async def tool(progress: Any = Progress())`."""
    return Provided(_of_this_call, run_in_thread=False)


def _of_this_call() -> ProgressReport:
    return ProgressReport(get_context())
