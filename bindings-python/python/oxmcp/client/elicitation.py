"""What handlers of forms and pages are given and return."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from typing_extensions import Self

from .. import types
from ..later.names import names
from ..types import ElicitRequestParams

__all__ = ["ElicitRequestParams", "ElicitResult", "ElicitationHandler"]

ElicitationHandler = Callable[[str, Any, Any, Any], Any]
"""A function `(message, response_type, params, context)`, plain or async; see `Client`."""


class ElicitResult(types.ElicitResult):
    """What the user did, and what was filled in: a dict, an object of the `response_type`, or the one thing that was asked."""

    content: Any = None

    def __class_getitem__(cls, _parameters: Any) -> type[Self]:
        """The class itself: `ElicitResult[str]` is written in annotations."""
        return cls


__getattr__ = names(__name__)
