"""Every exception of oxmcp, and how an exception becomes an answer to the caller.

Three planes: what the engine refuses to start or register (`KIND_TO_CLASS`), what a user's function raises on purpose
(`ToolError` and its kin: their text reaches the caller), and JSON-RPC errors of the author's choosing (`McpError`).
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from typing import Any, Protocol

from . import types

logger = logging.getLogger("oxmcp")

_LONGEST_MESSAGE = 8_000
_MOST_PROBLEMS = 10


class OxmcpError(Exception):
    """The base of everything raised by oxmcp itself."""


class ConfigurationError(OxmcpError, ValueError):
    """An option has a value that cannot work."""


class InvalidDescriptorError(OxmcpError, ValueError):
    """A tool, resource, resource template or prompt cannot be registered as described."""


class InvalidSchemaError(OxmcpError, ValueError):
    """A JSON Schema is not valid, not supported, or over the limits."""


class AlreadyRegisteredError(OxmcpError, ValueError):
    """Something of this name is registered already."""


class TransportError(OxmcpError, OSError):
    """Reading, writing, binding or accepting failed."""


class ClosedError(OxmcpError):
    """The server was stopped, or never started."""


class InternalError(OxmcpError):
    """A defect of the engine."""


KIND_TO_CLASS: dict[str, type[OxmcpError]] = {
    "configuration": ConfigurationError,
    "invalid_descriptor": InvalidDescriptorError,
    "invalid_schema": InvalidSchemaError,
    "already_registered": AlreadyRegisteredError,
    "io": TransportError,
    "closed": ClosedError,
    "internal": InternalError,
}
"""The engine's kinds of error and their classes; a test holds it against the engine's own list."""


def from_native(error: Any) -> OxmcpError:
    """The exception of ours for an engine error, which stays its cause: `raise from_native(error) from error`."""
    exception = KIND_TO_CLASS.get(error.kind, OxmcpError)(error.message)
    exception.__cause__ = error
    return exception


class ToolError(OxmcpError):
    """Raise it in a tool: its text reaches the caller whatever the masking (TOOL-7)."""


class ResourceError(OxmcpError):
    """The same for reading a resource."""


class PromptError(OxmcpError):
    """The same for a prompt."""


class NotFoundError(OxmcpError):
    """What was asked for is not there (RSRC-3, PRM-3)."""


class InvalidResult(ToolError):
    """A function returned what cannot be sent, or what its own annotation rules out. The text names the place."""


class InvalidArguments(OxmcpError, ValueError):
    """The arguments do not fit. The text names each field in plain words and repeats nothing of the input."""

    def __init__(self, problems: str | Iterable[tuple[str, str]]) -> None:
        """Takes a finished text, or pairs of a field's path and what is wrong with it."""
        if isinstance(problems, str):
            self.problems: tuple[tuple[str, str], ...] = (("", problems),)
        else:
            self.problems = tuple(problems)
        super().__init__(in_words(self.problems))


class McpError(OxmcpError):
    """A JSON-RPC error sent as it is: `McpError(code, message, data)` or `McpError(ErrorData(...))`."""

    def __init__(self, code: int | types.ErrorData | Any, message: str | None = None, data: Any = None) -> None:
        """Takes the three parts, or one object that has them as attributes."""
        if isinstance(code, int):
            self.error = types.ErrorData(code=code, message=message or "", data=data)
        else:
            self.error = types.ErrorData(code=code.code, message=code.message, data=getattr(code, "data", None))
        super().__init__(self.error.message)

    @property
    def code(self) -> int:
        """The JSON-RPC code."""
        return self.error.code

    @property
    def message(self) -> str:
        """The sentence for people."""
        return self.error.message

    @property
    def data(self) -> Any:
        """Any JSON value, or None."""
        return self.error.data


MCPError = McpError


class FailingCall(Protocol):
    """The part of a native call that answers with a failure."""

    @property
    def id(self) -> int: ...

    def fail(self, kind: str, message: str, detail: str | None = None) -> bool: ...

    def fail_protocol(self, code: int, message: str, data: str | None = None) -> bool: ...


def in_words(problems: Sequence[tuple[str, str]]) -> str:
    """One line for a list of (path, what is wrong). Complaints about one path (a union's members) are joined."""
    merged: dict[str, list[str]] = {}
    for path, message in problems:
        known = merged.setdefault(path, [])
        if message not in known:
            known.append(message)
    parts = []
    for path, messages in list(merged.items())[:_MOST_PROBLEMS]:
        parts.append(f"{path}: {' or '.join(messages)}" if path else "; ".join(messages))
    if len(merged) > _MOST_PROBLEMS:
        parts.append(f"and {len(merged) - _MOST_PROBLEMS} more")
    return "; ".join(parts)


def masked_text(call_id: int) -> str:
    """What the caller reads instead of the message when errors are masked."""
    return f"The server could not complete this call. Its log tells more under call {call_id}."


def answer(call: FailingCall, exception: BaseException, *, what: str, mask: bool) -> None:
    """Answers `call` with what `exception` means, and logs the whole of it.

    `what` names what failed, for the log: `tool 'add'`. With `mask`, the text of an exception which the author did not
    mean for the caller stays in the log.
    """
    exception = _only_leaf(exception)
    protocol = _protocol_error(exception)
    if protocol is not None:
        logger.info("%s answered call %d with error %d", what, call.id, protocol.code, exc_info=exception)
        data = None if protocol.data is None else _data_text(protocol.data)
        call.fail_protocol(protocol.code, _clean(protocol.message), data)
        return
    kind = _meant_for_the_caller(exception)
    if kind is not None:
        level = logging.ERROR if isinstance(exception, InvalidResult) else logging.INFO  # a defect, or said on purpose
        logger.log(level, "%s refused call %d: %s", what, call.id, _clean(str(exception)), exc_info=exception)
        call.fail(kind, _clean(str(exception)) or type(exception).__name__)
        return
    logger.error("%s failed in call %d", what, call.id, exc_info=exception)
    text = _clean(describe(exception))
    if mask:
        call.fail("tool", masked_text(call.id), f"{what}: {text}")
    else:
        call.fail("tool", text)


def describe(exception: BaseException) -> str:
    """`TypeName: message`, in words for a validation error and for each member of a group."""
    name = type(exception).__name__
    members = getattr(exception, "exceptions", None)
    if isinstance(members, tuple) and members:
        return f"{name}: " + "; ".join(describe(member) for member in members)
    try:
        if name == "ValidationError" and hasattr(exception, "errors"):
            from . import refusals

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


def _protocol_error(exception: BaseException) -> types.ErrorData | None:
    if isinstance(exception, McpError):
        return exception.error
    if type(exception).__name__ in ("McpError", "MCPError"):  # a peer's class of the same meaning
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
    from . import encoding

    try:
        return encoding.encode(data, "data")
    except InvalidResult as error:
        logger.error("the data of a protocol error was left out: %s", error)
        return None
