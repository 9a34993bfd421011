"""Providers, at the path that `fastmcp` has for them."""

from ...authentication.providers import (
    AuthProvider,
    MultiAuth,
    RemoteAuthProvider,
    TokenVerificationError,
    TokenVerifier,
)
from ...authentication.tokens import AccessToken
from ...later.names import names

__all__ = ["AccessToken", "AuthProvider", "MultiAuth", "RemoteAuthProvider", "TokenVerificationError", "TokenVerifier"]

__getattr__ = names(__name__)
