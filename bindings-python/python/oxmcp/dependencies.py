"""Values a handler needs that no caller may give."""

from .arguments.injection import Dependency
from .calls.context import get_context
from .calls.dependencies import (
    CurrentContext,
    CurrentFastMCP,
    CurrentHeaders,
    CurrentRequest,
    Depends,
    get_http_headers,
)
from .calls.progress import Progress
from .later.names import names

__all__ = [
    "CurrentContext",
    "CurrentFastMCP",
    "CurrentHeaders",
    "CurrentRequest",
    "Dependency",
    "Depends",
    "Progress",
    "get_context",
    "get_http_headers",
]

__getattr__ = names(__name__)
