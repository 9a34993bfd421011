"""Who asks, below the path that the official package has for it."""

from ....authentication.current import get_access_token
from ....later.names import names

__all__ = ["get_access_token"]

__getattr__ = names(__name__)
