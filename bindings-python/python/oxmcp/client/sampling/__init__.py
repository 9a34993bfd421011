"""What handlers of questions to the model are given and return."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...engine.values import Attributes as RequestContext
from ...later.names import names
from ...types import CreateMessageRequestParams as SamplingParams
from ...types import SamplingMessage

__all__ = ["RequestContext", "SamplingHandler", "SamplingHandlerResult", "SamplingMessage", "SamplingParams"]

SamplingHandlerResult = Any
"""A text, or a `CreateMessageResult`."""

SamplingHandler = Callable[[list[SamplingMessage], SamplingParams, Any], Any]
"""A function `(messages, params, context)`, plain or async; see `Client`."""

__getattr__ = names(__name__)
