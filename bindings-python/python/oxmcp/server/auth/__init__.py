"""Who is believed: the names of `fastmcp`."""

from ...authentication.checks import (
    AuthCheck,
    AuthContext,
    require_roles,
    require_scopes,
    restrict_tag,
    run_auth_checks,
)
from ...authentication.jwt import JWTVerifier
from ...authentication.providers import (
    AuthProvider,
    MultiAuth,
    RemoteAuthProvider,
    TokenVerificationError,
    TokenVerifier,
)
from ...authentication.simple import DebugTokenVerifier, StaticTokenVerifier
from ...authentication.tokens import AccessToken
from ...later.names import names

BearerAuthProvider = JWTVerifier

__all__ = [
    "AccessToken",
    "AuthCheck",
    "AuthContext",
    "AuthProvider",
    "BearerAuthProvider",
    "DebugTokenVerifier",
    "JWTVerifier",
    "MultiAuth",
    "RemoteAuthProvider",
    "StaticTokenVerifier",
    "TokenVerificationError",
    "TokenVerifier",
    "require_roles",
    "require_scopes",
    "restrict_tag",
    "run_auth_checks",
]

__getattr__ = names(__name__)
