"""Exceptions, at the path of 1.x of the official package."""

from ...errors import InvalidArguments, InvalidSignature, NotFoundError, OxmcpError, ResourceError, ToolError

FastMCPError = OxmcpError
ValidationError = InvalidArguments

__all__ = [
    "FastMCPError",
    "InvalidArguments",
    "InvalidSignature",
    "NotFoundError",
    "OxmcpError",
    "ResourceError",
    "ToolError",
    "ValidationError",
]
