"""A client in the same process."""

from ..client.client import CallToolResult, Client
from ..later.names import names

__all__ = ["CallToolResult", "Client"]

__getattr__ = names(__name__)
