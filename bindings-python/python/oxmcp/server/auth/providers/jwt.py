"""Verifiers of signed tokens, at the path that `fastmcp` has for them."""

from ....authentication.jwt import JWTVerifier
from ....authentication.key_pair import RSAKeyPair
from ....authentication.providers import TokenVerifier
from ....authentication.simple import StaticTokenVerifier
from ....authentication.tokens import AccessToken
from ....later.names import names

__all__ = ["AccessToken", "JWTVerifier", "RSAKeyPair", "StaticTokenVerifier", "TokenVerifier"]

__getattr__ = names(__name__)
