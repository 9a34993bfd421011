"""What a function returns that needs to know more before it can answer: questions, and what it wants to remember (MRTR-2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..errors import InvalidResult
from ..types.wire_object import to_plain
from .encoding import encode
from .peers import is_named

METHODS = frozenset({"elicitation/create", "sampling/createMessage", "roots/list"})
"""What can be asked this way (MRTR-3)."""


def is_input_required(value: Any) -> bool:
    """Whether a value asks in place of answering: a result object, ours or a peer's, or a dict that is one."""
    if isinstance(value, Mapping):
        return value.get("resultType") == "input_required"
    return is_named(type(value), "InputRequiredResult", "InputRequiredToolResult")


def complete_input_required(call: Any, value: Any) -> None:
    """Answers a call with what it asks.

    Raises:
        InvalidResult: it asks nothing and remembers nothing, or asks what cannot be asked this way.
    """
    whole = to_plain(getattr(value, "input_required", value))
    requests, state = whole.get("inputRequests") or {}, whole.get("requestState")
    if not requests and state is None:
        raise InvalidResult("a result that requires input has input_requests, request_state or both")
    if state is not None and not isinstance(state, str):
        raise InvalidResult(f"request_state is text, not {type(state).__name__}")
    call.complete_input_required([_asked(str(key), one) for key, one in requests.items()], state)


def _asked(key: str, request: Any) -> tuple[str, str, str]:
    plain = to_plain(request)
    method = plain.get("method") if isinstance(plain, Mapping) else None
    if method not in METHODS:
        raise InvalidResult(f"input_requests.{key}: its method is one of {', '.join(sorted(METHODS))}")
    params = plain.get("params")
    return key, method, encode({} if params is None else params, f"input_requests.{key}.params")
