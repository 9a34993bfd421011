"""The exceptions a handler raises on purpose, under the path people import them from."""

from ...errors import InvalidArguments, NotFoundError, OxmcpError, ResourceError, ToolError

FastMCPError = OxmcpError
ValidationError = InvalidArguments

__all__ = ["FastMCPError", "NotFoundError", "ResourceError", "ToolError", "ValidationError"]
