"""The keys of what clients carry from one round of a call to the next, at the path of the official package."""

from ..later.names import names
from ..serving.request_state import RequestStateSecurity

__all__ = ["RequestStateSecurity"]

__getattr__ = names(__name__)
