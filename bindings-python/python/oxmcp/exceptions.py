"""The exceptions a handler raises on purpose, under the path people import them from."""

from .errors import (
    AuthorizationError,
    ClientError,
    DisabledError,
    InsufficientScopeError,
    InvalidArguments,
    InvalidSignature,
    MCPError,
    McpError,
    NotFoundError,
    OxmcpError,
    PromptError,
    ResourceError,
    ToolError,
)
from .later.names import names
from .types.version import MCPDeprecationWarning

FastMCPDeprecationWarning = MCPDeprecationWarning
FastMCPError = OxmcpError
ValidationError = InvalidArguments

__all__ = [
    "AuthorizationError",
    "ClientError",
    "DisabledError",
    "FastMCPDeprecationWarning",
    "FastMCPError",
    "InsufficientScopeError",
    "InvalidArguments",
    "InvalidSignature",
    "MCPDeprecationWarning",
    "MCPError",
    "McpError",
    "NotFoundError",
    "OxmcpError",
    "PromptError",
    "ResourceError",
    "ToolError",
    "ValidationError",
]

__getattr__ = names(__name__)
