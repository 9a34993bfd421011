"""`AuthSettings`, at the path that the official package has for it."""

from ...authentication.settings import AuthSettings, ClientRegistrationOptions, RevocationOptions
from ...later.names import names

__all__ = ["AuthSettings", "ClientRegistrationOptions", "RevocationOptions"]

__getattr__ = names(__name__)
