"""HTTP+SSE mounted by hand, at the path that the official package has for it."""

from ..later.names import names
from ..serving.mounting.sse_transport import SseServerTransport

__all__ = ["SseServerTransport"]

__getattr__ = names(__name__)
