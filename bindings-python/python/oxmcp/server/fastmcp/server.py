"""The decorated server under the module path that some code imports it from."""

from ...calls.context import Context
from ..mcpserver.server import FastMCP

__all__ = ["Context", "FastMCP"]
