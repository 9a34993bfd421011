"""A result that asks for more input before the request can succeed (from 2026-07-28)."""

from __future__ import annotations

from typing import Any, Union

from .capabilities import ClientCapabilities
from .elicitation import ElicitRequest, ElicitResult
from .objects import ListRootsResult, Result
from .requests import Request, RequestParams
from .sampling import CreateMessageRequest, CreateMessageResult, CreateMessageResultWithTools
from .wire_object import WireObject

__all__ = [
    "InputRequest",
    "InputRequests",
    "InputRequiredResult",
    "InputResponse",
    "InputResponseRequestParams",
    "InputResponses",
    "ListRootsRequest",
    "MissingRequiredClientCapabilityErrorData",
    "UnsupportedProtocolVersionErrorData",
]


class ListRootsRequest(Request):
    """A `roots/list` request."""

    method: str = "roots/list"
    params: RequestParams | None = None


InputRequest = Union[CreateMessageRequest, ListRootsRequest, ElicitRequest]
InputRequests = dict[str, InputRequest]
InputResponse = Union[CreateMessageResult, CreateMessageResultWithTools, ListRootsResult, ElicitResult]
InputResponses = dict[str, InputResponse]


class InputRequiredResult(Result):
    """What a client has to ask its user or model before it sends the request again, with `request_state` unchanged."""

    result_type: str = "input_required"
    input_requests: dict[str, Any] | None = None
    request_state: str | None = None


class InputResponseRequestParams(RequestParams):
    """The parameters of a request that is sent again with what was asked for."""

    input_responses: dict[str, Any] | None = None
    request_state: str | None = None


class MissingRequiredClientCapabilityErrorData(WireObject):
    """What a client would have to be able to do: the data of error -32021."""

    required_capabilities: ClientCapabilities


class UnsupportedProtocolVersionErrorData(WireObject):
    """Which versions would do: the data of error -32022."""

    supported: list[str]
    requested: str
