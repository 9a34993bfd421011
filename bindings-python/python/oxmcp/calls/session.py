"""A call by the names of code that is written against a session and a request context."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from ..engine.values import Attributes, Done
from ..later.deferred import LaterMembers
from .asking.in_session import AskingSession
from .http_request import Request, request_with

if TYPE_CHECKING:
    from .. import types
    from .experimental import Experimental
    from .served_call import ServedCall


__all__ = ["Request", "RequestContext", "Session"]


class Session(AskingSession, LaterMembers):
    """What code written against a server session sends through it, and asks."""

    __slots__ = ("_context",)

    known_as = "ServerSession"

    def __init__(self, context: ServedCall) -> None:
        self._context = context

    @property
    def protocol_version(self) -> str:
        """The version the peer speaks."""
        return self._context.protocol_version

    @property
    def client_capabilities(self) -> types.ClientCapabilities | None:
        """What the peer declared it can do."""
        return self._context.client_capabilities

    @property
    def can_send_request(self) -> bool:
        """Whether the peer can still be asked something: as long as the call runs."""
        return not self._context._call.is_over

    def check_client_capability(self, capability: types.ClientCapabilities) -> bool:
        """Whether the peer declared all that `capability` names."""
        declared = self._context.client_capabilities
        return declared is not None and _covers(declared.to_dict(), capability.to_dict())

    def client_extension_settings(self, identifier: str) -> dict[str, Any] | None:
        """What the peer declared for an extension; None when it does not have it."""
        return self._context.client_extension_settings(identifier)

    def report_progress(self, progress: float, total: float | None = None, message: str | None = None) -> Done:
        """Tells the caller how far the work has come."""
        return self._context.report_progress(progress, total, message)

    @property
    def client_params(self) -> Any:
        """What the peer told of itself, as the handshake has it: `clientInfo`, `capabilities`, `protocolVersion`."""
        context = self._context
        return Attributes(
            clientInfo=context.client_info,
            capabilities=context.client_capabilities,
            protocolVersion=context.protocol_version,
        )

    def send_log_message(
        self, level: str, data: Any, logger: str | None = None, related_request_id: object = None
    ) -> Done:
        """Sends a log message on the request's own stream (LOG-3); `related_request_id` is implied."""
        return self._context._say(level, data, logger, None)

    def send_progress_notification(
        self,
        progress_token: str | int,
        progress: float,
        total: float | None = None,
        message: str | None = None,
        related_request_id: object = None,
    ) -> Done:
        """Reports progress; the token is the request's own, whatever is given (PROG-2)."""
        return self._context.report_progress(progress, total, message)

    def send_notification(self, notification: Any, related_request_id: object = None) -> Awaitable[None]:
        """Sends a notification, the protocol's or an extension's; see `Context.send_notification`."""
        return self._context.send_notification(notification)

    def send_tool_list_changed(self) -> Awaitable[None]:
        """Tells every peer that listens that the list of tools changed."""
        return self._context.notify_tools_changed()

    def send_prompt_list_changed(self) -> Awaitable[None]:
        """Tells every peer that listens that the list of prompts changed."""
        return self._context.notify_prompts_changed()

    def send_resource_list_changed(self) -> Awaitable[None]:
        """Tells every peer that listens that the list of resources changed."""
        return self._context.notify_resources_changed()

    def send_resource_updated(self, uri: Any) -> Awaitable[None]:
        """Tells every peer that subscribed to `uri` that its contents changed."""
        return self._context.notify_resource_updated(uri)


class RequestContext:
    """The facts of a call, gathered the way code written against a request context reads them."""

    __slots__ = ("_context",)

    def __init__(self, context: ServedCall) -> None:
        self._context = context

    @property
    def request_id(self) -> str | int:
        """The request's id, as the peer wrote it."""
        return self._context._call.request_id

    @property
    def method(self) -> str:
        """What is asked, such as "call_tool"."""
        return self._context._call.kind

    @property
    def meta(self) -> Attributes:
        """The request's `_meta`; `progressToken` and the like are None when absent."""
        return self._context.meta

    @property
    def session(self) -> Session:
        """See `Context.session`."""
        return Session(self._context)

    @property
    def close_sse_stream(self) -> Callable[[], Awaitable[None]] | None:
        """See `Context.close_sse_stream`; None where it would do nothing."""
        return self._context.close_sse_stream if self._context._call.stream_can_close else None

    @property
    def close_standalone_sse_stream(self) -> Callable[[], Awaitable[None]] | None:
        """See `Context.close_standalone_sse_stream`; None where it would do nothing."""
        return self._context.close_standalone_sse_stream if self._context._call.stream_can_close else None

    @property
    def experimental(self) -> Experimental:
        """What the request has to do with tasks, by the names of 1.x of the official package."""
        from .experimental import Experimental  # few handlers need it

        return Experimental(self._context)

    @property
    def lifespan_context(self) -> Any:
        """What the server's lifespan yielded."""
        return self._context.lifespan_context

    @property
    def protocol_version(self) -> str:
        """The version the peer speaks."""
        return self._context.protocol_version

    @property
    def request(self) -> Any:
        """The HTTP request; None on other transports. Starlette's own where an ASGI application received it."""
        headers = self._context._call.headers
        return None if headers is None else request_with(headers)


def _covers(declared: Any, asked: Any) -> bool:
    """Whether all that is asked, member by member, was declared; what is asked as false need not be."""
    if isinstance(asked, dict):
        return isinstance(declared, dict) and all(_covers(declared.get(name), value) for name, value in asked.items())
    return asked is False or declared == asked
