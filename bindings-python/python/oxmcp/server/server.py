"""`FastMCP`, at the path that `fastmcp` has for it."""

from ..later.names import names
from ..server.mcpserver.server import FastMCP

__all__ = ["FastMCP"]

__getattr__ = names(__name__)
