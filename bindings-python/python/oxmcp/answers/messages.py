"""Messages of a prompt, by their short names."""

from __future__ import annotations

from typing import Any


class Message:
    """A message of a prompt.

    Args:
        content: Text, a content block, an Image, an Audio, or anything else a tool could return.
        role: Who says it: "user" or "assistant".

    Raises:
        ValueError: the role is neither.
    """

    role = "user"

    def __init__(self, content: Any, role: str | None = None) -> None:
        self.content = content
        if role is not None:
            self.role = role
        if self.role not in ("user", "assistant"):
            raise ValueError(f"A message is said by 'user' or 'assistant', not {self.role!r}")

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.content!r}, role={self.role!r})"


class UserMessage(Message):
    """What the user says."""


class AssistantMessage(Message):
    """What the model says."""

    role = "assistant"
