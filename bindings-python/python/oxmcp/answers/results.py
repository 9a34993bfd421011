"""What a function returned → what the call is answered with.

The declared return type decides once, at registration, which of a few short ways a result takes:

- `str`, `str | None`, `None`, `bytes`, content (`Image`, blocks, lists with them), `ToolResult`, or nothing declared:
  *free*. The value decides. Text is text; an object is structured content too; anything else is its JSON text.
- plain types: *structured*, the value's JSON as it is; the engine holds it against the schema.
- all other types: *structured*, validated and serialised by the declared type.

`ToolResult`, `CallToolResult` and content are taken as such whatever was declared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Protocol

from .. import _native, types
from ..errors import InvalidResult
from ..types.wire_object import WireObject, to_plain
from . import content
from .content import Audio, File, Image
from .encoding import encode, text_or_base64

__all__ = [
    "UNSET",
    "Audio",
    "File",
    "Image",
    "ResultPlan",
    "ToolResult",
    "complete_prompt",
    "complete_resource",
]

UNSET: Any = type("Unset", (), {"__repr__": lambda self: "UNSET", "__bool__": lambda self: False})()
"""The value of an option that was not given."""


class ToolResult:
    """A tool's whole result, for full control.

    `content` is anything a tool could return: text, blocks, helpers, a list of them, or data (sent as JSON text); when
    it is absent, it is the JSON text of `structured_content` (TOOL-9), which is any value with a JSON form.
    """

    __slots__ = ("content", "is_error", "meta", "structured_content")

    def __init__(
        self,
        content: Any = None,
        structured_content: Any = None,
        meta: Mapping[str, Any] | None = None,
        is_error: bool = False,
    ) -> None:
        """Takes the parts of a result; see the class."""
        self.content = content
        self.structured_content = structured_content
        self.meta = meta
        self.is_error = is_error

    def __repr__(self) -> str:
        parts = ", ".join(f"{name}={getattr(self, name)!r}" for name in ("content", "structured_content", "meta"))
        return f"ToolResult({parts}, is_error={self.is_error})"


class Returned(Protocol):
    """What writes the values of a declared type."""

    def text(self, value: Any) -> str:
        """The value as JSON text. Raises InvalidResult when it is not of the type."""
        ...


class ResultPlan:
    """How what one function returns is sent. Made once, at registration; immutable."""

    __slots__ = ("_returned", "_structures", "_way", "output_schema", "plain_text", "wrap_output")

    output_schema: dict[str, Any] | None
    """JSON Schema of the structured content, of any type; None when none is promised."""
    wrap_output: bool
    """Whether versions that know only objects get `{"result": …}` (DOWN-3, DOWN-4)."""
    plain_text: bool
    """Whether a returned `str` is the whole answer, as text."""

    def __init__(
        self, output_schema: dict[str, Any] | None, *, returned: Returned | None = None, structures: bool = True
    ) -> None:
        """`structures` says whether objects become structured content where no schema promises any."""
        self.output_schema = output_schema
        self.wrap_output = output_schema is not None and not _is_object(output_schema)
        self.plain_text = output_schema is None
        self._returned = returned
        self._structures = structures
        self._way: Callable[[Any, Any], None] = (
            self._free if output_schema is None else self._plain if returned is None else self._typed
        )

    def complete(self, call: Any, value: Any) -> None:
        """Answers `call` with `value`. Raises InvalidResult naming the place of what cannot be sent."""
        self._way(call, value)

    tool = complete

    def _plain(self, call: Any, value: Any) -> None:
        if type(value) not in _NATURAL:
            if self._special(call, value):
                return
            value = _listed(value)
        text = encode(value)
        call.complete_tool(_text_content(text), text, False, None)

    def _typed(self, call: Any, value: Any) -> None:
        if type(value) not in _NATURAL and self._special(call, value):
            return
        assert self._returned is not None
        text = self._returned.text(_listed(value))
        call.complete_tool(_text_content(text), text, False, None)

    def _free(self, call: Any, value: Any) -> None:
        kind = type(value)
        if kind is str:
            call.complete_text(value)
        elif value is None:
            call.complete_tool("[]", None, False, None)
        elif kind is dict:
            text = encode(value)
            call.complete_tool(_text_content(text), text if self._structures else None, False, None)
        elif kind in (int, float, bool):
            call.complete_tool(_text_content(encode(value)), None, False, None)
        elif not self._special(call, value):
            value = _listed(value)
            if isinstance(value, (bytes, bytearray, memoryview)):
                call.complete_text(text_or_base64(value))
            elif isinstance(value, str):
                call.complete_text(str.__str__(value))
            else:
                text = encode(value)
                structured = text if self._structures and text.startswith("{") else None
                call.complete_tool(_text_content(text), structured, False, None)

    def _special(self, call: Any, value: Any) -> bool:
        """Answers with a value that is a whole result or content, whatever was declared. False when it is neither."""
        kind = type(value)
        if isinstance(value, ToolResult):
            self._complete_parts(call, value.content, value.structured_content, value.is_error, value.meta)
        elif isinstance(value, types.CallToolResult) or _named(kind, "CallToolResult", "ToolResult"):
            parts = to_plain(value) if hasattr(kind, "model_dump") else _attributes(value)
            meta, structured = parts.get("_meta"), parts.get("structuredContent")
            self._complete_parts(call, parts.get("content"), structured, bool(parts.get("isError")), meta)
        elif content.is_content(value) or (
            kind in (list, tuple) and any(map(content.is_content_class, set(map(type, value))))
        ):
            call.complete_tool(encode(content.blocks_of(value)), None, False, None)
        else:
            return False
        return True

    def _complete_parts(self, call: Any, parts: Any, structured: Any, is_error: bool, meta: Any) -> None:
        text = None
        if structured is not None:
            if self._returned is not None and not is_error:
                text = self._returned.text(structured)
            else:
                text = encode(structured, "structured_content")
        if parts is None:
            blocks = "[]" if text is None else _text_content(text)
        else:
            blocks = encode(content.blocks_of(_listed(parts), "content"), "content")
        call.complete_tool(blocks, text, is_error, None if meta is None else encode(meta, "meta"))


def _is_object(schema: dict[str, Any]) -> bool:
    """Whether a schema's root says that the value is an object: what versions before 2026-07-28 require (DOWN-4)."""
    return schema.get("type") == "object"


def complete_resource(
    call: Any, uri: str, mime_type: str | None, value: Any, *, ttl_ms: int | None = None, scope: str | None = None
) -> None:
    """Answers the reading of a resource (RSRC-6, RSRC-7).

    Text is text and bytes are base64; contents objects, ours or a peer's, and lists of them are taken as they are;
    `Image`, `Audio` and `File` are their bytes; anything else is its JSON text. `mime_type` is the registered one: it
    wins over what the value suggests, not over what a contents object says.
    """
    meta: Any = None
    if isinstance(value, types.ReadResourceResult) or _named(type(value), "ReadResourceResult", "ResourceResult"):
        whole = to_plain(value) if hasattr(type(value), "model_dump") and isinstance(value, WireObject) else value
        if isinstance(whole, dict):
            meta, ttl_ms, scope = (whole.get("_meta"), whole.get("ttlMs", ttl_ms), whole.get("cacheScope", scope))
            value = whole["contents"]
        else:
            meta, value = getattr(whole, "meta", None), whole.contents
    value = _listed(value)
    several = isinstance(value, (list, tuple)) and value and all(_is_contents(item) for item in value)
    items = [_contents(item, uri, mime_type) for item in (value if several else [value])]
    call.complete_resource(encode(items), None if meta is None else encode(meta, "meta"), ttl_ms, scope)


def complete_prompt(call: Any, value: Any, description: str | None = None) -> None:
    """Answers a prompt with what its function returned.

    Text is a message of the user; so is content, and data (as JSON text). Messages, ours or a peer's, dicts with `role`
    and `content`, and lists mixing all these are taken as they are; a whole result brings its own description.
    """
    meta: Any = None
    if isinstance(value, types.GetPromptResult) or _named(type(value), "GetPromptResult", "PromptResult"):
        meta = getattr(value, "meta", None)
        description = getattr(value, "description", None) or description
        value = value.messages
    value = _listed(value)
    if value is None:
        value = []
    elif not isinstance(value, (list, tuple)):
        value = [value]
    messages = [_message(item, f"result[{index}]") for index, item in enumerate(value)]
    call.complete_prompt(description, encode(messages), None if meta is None else encode(meta, "meta"))


def _message(value: Any, path: str) -> dict[str, Any]:
    if isinstance(value, dict) and "role" in value and "content" in value:
        role, said = value["role"], value["content"]
    elif not isinstance(value, dict) and hasattr(value, "role") and hasattr(value, "content"):
        role, said = value.role, value.content
    else:
        role, said = "user", value
    role = getattr(role, "value", role)
    if role not in ("user", "assistant"):
        raise InvalidResult(f"{path}.role: must be user or assistant")
    return {"role": role, "content": content.one_block(said, f"{path}.content")}


def _is_contents(value: Any) -> bool:
    if isinstance(value, dict):
        return "uri" in value and ("text" in value) != ("blob" in value)
    return isinstance(value, content.File) or _named(
        type(value), "TextResourceContents", "BlobResourceContents", "ReadResourceContents", "ResourceContent"
    )


def _contents(value: Any, uri: str, mime_type: str | None) -> dict[str, Any]:
    if isinstance(value, content.File):
        return value.to_contents(value.uri or uri)
    if _is_contents(value):
        if not isinstance(value, dict) and not hasattr(value, "uri"):  # `content` with a MIME type, no address
            item = _contents(value.content, uri, getattr(value, "mime_type", None) or mime_type)
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
        import base64

        blob = base64.b64encode(bytes(value)).decode()
        return {"uri": uri, "mimeType": mime_type or "application/octet-stream", "blob": blob}
    if value is None:
        value = ""
    if isinstance(value, str):
        return {"uri": uri, "mimeType": mime_type or "text/plain", "text": str.__str__(value)}
    return {"uri": uri, "mimeType": mime_type or "application/json", "text": encode(value)}


_NATURAL = frozenset({dict, str, int, float, bool, type(None)})
"""Classes whose values are never content nor whole results."""


def _text_content(text: str) -> str:
    """The content array with one block that holds `text`."""
    return f'[{{"type":"text","text":{_native.dumps(text)}}}]'


def _listed(value: Any) -> Any:
    """A generator as the list of what it yields; any other value as it is."""
    return list(value) if isinstance(value, Iterator) and not hasattr(type(value), "model_dump") else value


def _named(kind: type, *names: str) -> bool:
    """Whether a class is called one of these: how a peer's objects are known without importing them."""
    return any(base.__name__ in names for base in kind.__mro__)


def _attributes(value: Any) -> dict[str, Any]:
    """The parts of a peer's result object that is no model."""
    return {
        "content": getattr(value, "content", None),
        "structuredContent": getattr(value, "structured_content", None),
        "isError": getattr(value, "is_error", False),
        "_meta": getattr(value, "meta", None),
    }
