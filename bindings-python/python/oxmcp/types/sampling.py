"""What a server asks a client's model to write, and what comes back (`sampling/createMessage`)."""

from __future__ import annotations

from typing import Literal, Union

from .content import AudioContent, ContentBlock, ImageContent, Role, TextContent, block_named
from .objects import Result, Tool
from .requests import Request, RequestParams
from .wire_object import WireObject, union

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = [
    "CreateMessageRequest",
    "CreateMessageRequestParams",
    "CreateMessageResult",
    "CreateMessageResultWithTools",
    "IncludeContext",
    "ModelHint",
    "ModelPreferences",
    "SamplingContent",
    "SamplingMessage",
    "SamplingMessageContentBlock",
    "SamplingRole",
    "StopReason",
    "ToolChoice",
    "ToolResultContent",
    "ToolUseContent",
]

SamplingRole = Role
IncludeContext = Literal["none", "thisServer", "allServers"]
StopReason = Union[Literal["endTurn", "stopSequence", "maxTokens", "toolUse"], str]


class ToolUseContent(WireObject):
    """A block in which the model calls a tool (from 2025-11-25)."""

    type: Literal["tool_use"] = "tool_use"
    name: str
    id: str
    input: dict[str, Any]
    meta: dict[str, Any] | None = None


class ToolResultContent(WireObject):
    """A block that holds what a tool answered the model (from 2025-11-25)."""

    type: Literal["tool_result"] = "tool_result"
    tool_use_id: str
    content: list[ContentBlock] = []  # noqa: RUF012  (each object gets its own)
    structured_content: Any = None
    is_error: bool | None = None
    meta: dict[str, Any] | None = None


SamplingContent = Union[TextContent, ImageContent, AudioContent]
SamplingMessageContentBlock = Union[TextContent, ImageContent, AudioContent, ToolUseContent, ToolResultContent]

_BLOCKS: dict[str, type[WireObject]] = {"tool_use": ToolUseContent, "tool_result": ToolResultContent}


def _read_sampled(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return [_read_sampled(item) for item in value]
    return block_named(value, _BLOCKS)


union("SamplingContent", _read_sampled)
union("SamplingMessageContentBlock", _read_sampled)
union("SamplingMessageContentBlock | list[SamplingMessageContentBlock]", _read_sampled)


class SamplingMessage(WireObject):
    """A message of the conversation that the model goes on with."""

    role: Role
    content: SamplingMessageContentBlock | list[SamplingMessageContentBlock]
    meta: dict[str, Any] | None = None

    @property
    def content_as_list(self) -> list[Any]:
        """The content's blocks, one or many."""
        return list(self.content) if isinstance(self.content, list) else [self.content]


class ModelHint(WireObject):
    """A model that would do, by a part of its name."""

    name: str | None = None


class ModelPreferences(WireObject):
    """What matters in choosing a model; priorities are from 0 to 1."""

    hints: list[ModelHint] | None = None
    cost_priority: float | None = None
    speed_priority: float | None = None
    intelligence_priority: float | None = None


class ToolChoice(WireObject):
    """Whether the model may or must call tools."""

    mode: Literal["auto", "required", "none"] | None = None


class CreateMessageRequestParams(RequestParams):
    """The parameters of `sampling/createMessage`."""

    messages: list[SamplingMessage]
    model_preferences: ModelPreferences | None = None
    system_prompt: str | None = None
    include_context: IncludeContext | None = None
    temperature: float | None = None
    max_tokens: int
    stop_sequences: list[str] | None = None
    metadata: dict[str, Any] | None = None
    tools: list[Tool] | None = None
    tool_choice: ToolChoice | None = None


class CreateMessageRequest(Request):
    """A `sampling/createMessage` request."""

    method: str = "sampling/createMessage"
    params: CreateMessageRequestParams


class CreateMessageResult(Result):
    """What the model wrote."""

    role: Role
    content: SamplingContent
    model: str
    stop_reason: StopReason | None = None


class CreateMessageResultWithTools(Result):
    """What the model wrote, calls of tools among it."""

    role: Role
    content: SamplingMessageContentBlock | list[SamplingMessageContentBlock]
    model: str
    stop_reason: StopReason | None = None

    @property
    def content_as_list(self) -> list[Any]:
        """The content's blocks, one or many."""
        return list(self.content) if isinstance(self.content, list) else [self.content]
