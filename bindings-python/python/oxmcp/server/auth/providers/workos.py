"""AuthKit of WorkOS, at the path that `fastmcp` has for it."""

from ....authentication.vendors import AuthKitProvider
from ....later.names import names

__all__ = ["AuthKitProvider"]

__getattr__ = names(__name__)
