"""Requests handed over by hand, at the path that the official package has for it."""

from typing import Final

from ..later.names import names
from ..serving.mounting.session_manager import StreamableHTTPASGIApp, StreamableHTTPSessionManager

DEFAULT_MAX_REQUEST_BODY_SIZE: Final = 4 * 1024 * 1024
"""The longest body that is read where nothing is set, in bytes."""

DEFAULT_MAX_SESSIONS: Final = 10_000
"""How many sessions there can be; the one idle for longest makes room."""

DEFAULT_SESSION_IDLE_TIMEOUT: Final = 30 * 60
"""After how many seconds without use a session is over."""

__all__ = [
    "DEFAULT_MAX_REQUEST_BODY_SIZE",
    "DEFAULT_MAX_SESSIONS",
    "DEFAULT_SESSION_IDLE_TIMEOUT",
    "StreamableHTTPASGIApp",
    "StreamableHTTPSessionManager",
]

__getattr__ = names(__name__)
