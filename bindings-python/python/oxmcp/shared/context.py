"""The facts of a call."""

from ..calls.session import RequestContext

__all__ = ["RequestContext"]
