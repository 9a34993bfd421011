"""Values a handler needs that no caller may give, at the path that `fastmcp` has for them."""

from ..arguments.injection import Dependency
from ..authentication.current import get_access_token
from ..authentication.tokens import AccessToken
from ..calls.context import get_context
from ..calls.dependencies import (
    CurrentAccessToken,
    CurrentContext,
    CurrentFastMCP,
    CurrentHeaders,
    CurrentRequest,
    Depends,
    TokenClaim,
    get_http_headers,
    get_http_request,
    get_server,
)
from ..calls.progress import Progress
from ..later.names import names

__all__ = [
    "AccessToken",
    "CurrentAccessToken",
    "CurrentContext",
    "CurrentFastMCP",
    "CurrentHeaders",
    "CurrentRequest",
    "Dependency",
    "Depends",
    "Progress",
    "TokenClaim",
    "get_access_token",
    "get_context",
    "get_http_headers",
    "get_http_request",
    "get_server",
]

__getattr__ = names(__name__)
