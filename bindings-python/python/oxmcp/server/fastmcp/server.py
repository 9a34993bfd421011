"""`FastMCP`, at the path that 1.x of the official package has for it."""

from ...calls.context import Context
from ...later.names import names
from ...server.mcpserver.server import FastMCP
from ...serving.mounting.session_manager import StreamableHTTPASGIApp
from ...serving.settings import Settings

__all__ = ["Context", "FastMCP", "Settings", "StreamableHTTPASGIApp"]

__getattr__ = names(__name__)
