"""How an exception becomes an answer to the caller, and what of it stays in the log."""

from __future__ import annotations

import logging
import traceback
from typing import Any, Protocol

from .. import _native, types
from ..errors import InvalidResult, McpError, QuestionError, in_words, logger
from . import refusals
from .encoding import encode
from .peers import is_named

_LONGEST_MESSAGE = 8_000


class _WithoutSecrets(logging.Filter):
    """Takes out of our lines what looks like a secret: what functions raise has in it what they were given (SEC-15)."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Lets every line pass."""
        message = record.getMessage()
        fit = _native.fit_for_log(message)
        if fit != message:
            record.msg, record.args = fit, None
        if record.exc_info and record.exc_info[1] is not None and not record.exc_text:
            trace = "".join(traceback.format_exception(record.exc_info[1])).rstrip("\n")
            fit = _native.fit_for_log(trace)
            if fit != trace:
                # Handlers that would write the trace by themselves have none to write.
                record.exc_info, record.exc_text = None, fit
        return True


logger.addFilter(_WithoutSecrets())


class FailingCall(Protocol):
    """The part of a native call that answers with a failure."""

    @property
    def call_id(self) -> str: ...

    def fail(
        self, kind: str, message: str, detail: str | None = None, data: str | None = None, raised: bool = False
    ) -> bool: ...

    def fail_protocol(self, code: int, message: str, data: str | None = None) -> bool: ...


def masked_text(call_id: str) -> str:
    """What the caller reads instead of the message when errors are masked."""
    return f"The server could not complete this call. Its log tells more under call {call_id}."


def answer(call: FailingCall, exception: BaseException, *, what: str, mask: bool) -> None:
    """Answers `call` with what `exception` means, and logs the whole of it.

    `what` names what failed, for the log: `tool 'add'`. With `mask`, the text of an exception which the author did not
    mean for the caller stays in the log.
    """
    exception = _only_leaf(exception)
    if isinstance(exception, QuestionError):
        logger.info("%s had no answer from the client in call %s: %s", what, call.call_id, exception)
        data = None if exception.data is None else _data_text(exception.data)
        call.fail(exception.failure, _clean(str(exception)), None, data)
        return
    protocol = protocol_error(exception)
    if protocol is not None:
        logger.info("%s answered call %s with error %d", what, call.call_id, protocol.code, exc_info=exception)
        data = None if protocol.data is None else _data_text(protocol.data)
        call.fail_protocol(protocol.code, _clean(protocol.message), data)
        return
    kind = _meant_for_the_caller(exception)
    if kind is not None:
        level = logging.ERROR if isinstance(exception, InvalidResult) else logging.INFO  # a defect, or said on purpose
        logger.log(level, "%s refused call %s: %s", what, call.call_id, _clean(str(exception)), exc_info=exception)
        call.fail(kind, _clean(str(exception)) or type(exception).__name__)
        return
    logger.error("%s failed in call %s", what, call.call_id, exc_info=exception)
    text = _clean(describe(exception))
    if mask:
        call.fail("tool", masked_text(call.call_id), f"{what}: {text}")
    else:
        call.fail("tool", text, raised=True)


def describe(exception: BaseException) -> str:
    """`TypeName: message`, in words for a validation error and for each member of a group."""
    name = type(exception).__name__
    members = getattr(exception, "exceptions", None)
    if isinstance(members, tuple) and members:
        return f"{name}: " + "; ".join(describe(member) for member in members)
    try:
        if name == "ValidationError" and hasattr(exception, "errors"):
            message = in_words(refusals.problems(exception, None))
        else:
            message = str(exception)
    except Exception:  # a broken __str__ must not cost the caller the answer
        message = ""
    return f"{name}: {message}" if message else name


def _only_leaf(exception: BaseException) -> BaseException:
    """The one exception inside a group of one: what a task group wraps around what the author raised."""
    members = getattr(exception, "exceptions", None)
    while isinstance(members, tuple) and len(members) == 1 and isinstance(members[0], BaseException):
        exception = members[0]
        members = getattr(exception, "exceptions", None)
    return exception


def protocol_error(exception: BaseException) -> types.ErrorData | None:
    """The JSON-RPC error that an exception is, ours or a peer's; None when it is none."""
    if isinstance(exception, McpError):
        return exception.error
    if is_named(type(exception), "McpError", "MCPError"):  # a peer's class of the same meaning
        error = getattr(exception, "error", exception)
        code, message = getattr(error, "code", None), getattr(error, "message", None)
        if isinstance(code, int) and isinstance(message, str):
            return types.ErrorData(code=code, message=message, data=getattr(error, "data", None))
    return None


MEANT_FOR_THE_CALLER = {
    "ToolError": "tool",
    "ResourceError": "tool",
    "PromptError": "tool",
    "NotFoundError": "not_found",
    "InvalidArguments": "invalid_arguments",
}
"""Exceptions whose text was written for the caller, and the kinds of failure they are."""


def _meant_for_the_caller(exception: BaseException) -> str | None:
    """The kind of failure, if the text was written for the caller. By name: a peer's classes count."""
    for base in type(exception).__mro__:
        kind = MEANT_FOR_THE_CALLER.get(base.__name__)
        if kind is not None:
            return kind
    return None


def _clean(text: str) -> str:
    """Text that can be sent: no lone surrogates, no book."""
    if len(text) > _LONGEST_MESSAGE:
        text = text[:_LONGEST_MESSAGE] + "…"
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode("utf-8")


def _data_text(data: Any) -> str | None:
    try:
        return encode(data, "data")
    except InvalidResult as error:
        logger.error("the data of a protocol error was left out: %s", error)
        return None
