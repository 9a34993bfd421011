"""The protocol's objects, light: no validation library behind them, cheap to import, cheap to make.

Every class takes its fields by snake_case and by the wire's camelCase, reads under both, keeps fields it does not know,
and compares by value. `to_dict()` is the wire form; `model_dump`, `model_dump_json`, `model_validate` and `model_copy`
are there under the names people know.

One long file, because it is one list: a declaration per object, no code to speak of.
"""

from __future__ import annotations

from .wire_object import WireObject, union

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, Literal, TypeAlias

    Role: TypeAlias = Literal["user", "assistant"]
    LoggingLevel: TypeAlias = Literal["debug", "info", "notice", "warning", "error", "critical", "alert", "emergency"]
    RequestId: TypeAlias = str | int
    ProgressToken: TypeAlias = str | int
    Cursor: TypeAlias = str
    AnyFunction: TypeAlias = Callable[..., Any]
    IconTheme: TypeAlias = Literal["light", "dark"]
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


class Icon(WireObject):
    """A picture for a tool, prompt, resource or implementation (from 2025-11-25)."""

    src: str
    mime_type: str | None = None
    sizes: list[str] | None = None
    theme: Literal["light", "dark"] | None = None


class Annotations(WireObject):
    """Hints about a resource or a content block."""

    audience: list[Role] | None = None
    priority: float | None = None
    last_modified: str | None = None


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


class ToolsCapability(WireObject):
    """What a server can do with tools."""

    list_changed: bool | None = None


class PromptsCapability(WireObject):
    """What a server can do with prompts."""

    list_changed: bool | None = None


class ResourcesCapability(WireObject):
    """What a server can do with resources."""

    subscribe: bool | None = None
    list_changed: bool | None = None


class LoggingCapability(WireObject):
    """That a server sends log messages."""


class CompletionsCapability(WireObject):
    """That a server completes arguments."""


class ServerCapabilities(WireObject):
    """What a server says it can do."""

    experimental: dict[str, dict[str, Any]] | None = None
    extensions: dict[str, dict[str, Any]] | None = None
    logging: LoggingCapability | None = None
    prompts: PromptsCapability | None = None
    resources: ResourcesCapability | None = None
    tools: ToolsCapability | None = None
    completions: CompletionsCapability | None = None
    tasks: dict[str, Any] | None = None


class RootsCapability(WireObject):
    """What a client can do with roots."""

    list_changed: bool | None = None


class SamplingContextCapability(WireObject):
    """That a client can add what servers have to a prompt."""


class SamplingToolsCapability(WireObject):
    """That a client's model can call tools."""


class SamplingCapability(WireObject):
    """What a client can do with sampling."""

    context: SamplingContextCapability | None = None
    tools: SamplingToolsCapability | None = None


class FormElicitationCapability(WireObject):
    """That a client can show a form."""


class UrlElicitationCapability(WireObject):
    """That a client can open a page."""


class ElicitationCapability(WireObject):
    """What a client can ask its user."""

    form: FormElicitationCapability | None = None
    url: UrlElicitationCapability | None = None


class ClientCapabilities(WireObject):
    """What a client says it can do."""

    experimental: dict[str, dict[str, Any]] | None = None
    extensions: dict[str, dict[str, Any]] | None = None
    roots: RootsCapability | None = None
    sampling: SamplingCapability | None = None
    elicitation: ElicitationCapability | None = None
    tasks: dict[str, Any] | None = None


class TextContent(WireObject):
    """A block of text."""

    type: Literal["text"] = "text"
    text: str
    annotations: Annotations | None = None
    meta: dict[str, Any] | None = None


class ImageContent(WireObject):
    """A picture; `data` is base64 (PRM-4)."""

    type: Literal["image"] = "image"
    data: str
    mime_type: str
    annotations: Annotations | None = None
    meta: dict[str, Any] | None = None


class AudioContent(WireObject):
    """A recording; `data` is base64 (from 2025-03-26)."""

    type: Literal["audio"] = "audio"
    data: str
    mime_type: str
    annotations: Annotations | None = None
    meta: dict[str, Any] | None = None


class TextResourceContents(WireObject):
    """What a resource holds, as text (RSRC-7)."""

    uri: str
    mime_type: str | None = None
    text: str
    meta: dict[str, Any] | None = None


class BlobResourceContents(WireObject):
    """What a resource holds, as base64 (RSRC-7)."""

    uri: str
    mime_type: str | None = None
    blob: str
    meta: dict[str, Any] | None = None


class EmbeddedResource(WireObject):
    """A block that holds a resource's contents."""

    type: Literal["resource"] = "resource"
    resource: ResourceContents
    annotations: Annotations | None = None
    meta: dict[str, Any] | None = None


class Resource(WireObject):
    """A resource in a list."""

    name: str
    uri: str
    title: str | None = None
    description: str | None = None
    mime_type: str | None = None
    size: int | None = None
    icons: list[Icon] | None = None
    annotations: Annotations | None = None
    meta: dict[str, Any] | None = None


class ResourceLink(Resource):
    """A block that points to a resource (from 2025-06-18)."""

    type: Literal["resource_link"] = "resource_link"


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


class ProgressNotificationParams(WireObject):
    """How far a request has come."""

    progress_token: ProgressToken
    progress: float
    total: float | None = None
    message: str | None = None
    meta: dict[str, Any] | None = None


class LoggingMessageNotificationParams(WireObject):
    """A log message to the client."""

    level: LoggingLevel
    logger: str | None = None
    data: Any
    meta: dict[str, Any] | None = None


class CancelledNotificationParams(WireObject):
    """That a request is no longer wanted."""

    request_id: RequestId | None = None
    reason: str | None = None
    meta: dict[str, Any] | None = None


class ResourceUpdatedNotificationParams(WireObject):
    """That a resource changed."""

    uri: str
    meta: dict[str, Any] | None = None


class CallToolRequestParams(WireObject):
    """The parameters of `tools/call`."""

    name: str
    arguments: dict[str, Any] | None = None
    meta: dict[str, Any] | None = None
    task: dict[str, Any] | None = None
    input_responses: dict[str, Any] | None = None
    request_state: str | None = None


class GetPromptRequestParams(WireObject):
    """The parameters of `prompts/get`."""

    name: str
    arguments: dict[str, str] | None = None
    meta: dict[str, Any] | None = None
    input_responses: dict[str, Any] | None = None
    request_state: str | None = None


class ReadResourceRequestParams(WireObject):
    """The parameters of `resources/read`."""

    uri: str
    meta: dict[str, Any] | None = None
    input_responses: dict[str, Any] | None = None
    request_state: str | None = None


class PaginatedRequestParams(WireObject):
    """The parameters of the lists."""

    cursor: str | None = None
    meta: dict[str, Any] | None = None


class CompleteRequestParams(WireObject):
    """The parameters of `completion/complete`."""

    ref: Reference
    argument: CompletionArgument
    context: CompletionContext | None = None
    meta: dict[str, Any] | None = None


if TYPE_CHECKING:
    ResourceContents: TypeAlias = TextResourceContents | BlobResourceContents
    ContentBlock: TypeAlias = TextContent | ImageContent | AudioContent | ResourceLink | EmbeddedResource
    Content: TypeAlias = ContentBlock
    Reference: TypeAlias = PromptReference | ResourceTemplateReference

CONTENT_BLOCKS: dict[str, type[WireObject]] = {
    "text": TextContent,
    "image": ImageContent,
    "audio": AudioContent,
    "resource_link": ResourceLink,
    "resource": EmbeddedResource,
}


def block_named(value: Any, more: dict[str, type[WireObject]]) -> Any:
    """A block as an object of the class for its `type`, one of `CONTENT_BLOCKS` or of `more`."""
    kind = value.get("type") if isinstance(value, dict) else getattr(value, "type", None)
    block = (CONTENT_BLOCKS.get(kind) or more.get(kind)) if isinstance(kind, str) else None
    return value if block is None else block._read(value)


def _read_block(value: Any) -> Any:
    return block_named(value, {})


def _read_contents(value: Any) -> Any:
    has_blob = "blob" in value if isinstance(value, dict) else hasattr(value, "blob")
    return (BlobResourceContents if has_blob else TextResourceContents)._read(value)


def _read_reference(value: Any) -> Any:
    kind = value.get("type") if isinstance(value, dict) else getattr(value, "type", None)
    return (PromptReference if kind == "ref/prompt" else ResourceTemplateReference)._read(value)


union("ContentBlock", _read_block)
union("ResourceContents", _read_contents)
union("Reference", _read_reference)

_ALIASES = {
    "ContentBlock": "TextContent | ImageContent | AudioContent | ResourceLink | EmbeddedResource",
    "Content": "TextContent | ImageContent | AudioContent | ResourceLink | EmbeddedResource",
    "ResourceContents": "TextResourceContents | BlobResourceContents",
    "Reference": "PromptReference | ResourceTemplateReference",
    "Role": 'Literal["user", "assistant"]',
    "LoggingLevel": ('Literal["debug", "info", "notice", "warning", "error", "critical", "alert", "emergency"]'),
    "RequestId": "str | int",
    "ProgressToken": "str | int",
    "Cursor": "str",
    "AnyFunction": "Callable[..., Any]",
    "IconTheme": 'Literal["light", "dark"]',
    "ResultType": 'Union[Literal["complete", "input_required"], str]',
}


def __getattr__(name: str) -> Any:
    # The aliases need `typing`, which is made to wait until somebody asks for one.
    if name in ("Any", "Literal"):
        import typing

        value = getattr(typing, name)
    elif name in _ALIASES:
        import typing

        value = eval(_ALIASES[name], {**globals(), **vars(typing)})
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = value
    return value
