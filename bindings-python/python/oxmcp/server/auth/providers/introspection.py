"""Tokens that their issuer is asked about, at the path that `fastmcp` has for it."""

from ....authentication.introspection import ClientAuthMethod, IntrospectionTokenVerifier
from ....later.names import names

__all__ = ["ClientAuthMethod", "IntrospectionTokenVerifier"]

__getattr__ = names(__name__)
