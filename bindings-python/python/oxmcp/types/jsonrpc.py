"""The envelope of every message, and the numbers of its errors."""

from __future__ import annotations

from typing import Any, Literal, Union

from .objects import (
    HEADER_MISMATCH,
    INTERNAL_ERROR,
    INVALID_PARAMS,
    INVALID_REQUEST,
    METHOD_NOT_FOUND,
    MISSING_REQUIRED_CLIENT_CAPABILITY,
    PARSE_ERROR,
    UNSUPPORTED_PROTOCOL_VERSION,
    URL_ELICITATION_REQUIRED,
    ErrorData,
)
from .one_of import OneOf
from .wire_object import WireObject

__all__ = [
    "CONNECTION_CLOSED",
    "HEADER_MISMATCH",
    "INTERNAL_ERROR",
    "INVALID_PARAMS",
    "INVALID_REQUEST",
    "JSONRPC_VERSION",
    "METHOD_NOT_FOUND",
    "MISSING_REQUIRED_CLIENT_CAPABILITY",
    "PARSE_ERROR",
    "REQUEST_TIMEOUT",
    "UNSUPPORTED_PROTOCOL_VERSION",
    "URL_ELICITATION_REQUIRED",
    "ErrorData",
    "JSONRPCError",
    "JSONRPCMessage",
    "JSONRPCNotification",
    "JSONRPCRequest",
    "JSONRPCResponse",
    "RequestId",
    "jsonrpc_message_adapter",
]

JSONRPC_VERSION = "2.0"
CONNECTION_CLOSED = -32000
REQUEST_TIMEOUT = -32001

RequestId = Union[str, int]


class JSONRPCRequest(WireObject):
    """A message that wants an answer."""

    jsonrpc: Literal["2.0"]
    id: RequestId
    method: str
    params: dict[str, Any] | None = None


class JSONRPCNotification(WireObject):
    """A message that wants no answer."""

    jsonrpc: Literal["2.0"]
    method: str
    params: dict[str, Any] | None = None


class JSONRPCResponse(WireObject):
    """An answer."""

    jsonrpc: Literal["2.0"]
    id: RequestId
    result: dict[str, Any]


class JSONRPCError(WireObject):
    """An answer that says what went wrong."""

    jsonrpc: Literal["2.0"]
    id: RequestId | None = None
    error: ErrorData


class JSONRPCMessage(OneOf):
    """Any message; `root` is the one it is."""

    members = (JSONRPCRequest, JSONRPCNotification, JSONRPCResponse, JSONRPCError)

    @classmethod
    def kind_of(cls, value: dict[str, Any]) -> type[WireObject] | None:
        """By the members that tell the four apart."""
        if "method" in value:
            return JSONRPCRequest if "id" in value else JSONRPCNotification
        return JSONRPCResponse if "result" in value else JSONRPCError if "error" in value else None


jsonrpc_message_adapter = JSONRPCMessage.adapter()
