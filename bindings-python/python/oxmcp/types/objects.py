"""The protocol's objects, light: no validation library behind them, cheap to import, cheap to make.

Every class takes its fields by snake_case and by the wire's camelCase, reads under both, keeps fields it does not know,
and compares by value. `to_dict()` is the wire form; `model_dump`, `model_dump_json`, `model_validate` and `model_copy`
are there under the names people know.

What every server needs, but for content and capabilities, which have files of their own.
"""

from __future__ import annotations

from .capabilities import ServerCapabilities
from .content import Annotations, Icon, Resource
from .wire_object import WireObject, union, waiting_for_typing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, Literal, TypeAlias

    from .content import ContentBlock, ResourceContents, Role

    LoggingLevel: TypeAlias = Literal["debug", "info", "notice", "warning", "error", "critical", "alert", "emergency"]
    RequestId: TypeAlias = str | int
    ProgressToken: TypeAlias = str | int
    Cursor: TypeAlias = str
    AnyFunction: TypeAlias = Callable[..., Any]
    ResultType: TypeAlias = Literal["complete", "input_required"] | str

LATEST_PROTOCOL_VERSION = "2026-07-28"
DEFAULT_NEGOTIATED_VERSION = "2025-03-26"

PARSE_ERROR = -32700
INVALID_REQUEST = -32600
METHOD_NOT_FOUND = -32601
INVALID_PARAMS = -32602
INTERNAL_ERROR = -32603
RESOURCE_NOT_FOUND = -32002
URL_ELICITATION_REQUIRED = -32042
HEADER_MISMATCH = -32020
MISSING_REQUIRED_CLIENT_CAPABILITY = -32021
UNSUPPORTED_PROTOCOL_VERSION = -32022

PROTOCOL_VERSION_META_KEY = "io.modelcontextprotocol/protocolVersion"
CLIENT_INFO_META_KEY = "io.modelcontextprotocol/clientInfo"
CLIENT_CAPABILITIES_META_KEY = "io.modelcontextprotocol/clientCapabilities"
SERVER_INFO_META_KEY = "io.modelcontextprotocol/serverInfo"
LOG_LEVEL_META_KEY = "io.modelcontextprotocol/logLevel"

CORE_RESULT_TYPES = frozenset({"complete", "input_required"})


class ErrorData(WireObject):
    """The `error` member of a JSON-RPC response."""

    code: int
    message: str
    data: Any = None


class BaseMetadata(WireObject):
    """What has a name for programs and one for people."""

    name: str
    title: str | None = None


class ToolAnnotations(WireObject):
    """Hints about a tool; their defaults are in TOOL-16."""

    title: str | None = None
    read_only_hint: bool | None = None
    destructive_hint: bool | None = None
    idempotent_hint: bool | None = None
    open_world_hint: bool | None = None


class Implementation(WireObject):
    """Who a server or client says it is."""

    name: str
    version: str
    title: str | None = None
    description: str | None = None
    website_url: str | None = None
    icons: list[Icon] | None = None


class ResourceTemplate(WireObject):
    """A family of resources whose URIs follow an RFC 6570 template."""

    name: str
    uri_template: str
    title: str | None = None
    description: str | None = None
    mime_type: str | None = None
    icons: list[Icon] | None = None
    annotations: Annotations | None = None
    meta: dict[str, Any] | None = None


class ToolExecution(WireObject):
    """How a tool runs (2025-11-25 only)."""

    task_support: Literal["forbidden", "optional", "required"] | None = None


class Tool(WireObject):
    """A tool in a list (TOOL-4)."""

    name: str
    title: str | None = None
    description: str | None = None
    input_schema: dict[str, Any]
    output_schema: dict[str, Any] | None = None
    icons: list[Icon] | None = None
    annotations: ToolAnnotations | None = None
    execution: ToolExecution | None = None
    meta: dict[str, Any] | None = None


class PromptArgument(WireObject):
    """One argument of a prompt; its values are strings (PRM-6)."""

    name: str
    title: str | None = None
    description: str | None = None
    required: bool | None = None


class Prompt(WireObject):
    """A prompt in a list."""

    name: str
    title: str | None = None
    description: str | None = None
    arguments: list[PromptArgument] | None = None
    icons: list[Icon] | None = None
    meta: dict[str, Any] | None = None


class PromptMessage(WireObject):
    """One message of a prompt."""

    role: Role
    content: ContentBlock


class Root(WireObject):
    """A directory or file the client lets the server work in."""

    uri: str
    name: str | None = None
    meta: dict[str, Any] | None = None


class PromptReference(WireObject):
    """Names the prompt whose argument is completed (CMP-4)."""

    type: Literal["ref/prompt"] = "ref/prompt"
    name: str
    title: str | None = None


class ResourceTemplateReference(WireObject):
    """Names the resource template whose variable is completed (CMP-4)."""

    type: Literal["ref/resource"] = "ref/resource"
    uri: str


ResourceReference = ResourceTemplateReference


class CompletionArgument(WireObject):
    """The argument being completed: its name and what was typed so far."""

    name: str
    value: str


class CompletionContext(WireObject):
    """Arguments that were settled before (from 2025-06-18)."""

    arguments: dict[str, str] | None = None


class Completion(WireObject):
    """Suggestions; at most 100 are sent (CMP-2)."""

    values: list[str]
    total: int | None = None
    has_more: bool | None = None


class Result(WireObject):
    """What every result may carry."""

    meta: dict[str, Any] | None = None
    result_type: str | None = None


class CacheableResult(Result):
    """A result that may be kept (CACHE-1)."""

    ttl_ms: int | None = None
    cache_scope: Literal["public", "private"] | None = None


class EmptyResult(Result):
    """A result that says nothing."""


class PaginatedResult(Result):
    """A page of a list (PAG)."""

    next_cursor: str | None = None
    ttl_ms: int | None = None
    cache_scope: Literal["public", "private"] | None = None


class ListToolsResult(PaginatedResult):
    """The result of `tools/list`."""

    tools: list[Tool]


class ListResourcesResult(PaginatedResult):
    """The result of `resources/list`."""

    resources: list[Resource]


class ListResourceTemplatesResult(PaginatedResult):
    """The result of `resources/templates/list`."""

    resource_templates: list[ResourceTemplate]


class ListPromptsResult(PaginatedResult):
    """The result of `prompts/list`."""

    prompts: list[Prompt]


class CallToolResult(Result):
    """The result of `tools/call`."""

    content: list[ContentBlock] = []  # noqa: RUF012  (each object gets its own)
    structured_content: Any = None
    is_error: bool = False


class GetPromptResult(Result):
    """The result of `prompts/get`."""

    description: str | None = None
    messages: list[PromptMessage]


class ReadResourceResult(Result):
    """The result of `resources/read`."""

    contents: list[ResourceContents]
    ttl_ms: int | None = None
    cache_scope: Literal["public", "private"] | None = None


class CompleteResult(Result):
    """The result of `completion/complete`."""

    completion: Completion


class ListRootsResult(Result):
    """A client's answer to `roots/list`."""

    roots: list[Root]


class InitializeResult(Result):
    """The result of `initialize` (legacy)."""

    protocol_version: str
    capabilities: ServerCapabilities
    server_info: Implementation
    instructions: str | None = None


class DiscoverResult(PaginatedResult):
    """The result of `server/discover` (from 2026-07-28)."""

    supported_versions: list[str]
    capabilities: ServerCapabilities
    instructions: str | None = None


if TYPE_CHECKING:
    Reference: TypeAlias = PromptReference | ResourceTemplateReference


def _read_reference(value: Any) -> Any:
    kind = value.get("type") if isinstance(value, dict) else getattr(value, "type", None)
    return (PromptReference if kind == "ref/prompt" else ResourceTemplateReference)._read(value)


union("Reference", _read_reference)

_ALIASES = {
    "Reference": "PromptReference | ResourceTemplateReference",
    "LoggingLevel": ('Literal["debug", "info", "notice", "warning", "error", "critical", "alert", "emergency"]'),
    "RequestId": "str | int",
    "ProgressToken": "str | int",
    "Cursor": "str",
    "AnyFunction": "Callable[..., Any]",
    "ResultType": 'Union[Literal["complete", "input_required"], str]',
}


__getattr__ = waiting_for_typing(globals(), _ALIASES)
