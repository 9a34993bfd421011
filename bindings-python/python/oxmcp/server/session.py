"""The caller's side of the conversation, under the name people annotate with: `Context[ServerSession, …]`."""

from ..calls.session import Session as ServerSession

__all__ = ["ServerSession"]
