"""Asking by returning: a function gives its questions back, and is called again with the answers.

@mcp.tool
async def book(ctx: Context) -> str | InputRequired:
    answer = ctx.answer("who", Booking)
    if answer is None:
        return InputRequired({"who": Elicit("Who comes?", Booking)})
    return f"A table for {answer.data.name}"
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ... import _native, types
from ...arguments import forms
from . import elicitation, markers
from .results import ElicitationResult

Answer = types.ElicitResult | types.CreateMessageResult | types.CreateMessageResultWithTools | types.ListRootsResult


class InputRequired(types.InputRequiredResult):
    """What a tool, a prompt or a resource returns to ask the client: it is called again with the answers, from the beginning.

    Args:
        requests: What is asked, each under a key of your choice: `Elicit(…)`, `Sample(…)`, `ListRoots()`, or a request object of
            the protocol's.
        state: Text that comes back as `ctx.request_state`. Clients cannot read or change it. Without requests the client calls
            again at once.
    """

    def __init__(self, requests: Mapping[str, Any] | None = None, state: str | None = None, **members: Any) -> None:
        asked = {key: markers.request_of(one) for key, one in (requests or {}).items()}
        told = {"input_requests": asked or None, "request_state": state}
        super().__init__(**{**{name: value for name, value in told.items() if value is not None}, **members})


def responses(call: _native.Call) -> dict[str, Any] | None:
    """The answers of earlier rounds by key, as objects; None in the first round."""
    text = call.input_responses
    return None if text is None else {key: _answer(one) for key, one in _native.loads(text).items()}


def answer(call: _native.Call, key: str, wanted: Any) -> ElicitationResult[Any] | None:
    """A user's answer to the form asked for under a key, in the type that was wanted; None when there is none yet.

    Raises:
        InvalidAnswer: it does not fit.
    """
    text = call.input_responses
    found = None if text is None else _native.loads(text).get(key)
    return None if found is None else elicitation.outcome(forms.form(wanted), found)


def _answer(given: dict[str, Any]) -> Any:
    if "action" in given:
        return types.ElicitResult(**given)
    if "roots" in given:
        return types.ListRootsResult(**given)
    if "content" not in given:
        return given
    content = given["content"]
    has_tools = isinstance(content, list) or content.get("type") in ("tool_use", "tool_result")
    return (types.CreateMessageResultWithTools if has_tools else types.CreateMessageResult)(**given)
