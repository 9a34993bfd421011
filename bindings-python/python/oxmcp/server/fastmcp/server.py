"""The decorated server under the module path that some code imports it from."""

from ...calls.context import Context
from ..mcpserver import FastMCP

__all__ = ["Context", "FastMCP"]
