"""`FastMCP`, at the path that 1.x of the official package has for it."""

from ...calls.context import Context
from ...later.names import names
from ...server.mcpserver.server import FastMCP
from ...serving.settings import Settings

__all__ = ["Context", "FastMCP", "Settings"]

__getattr__ = names(__name__)
