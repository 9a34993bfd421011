"""Every exception of oxmcp. How one becomes an answer is told in `answers/failures.py`.

Three planes: what the engine refuses to start or register (`KIND_TO_CLASS`), what a user's function raises on purpose
(`ToolError` and its kin: their text reaches the caller), and JSON-RPC errors of the author's choosing (`McpError`).
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from . import types
from .types.wire_object import to_plain

if TYPE_CHECKING:
    from typing_extensions import Self

logger = logging.getLogger("oxmcp")

_MOST_PROBLEMS = 10


class OxmcpError(Exception):
    """The base of everything raised by oxmcp itself. Can be copied and pickled, whatever a subclass asks to be made of."""

    def __reduce__(self) -> Any:
        return (_remade, (type(self), self.args), self.__dict__ or None)


def _remade(kind: type[OxmcpError], arguments: tuple[Any, ...]) -> OxmcpError:
    made = kind.__new__(kind, *arguments)
    made.args = arguments  # which those that are an OSError take in __init__
    return made


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


class NotYetError(OxmcpError, NotImplementedError):
    """What was used has a name here, because code imports it, and does nothing yet."""

    @classmethod
    def of(cls, name: str, feature: str) -> Self:
        """The error for a name, and what it will come with."""
        return cls(f"{name} is not yet in oxmcp: it comes with {feature}")


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


class InvalidSignature(OxmcpError, ValueError):
    """A function cannot be a tool, resource or prompt: the name that other packages have for this."""


class ClientError(OxmcpError):
    """A client cannot do what it was asked to."""


class InputRequiredRoundsExceededError(OxmcpError, RuntimeError):
    """A server asked its client more often than the client lets it within one call (MRTR-17)."""

    def __init__(self, max_rounds: int) -> None:
        self.max_rounds = max_rounds
        super().__init__(
            f"The server asked for input in more than {max_rounds} rounds: input_required_max_rounds is the client's limit"
        )


class DisabledError(OxmcpError):
    """What was asked for is switched off."""


class NotFoundError(OxmcpError):
    """What was asked for is not there (RSRC-3, PRM-3)."""


class AuthorizationError(ToolError):
    """Whoever asks may not have what it asks for. Its text reaches the caller."""


class InsufficientScopeError(AuthorizationError):
    """The token lacks scopes; the caller may come back with a better one."""

    def __init__(self, required_scopes: Iterable[str], *, message: str | None = None) -> None:
        """Takes the scopes that are missing."""
        self.required_scopes = list(required_scopes)
        named = ", ".join(self.required_scopes) or "(unknown)"
        super().__init__(f"Insufficient scope. Required: {named}" if message is None else message)


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


class InvalidAnswer(ToolError, ValueError):
    """The client's answer to a question does not fit what was asked. The text names each field and repeats nothing of it."""

    def __init__(self, problems: str | Iterable[tuple[str, str]]) -> None:
        """Takes a finished text, or pairs of a field's path and what is wrong with it."""
        self.problems = (("", problems),) if isinstance(problems, str) else tuple(problems)
        super().__init__(f"The client's answer does not fit what was asked: {in_words(self.problems)}")


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


class QuestionError(McpError):
    """A question to the client has no answer. Not caught, it fails the call with its text."""

    failure = "tool"
    """The kind of failure that the call ends with."""


class MissingCapabilityError(QuestionError):
    """The client did not declare that it can be asked this (-32021); `data["requiredCapabilities"]` says what it would take."""

    failure = "missing_capability"


class NoBackChannelError(QuestionError):
    """There is no way to ask: the call is over, or nobody could bring the answer."""


class ClientAnsweredError(QuestionError):
    """The client answered with an error: its code, message and data."""

    def __str__(self) -> str:
        return f"The client answered with error {self.code}: {self.message}"


class QuestionTimeoutError(QuestionError, TimeoutError):
    """No answer came within the time that the question had."""


class UrlElicitationRequiredError(McpError):
    """Raise it where a page has to be visited first: error -32042, with the pages as its data."""

    def __init__(self, elicitations: Iterable[Any], message: str | None = None) -> None:
        """Takes the pages, each an `ElicitRequestURLParams` or a dict."""
        pages = [to_plain(page) for page in elicitations]
        text = message or f"URL elicitation{'s' if len(pages) > 1 else ''} required"
        super().__init__(types.URL_ELICITATION_REQUIRED, text, {"elicitations": pages})

    @property
    def elicitations(self) -> list[dict[str, Any]]:
        """The pages."""
        pages: list[dict[str, Any]] = self.error.data["elicitations"]
        return pages


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
