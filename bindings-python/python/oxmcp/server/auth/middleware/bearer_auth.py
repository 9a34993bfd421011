"""Users known by a token, at the path that the official package has for them."""

from ....authentication.providers import TokenVerifier
from ....authentication.tokens import AccessToken, AuthenticatedUser
from ....later.names import names

__all__ = ["AccessToken", "AuthenticatedUser", "TokenVerifier"]

__getattr__ = names(__name__)
