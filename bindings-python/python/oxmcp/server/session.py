"""The caller's side of the conversation, under the name people annotate with: `Context[ServerSession, …]`."""

from ..calls.session import Session as ServerSession
from ..later.names import names

__all__ = ["ServerSession"]

__getattr__ = names(__name__)
