"""Requests as objects, for handlers that are written to take one."""

from __future__ import annotations

from .capabilities import ClientCapabilities
from .objects import CompletionArgument, CompletionContext, Implementation
from .wire_object import WireObject

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from typing_extensions import Self

    from .objects import LoggingLevel, Reference

__all__ = [
    "CallToolRequest",
    "CallToolRequestParams",
    "CompleteRequest",
    "CompleteRequestParams",
    "DiscoverRequest",
    "GetPromptRequest",
    "GetPromptRequestParams",
    "InitializeRequest",
    "InitializeRequestParams",
    "ListPromptsRequest",
    "ListResourceTemplatesRequest",
    "ListResourcesRequest",
    "ListToolsRequest",
    "PaginatedRequest",
    "PaginatedRequestParams",
    "PingRequest",
    "ReadResourceRequest",
    "ReadResourceRequestParams",
    "Request",
    "RequestParams",
    "RequestParamsMeta",
    "SetLevelRequest",
    "SetLevelRequestParams",
    "SubscribeRequest",
    "SubscribeRequestParams",
    "UnsubscribeRequest",
    "UnsubscribeRequestParams",
]


class RequestParamsMeta(dict[str, object]):
    """The `_meta` of a request, with any keys; `progress_token` asks for progress."""


class RequestParams(WireObject):
    """What the parameters of every request may carry."""

    meta: dict[str, Any] | None = None
    task: dict[str, Any] | None = None


class InitializeRequestParams(RequestParams):
    """The parameters of `initialize` (legacy)."""

    protocol_version: str
    capabilities: ClientCapabilities
    client_info: Implementation


class SubscribeRequestParams(RequestParams):
    """The parameters of `resources/subscribe` (legacy)."""

    uri: str


class UnsubscribeRequestParams(RequestParams):
    """The parameters of `resources/unsubscribe` (legacy)."""

    uri: str


class SetLevelRequestParams(RequestParams):
    """The parameters of `logging/setLevel` (legacy)."""

    level: LoggingLevel


class CallToolRequestParams(WireObject):
    """The parameters of `tools/call`."""

    name: str
    arguments: dict[str, Any] | None = None
    meta: dict[str, Any] | None = None
    task: dict[str, Any] | None = None
    input_responses: dict[str, Any] | None = None
    request_state: str | None = None


class GetPromptRequestParams(WireObject):
    """The parameters of `prompts/get`."""

    name: str
    arguments: dict[str, str] | None = None
    meta: dict[str, Any] | None = None
    input_responses: dict[str, Any] | None = None
    request_state: str | None = None


class ReadResourceRequestParams(WireObject):
    """The parameters of `resources/read`."""

    uri: str
    meta: dict[str, Any] | None = None
    input_responses: dict[str, Any] | None = None
    request_state: str | None = None


class PaginatedRequestParams(WireObject):
    """The parameters of the lists."""

    cursor: str | None = None
    meta: dict[str, Any] | None = None


class CompleteRequestParams(WireObject):
    """The parameters of `completion/complete`."""

    ref: Reference
    argument: CompletionArgument
    context: CompletionContext | None = None
    meta: dict[str, Any] | None = None


class Request(WireObject):
    """A request: its method, and its parameters as an object."""

    method: str
    params: Any = None

    def __class_getitem__(cls, _parameters: Any) -> type[Self]:
        """The class itself: `Request[Params, Method]` says what an author's own request holds."""
        return cls


class PaginatedRequest(Request):
    """A request for a page of a list."""

    params: PaginatedRequestParams | None = None


class PingRequest(Request):
    """A `ping` request (legacy)."""

    method: str = "ping"
    params: RequestParams | None = None


class InitializeRequest(Request):
    """An `initialize` request (legacy)."""

    method: str = "initialize"
    params: InitializeRequestParams


class DiscoverRequest(Request):
    """A `server/discover` request (from 2026-07-28)."""

    method: str = "server/discover"
    params: RequestParams | None = None


class ListToolsRequest(PaginatedRequest):
    """A `tools/list` request."""

    method: str = "tools/list"


class ListResourcesRequest(PaginatedRequest):
    """A `resources/list` request."""

    method: str = "resources/list"


class ListResourceTemplatesRequest(PaginatedRequest):
    """A `resources/templates/list` request."""

    method: str = "resources/templates/list"


class ListPromptsRequest(PaginatedRequest):
    """A `prompts/list` request."""

    method: str = "prompts/list"


class CallToolRequest(Request):
    """A `tools/call` request."""

    method: str = "tools/call"
    params: CallToolRequestParams


class ReadResourceRequest(Request):
    """A `resources/read` request."""

    method: str = "resources/read"
    params: ReadResourceRequestParams


class SubscribeRequest(Request):
    """A `resources/subscribe` request (legacy)."""

    method: str = "resources/subscribe"
    params: SubscribeRequestParams


class UnsubscribeRequest(Request):
    """A `resources/unsubscribe` request (legacy)."""

    method: str = "resources/unsubscribe"
    params: UnsubscribeRequestParams


class GetPromptRequest(Request):
    """A `prompts/get` request."""

    method: str = "prompts/get"
    params: GetPromptRequestParams


class CompleteRequest(Request):
    """A `completion/complete` request."""

    method: str = "completion/complete"
    params: CompleteRequestParams


class SetLevelRequest(Request):
    """A `logging/setLevel` request (legacy)."""

    method: str = "logging/setLevel"
    params: SetLevelRequestParams


REQUESTS: dict[str, type[Request]] = {
    "tools/list": ListToolsRequest,
    "resources/list": ListResourcesRequest,
    "resources/templates/list": ListResourceTemplatesRequest,
    "prompts/list": ListPromptsRequest,
}
"""The classes of the requests that a listing handler may take, by method."""
