"""Verifiers and tokens, at the path that the official package has for them."""

from ...authentication.providers import TokenVerifier
from ...authentication.tokens import AccessToken, principal_components
from ...later.names import names

__all__ = ["AccessToken", "TokenVerifier", "principal_components"]

__getattr__ = names(__name__)
