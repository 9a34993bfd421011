"""The facts of a call."""

from ..calls.session import RequestContext
from ..later.names import names

__all__ = ["RequestContext"]

__getattr__ = names(__name__)
