"""A verifier for tests, at the path that `fastmcp` has for it."""

from ....authentication.simple import DebugTokenVerifier
from ....later.names import names

__all__ = ["DebugTokenVerifier"]

__getattr__ = names(__name__)
