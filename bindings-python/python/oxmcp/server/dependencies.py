"""Values a handler needs that no caller may give, at the path that `fastmcp` has for them."""

from ..arguments.injection import Dependency
from ..calls.context import get_context
from ..calls.dependencies import (
    CurrentContext,
    CurrentFastMCP,
    CurrentHeaders,
    CurrentRequest,
    Depends,
    get_http_headers,
    get_http_request,
    get_server,
)
from ..calls.progress import Progress
from ..later.names import names

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
    "get_http_request",
    "get_server",
]

__getattr__ = names(__name__)
