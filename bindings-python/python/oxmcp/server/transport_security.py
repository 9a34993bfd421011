"""Which hosts and origins are served."""

from ..later.names import names
from ..serving.over_http.transport_security import TransportSecuritySettings

__all__ = ["TransportSecuritySettings"]

__getattr__ = names(__name__)
