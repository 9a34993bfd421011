"""The verifier of signed tokens, by the names that `fastmcp` 2 has for it."""

from ....authentication.jwt import JWTVerifier
from ....later.names import names

BearerAuthProvider = JWTVerifier

__all__ = ["BearerAuthProvider", "JWTVerifier"]

__getattr__ = names(__name__)
