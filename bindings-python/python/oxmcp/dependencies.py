"""Values a handler needs that no caller may give."""

from .arguments.injection import Dependency
from .calls.context import get_context
from .calls.dependencies import (
    CurrentAccessToken,
    CurrentContext,
    CurrentFastMCP,
    CurrentHeaders,
    CurrentRequest,
    Depends,
    TokenClaim,
    get_http_headers,
)
from .calls.progress import Progress
from .later.names import names

__all__ = [
    "CurrentAccessToken",
    "CurrentContext",
    "CurrentFastMCP",
    "CurrentHeaders",
    "CurrentRequest",
    "Dependency",
    "Depends",
    "Progress",
    "TokenClaim",
    "get_context",
    "get_http_headers",
]

__getattr__ = names(__name__)
