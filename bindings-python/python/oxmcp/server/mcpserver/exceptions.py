"""Exceptions, at the path of 2.x of the official package."""

from ...errors import InvalidSignature, NotFoundError, OxmcpError, ResourceError, ToolError

MCPServerError = OxmcpError
ResourceNotFoundError = NotFoundError
UnexpectedResourceError = ResourceError
UnexpectedToolError = ToolError

__all__ = [
    "InvalidSignature",
    "MCPServerError",
    "NotFoundError",
    "OxmcpError",
    "ResourceError",
    "ResourceNotFoundError",
    "ToolError",
    "UnexpectedResourceError",
    "UnexpectedToolError",
]
