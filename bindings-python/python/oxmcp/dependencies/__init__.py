"""Values a handler needs that no caller may give."""

from ..arguments.injection import Dependency
from ..calls.context import get_context
from ..calls.dependencies import CurrentContext, Depends, get_http_headers

__all__ = ["CurrentContext", "Dependency", "Depends", "get_context", "get_http_headers"]
