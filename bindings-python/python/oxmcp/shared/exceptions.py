"""Exceptions, at the path of the official package."""

from ..errors import MCPError, McpError, NoBackChannelError, UrlElicitationRequiredError
from ..later.names import names
from ..types.version import MCPDeprecationWarning

__all__ = ["MCPDeprecationWarning", "MCPError", "McpError", "NoBackChannelError", "UrlElicitationRequiredError"]

__getattr__ = names(__name__)
