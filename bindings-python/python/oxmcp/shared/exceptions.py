"""Protocol errors, under the path people import them from."""

from ..errors import McpError, MCPError

__all__ = ["MCPError", "McpError"]
