"""What a resource holds, as its handler says it, and how it is sent."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from .. import _native, types
from ..types.wire_object import WireObject, to_plain
from . import content
from .encoders import encoder_of, listed
from .encoding import OnUnknown, encode
from .input_required import complete_input_required, is_input_required
from .peers import is_named


class ReadResourceContents:
    """One part of what a resource holds.

    Args:
        content: Text, bytes (sent as base64, RSRC-7), or data (sent as JSON text).
        mime_type: Its MIME type, if known.
        meta: Its own `_meta`.
    """

    __slots__ = ("content", "meta", "mime_type")

    def __init__(self, content: Any, mime_type: str | None = None, meta: dict[str, Any] | None = None) -> None:
        self.content = content
        self.mime_type = mime_type
        self.meta = meta

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.content!r}, mime_type={self.mime_type!r})"


ResourceContent = ReadResourceContents


class ResourceResult(list[ReadResourceContents]):
    """What reading a resource gives: the parts of what it holds, as a list and as `contents`.

    Args:
        contents: Parts, or what one part holds.
        meta: The result's own `_meta`.
    """

    def __init__(self, contents: Any = (), meta: dict[str, Any] | None = None) -> None:
        parts = contents if isinstance(contents, (list, tuple)) else [contents]
        super().__init__(part if _is_contents(part) else ReadResourceContents(part) for part in parts)
        self.meta = meta

    @property
    def contents(self) -> list[ReadResourceContents]:
        """The parts."""
        return self

    def __repr__(self) -> str:
        return f"ResourceResult({list(self)!r})"


def complete_resource(
    call: Any,
    value: Any,
    *,
    mime_type: str | None = None,
    meta: Mapping[str, Any] | None = None,
    on_unknown: OnUnknown = "str",
) -> None:
    """Answers the reading of a resource (RSRC-6, RSRC-7).

    Text is text and bytes are base64; contents objects, ours or a peer's, and lists of them are taken as they are;
    `Image`, `Audio` and `File` are their bytes; anything else is its JSON text. `mime_type` and `meta` are what the
    resource was registered with: the type wins over what the value suggests, and either gives way to what a contents
    object says itself.
    """
    if is_input_required(value):
        complete_input_required(call, value)
        return
    whole_meta: Any = None
    several = False
    ttl_ms: int | None = None
    scope: str | None = None
    if isinstance(value, types.ReadResourceResult) or is_named(type(value), "ReadResourceResult", "ResourceResult"):
        whole = to_plain(value) if hasattr(type(value), "model_dump") and isinstance(value, WireObject) else value
        if isinstance(whole, dict):
            whole_meta, ttl_ms, scope = (whole.get("_meta"), whole.get("ttlMs"), whole.get("cacheScope"))
            value = whole["contents"]
        else:
            whole_meta, value = getattr(whole, "meta", None), whole.contents
        several = isinstance(value, (list, tuple))
    value = listed(value)
    several = several or (isinstance(value, (list, tuple)) and bool(value) and all(map(_is_contents, value)))
    items = [_contents(item, call.target, mime_type, on_unknown) for item in (value if several else [value])]
    for item in items if meta else ():
        item.setdefault("_meta", meta)
    call.complete_resource(encode(items), None if whole_meta is None else encode(whole_meta, "meta"), ttl_ms, scope)


def _is_contents(value: Any) -> bool:
    if isinstance(value, dict):
        return "uri" in value and ("text" in value) != ("blob" in value)
    return isinstance(value, content.File) or is_named(
        type(value), "TextResourceContents", "BlobResourceContents", "ReadResourceContents", "ResourceContent"
    )


def _contents(value: Any, uri: str, mime_type: str | None, on_unknown: OnUnknown) -> dict[str, Any]:
    if isinstance(value, content.File):
        return value.to_contents(value.uri or uri)
    if _is_contents(value):
        if not isinstance(value, dict) and not hasattr(value, "uri"):  # `content` with a MIME type, no address
            own_type = getattr(value, "mime_type", None) or mime_type
            item = _contents(value.content, uri, own_type, on_unknown)
            if getattr(value, "meta", None):
                item["_meta"] = value.meta
            return item
        found = content.contents_of(value, uri)
        if mime_type is not None:
            found.setdefault("mimeType", mime_type)
        return found
    if isinstance(value, content._Media):
        return {"uri": uri, "mimeType": mime_type or value.mime_type, "blob": value.base64()}
    if isinstance(value, (bytes, bytearray, memoryview)):
        blob = base64.b64encode(bytes(value)).decode()
        return {"uri": uri, "mimeType": mime_type or "application/octet-stream", "blob": blob}
    if value is None:
        value = ""
    kind = "application/json" if encoder_of(value) is not None else "text/plain"
    text = encode(value, on_unknown=on_unknown)
    if isinstance(value, str) or kind == "text/plain":
        kind, text = "text/plain", _native.loads(text)
    return {"uri": uri, "mimeType": mime_type or kind, "text": text}
