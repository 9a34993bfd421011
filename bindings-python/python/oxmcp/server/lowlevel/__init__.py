"""The low-level server: one handler per method of the protocol."""

from ...later.names import names
from ..models import InitializationOptions
from .helper_types import ReadResourceContents
from .server import NotificationOptions, RequestContext, Server

__all__ = ["InitializationOptions", "NotificationOptions", "ReadResourceContents", "RequestContext", "Server"]

__getattr__ = names(__name__)
