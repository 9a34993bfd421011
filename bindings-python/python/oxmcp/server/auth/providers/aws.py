"""Cognito of Amazon, at the path that `fastmcp` has for it."""

from ....authentication.vendors import AWSCognitoTokenVerifier
from ....later.names import names

__all__ = ["AWSCognitoTokenVerifier"]

__getattr__ = names(__name__)
