"""A client in the same process."""

from ..client.client import CallToolResult, Client
from ..errors import InputRequiredRoundsExceededError
from ..later.names import names

__all__ = ["CallToolResult", "Client", "InputRequiredRoundsExceededError"]

__getattr__ = names(__name__)
