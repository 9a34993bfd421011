"""Requests as objects, for handlers that are written to take one; `oxmcp.types` offers them by these names."""

from __future__ import annotations

from .wire_object import WireObject

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .objects import LoggingLevel


class RequestParams(WireObject):
    """What the parameters of every request may carry."""

    meta: dict[str, Any] | None = None


class SubscribeRequestParams(RequestParams):
    """The parameters of `resources/subscribe` (legacy)."""

    uri: str


class UnsubscribeRequestParams(RequestParams):
    """The parameters of `resources/unsubscribe` (legacy)."""

    uri: str


class SetLevelRequestParams(RequestParams):
    """The parameters of `logging/setLevel` (legacy)."""

    level: LoggingLevel


class Request(WireObject):
    """A request: its method, and its parameters as an object."""

    method: str
    params: Any = None


class PaginatedRequest(Request):
    """A request for a page of a list."""


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


class ReadResourceRequest(Request):
    """A `resources/read` request."""

    method: str = "resources/read"


class GetPromptRequest(Request):
    """A `prompts/get` request."""

    method: str = "prompts/get"


class CompleteRequest(Request):
    """A `completion/complete` request."""

    method: str = "completion/complete"


REQUESTS = {
    "tools/list": ListToolsRequest,
    "resources/list": ListResourcesRequest,
    "resources/templates/list": ListResourceTemplatesRequest,
    "prompts/list": ListPromptsRequest,
}
"""The classes of the requests that a listing handler may take, by method."""
