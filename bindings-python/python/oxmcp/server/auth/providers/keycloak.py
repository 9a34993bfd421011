"""Keycloak, at the path that `fastmcp` has for it."""

from ....authentication.vendors import KeycloakAuthProvider
from ....later.names import names

__all__ = ["KeycloakAuthProvider"]

__getattr__ = names(__name__)
