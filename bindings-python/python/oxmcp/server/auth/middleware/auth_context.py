"""The token of the call in flight, at the path that the official package has for it."""

from ....authentication.current import get_access_token
from ....authentication.tokens import AccessToken, AuthenticatedUser
from ....later.names import names

__all__ = ["AccessToken", "AuthenticatedUser", "get_access_token"]

__getattr__ = names(__name__)
