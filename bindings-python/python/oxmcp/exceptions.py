"""The exceptions a handler raises on purpose, under the path people import them from."""

from .errors import (
    InvalidArguments,
    MCPError,
    McpError,
    NotFoundError,
    OxmcpError,
    PromptError,
    ResourceError,
    ToolError,
)

FastMCPError = OxmcpError
ValidationError = InvalidArguments

__all__ = [
    "FastMCPError",
    "MCPError",
    "McpError",
    "NotFoundError",
    "PromptError",
    "ResourceError",
    "ToolError",
    "ValidationError",
]
