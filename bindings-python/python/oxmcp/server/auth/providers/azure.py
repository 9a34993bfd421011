"""Microsoft Entra, at the path that `fastmcp` has for it."""

from ....authentication.vendors import AzureJWTVerifier
from ....later.names import names

__all__ = ["AzureJWTVerifier"]

__getattr__ = names(__name__)
