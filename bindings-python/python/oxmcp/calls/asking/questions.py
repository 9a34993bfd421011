"""One question and its answer, in the protocol's terms."""

from __future__ import annotations

from contextvars import ContextVar
from typing import Any

from ... import _native, types
from ...answers.encoding import encode
from ...engine import questions
from ...errors import (
    ClientAnsweredError,
    McpError,
    MissingCapabilityError,
    NoBackChannelError,
    QuestionError,
    QuestionTimeoutError,
)

ELICIT = "elicitation/create"
SAMPLE = "sampling/createMessage"
LIST_ROOTS = "roots/list"
NEXT = "oxmcp/next"
"""Not for the client: middleware asks what comes next."""

noted: ContextVar[list[str] | None] = ContextVar("oxmcp_noted_questions", default=None)
"""The methods of what was asked below here, for whoever set a list to know whether anything was."""


async def asked(
    call: _native.Call, method: str, params: str | dict[str, Any], timeout: float | None = None
) -> dict[str, Any]:
    """The client's result for a question.

    Args:
        call: The call that asks.
        method: The question's method.
        params: Its params, as JSON text or as a dict.
        timeout: Seconds to wait for the answer; as long as the call runs when absent.

    Raises:
        MissingCapabilityError: the client did not declare that it can be asked this; nothing was sent.
        ClientAnsweredError: it answered with an error.
        QuestionTimeoutError: it did not answer in time.
        NoBackChannelError: there is no way to ask, or no longer.
        QuestionError: too many questions of the call are open.
        McpError: what comes next, which middleware asked for, was refused.
    """
    text = params if isinstance(params, str) else encode(params, "params")
    if method != NEXT and (asks := noted.get()) is not None:
        asks.append(method)
    try:
        answer = await questions.ask(call, method, text, timeout)
    except questions.Unanswered as why:
        raise _error(why) from None
    result: dict[str, Any] = _native.loads(answer)
    return result


def _error(why: questions.Unanswered) -> McpError:
    data = None if why.data is None else _native.loads(why.data)
    if why.kind == "protocol":
        return McpError(types.INTERNAL_ERROR if why.code is None else why.code, why.message, data)
    if why.kind == "missing_capability":
        return MissingCapabilityError(types.MISSING_REQUIRED_CLIENT_CAPABILITY, why.message, data)
    if why.kind == "client_error":
        code = types.INTERNAL_ERROR if why.code is None else why.code
        return ClientAnsweredError(code, why.message, data)
    if why.kind == "timed_out":
        return QuestionTimeoutError(types.REQUEST_TIMEOUT, why.message, data)
    if why.kind in ("cannot_ask", "abandoned", "shut_down"):
        return NoBackChannelError(types.INVALID_REQUEST, why.message, data)
    return QuestionError(types.INTERNAL_ERROR, why.message, data)
