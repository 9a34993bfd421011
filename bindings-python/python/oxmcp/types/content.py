"""Resources and the blocks of content."""

from __future__ import annotations

from .wire_object import WireObject, union, waiting_for_typing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Literal, TypeAlias

    Role: TypeAlias = Literal["user", "assistant"]
    IconTheme: TypeAlias = Literal["light", "dark"]


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


if TYPE_CHECKING:
    ResourceContents: TypeAlias = TextResourceContents | BlobResourceContents
    ContentBlock: TypeAlias = TextContent | ImageContent | AudioContent | ResourceLink | EmbeddedResource
    Content: TypeAlias = ContentBlock

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


union("ContentBlock", _read_block)
union("ResourceContents", _read_contents)

_BLOCKS = "TextContent | ImageContent | AudioContent | ResourceLink | EmbeddedResource"

ALIASES = {
    "Role": 'Literal["user", "assistant"]',
    "IconTheme": 'Literal["light", "dark"]',
    "ContentBlock": _BLOCKS,
    "Content": _BLOCKS,
    "ResourceContents": "TextResourceContents | BlobResourceContents",
}

__getattr__ = waiting_for_typing(globals(), ALIASES)
