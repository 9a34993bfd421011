"""Protocol errors, under the path people import them from."""

from ..errors import MCPError, McpError

__all__ = ["MCPError", "McpError"]
