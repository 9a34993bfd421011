"""Exceptions, at the path of the official package."""

from ..errors import MCPError, McpError, UrlElicitationRequiredError
from ..later.names import names
from ..types.version import MCPDeprecationWarning

__all__ = ["MCPDeprecationWarning", "MCPError", "McpError", "UrlElicitationRequiredError"]

__getattr__ = names(__name__)
