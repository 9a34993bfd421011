"""Messages of a prompt, by their short names, and how they are sent."""

from __future__ import annotations

from typing import Any

from .. import types
from ..errors import InvalidResult
from . import content
from .encoders import listed
from .encoding import OnUnknown, encode
from .input_required import complete_input_required, is_input_required
from .peers import is_named


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


class PromptResult:
    """A prompt's whole result.

    Args:
        messages: Text, a message, or a list of them.
        description: What the prompt is for; the registered one when absent.
        meta: The result's `_meta`.
    """

    __slots__ = ("description", "messages", "meta")

    def __init__(self, messages: Any, description: str | None = None, meta: dict[str, Any] | None = None) -> None:
        self.messages = messages
        self.description = description
        self.meta = meta

    def __repr__(self) -> str:
        return f"PromptResult({self.messages!r}, description={self.description!r})"


class UserMessage(Message):
    """What the user says."""


class AssistantMessage(Message):
    """What the model says."""

    role = "assistant"


def complete_prompt(call: Any, value: Any, *, description: str | None = None, on_unknown: OnUnknown = "str") -> None:
    """Answers a prompt with what its function returned.

    Text is a message of the user; so is content, and data (as JSON text). Messages, ours or a peer's, dicts with `role`
    and `content`, and lists mixing all these are taken as they are; a whole result brings its own description.
    """
    meta: Any = None
    if is_input_required(value):
        complete_input_required(call, value)
        return
    if isinstance(value, types.GetPromptResult) or is_named(type(value), "GetPromptResult", "PromptResult"):
        meta = getattr(value, "meta", None)
        description = getattr(value, "description", None) or description
        value = value.messages
    value = listed(value)
    if value is None:
        value = []
    elif not isinstance(value, (list, tuple)):
        value = [value]
    messages = [_message(item, f"result[{index}]", on_unknown) for index, item in enumerate(value)]
    call.complete_prompt(description, encode(messages), None if meta is None else encode(meta, "meta"))


def _message(value: Any, path: str, on_unknown: OnUnknown) -> dict[str, Any]:
    if isinstance(value, dict) and "role" in value and "content" in value:
        role, said = value["role"], value["content"]
    elif not isinstance(value, dict) and hasattr(value, "role") and hasattr(value, "content"):
        role, said = value.role, value.content
    else:
        role, said = "user", value
    role = getattr(role, "value", role)
    if role not in ("user", "assistant"):
        raise InvalidResult(f"{path}.role: must be user or assistant")
    return {"role": role, "content": content.one_block(said, f"{path}.content", on_unknown)}
