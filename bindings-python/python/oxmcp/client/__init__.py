"""A client in the same process."""

from .client import CallToolResult, Client

__all__ = ["CallToolResult", "Client"]
