"""The call in flight, from anywhere below its handler, under the path people import it from."""

from ..calls.context import get_context
from ..calls.dependencies import CurrentContext, Depends, get_http_headers

__all__ = ["CurrentContext", "Depends", "get_context", "get_http_headers"]
