"""What a function returned → what the call is answered with.

The declared return type decides once, at registration, which of a few short ways a result takes:

- `None`, `bytes`, content (`Image`, blocks, lists with them), `ToolResult`, or nothing declared: *free*. The value
  decides. Text is text; an object is structured content too; anything else is its JSON text.
- all other types: *promised*. The value's JSON, made to fit the type, is the structured content (`declared`).

The content says the same for people: text as it is, data as JSON, nothing for None (TOOL-9, DOWN-20).

`ToolResult`, `CallToolResult` and content are taken as such whatever was declared.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from .. import _native, types
from ..types.wire_object import to_plain
from . import content
from .content import Audio, File, Image
from .declared import Declared
from .encoders import is_mock, listed
from .encoding import OnUnknown, encode
from .input_required import complete_input_required, is_input_required
from .peers import is_named

__all__ = ["UNSET", "Audio", "File", "Image", "InputRequiredToolResult", "ResultPlan", "ToolResult"]

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


class InputRequiredToolResult(ToolResult):
    """A tool's questions where a `ToolResult` is expected; an `InputRequiredResult` returned by itself is the same."""

    __slots__ = ("input_required",)

    def __init__(self, input_required: Any) -> None:
        super().__init__([])
        self.input_required = input_required


class ResultPlan:
    """How what one function returns is sent. Made once, at registration; immutable."""

    __slots__ = ("_declared", "_on_unknown", "_structures")

    def __init__(
        self, declared: Declared | None = None, *, structures: bool = True, on_unknown: OnUnknown = "str"
    ) -> None:
        """`declared` is what the structured content is promised to be; `structures` says whether objects become
        structured content where nothing is."""
        self._declared = declared
        self._structures = structures
        self._on_unknown: OnUnknown = on_unknown

    def on_unknown(self, on_unknown: OnUnknown) -> ResultPlan:
        """The same plan, with this done to values that have no JSON form."""
        return ResultPlan(self._declared, structures=self._structures, on_unknown=on_unknown)

    @property
    def output_schema(self) -> dict[str, Any] | None:
        """JSON Schema of the structured content, of any type; None when none is promised."""
        return None if self._declared is None else self._declared.schema

    @property
    def wrap_output(self) -> bool:
        """Whether versions that know only objects get `{"result": …}` (DOWN-3, DOWN-4)."""
        return self._declared is not None and not self._declared.schema.get("type") == "object"

    @property
    def plain_text(self) -> bool:
        """Whether a returned `str` is the whole answer: the content."""
        return self._declared is None

    @property
    def structured_text(self) -> bool:
        """Whether it is the whole answer: the content, and the structured content too."""
        return self._declared is not None and str in self._declared.fits

    @property
    def complete(self) -> Callable[[Any, Any], None]:
        """Answers a call with a value. Raises InvalidResult naming the place of what cannot be sent."""
        return self._free if self._declared is None else self._promised

    def _promised(self, call: Any, value: Any) -> None:
        assert self._declared is not None
        kind: Any = type(value)
        if _may_be_special(kind) and self._special(call, value):
            return
        text, fits = self._declared.json(listed(value), self._on_unknown)
        call.complete_data(text, True, fits)

    def _free(self, call: Any, value: Any) -> None:
        kind: Any = type(value)
        if kind is str:
            call.complete_text(value)
        elif value is None:
            call.complete_tool("[]", None, False, None)
        elif not _may_be_special(kind) or not self._special(call, value):
            text = encode(listed(value), on_unknown=self._on_unknown)
            call.complete_data(text, self._structures and text.startswith("{"))

    def _special(self, call: Any, value: Any) -> bool:
        """Answers with a value that is a whole result or content, whatever was declared. False when it is neither."""
        kind = type(value)
        if isinstance(value, InputRequiredToolResult):
            complete_input_required(call, value.input_required)
        elif isinstance(value, ToolResult):
            self._complete_parts(call, value.content, value.structured_content, value.is_error, value.meta)
        elif isinstance(value, types.CallToolResult) or is_named(kind, "CallToolResult", "ToolResult"):
            parts = to_plain(value) if hasattr(kind, "model_dump") else _attributes(value)
            meta, structured = parts.get("_meta"), parts.get("structuredContent")
            more = {name: member for name, member in parts.items() if name not in MEMBERS and member is not None}
            self._complete_parts(call, parts.get("content"), structured, bool(parts.get("isError")), meta, more)
        elif is_input_required(value):
            complete_input_required(call, value)
        elif content.is_content(value) or (
            kind in (list, tuple) and any(map(content.is_content_class, set(map(type, value))))
        ):
            call.complete_tool(encode(content.blocks_of(value, on_unknown=self._on_unknown)), None, False, None)
        else:
            return False
        return True

    def _complete_parts(
        self, call: Any, parts: Any, structured: Any, is_error: bool, meta: Any, more: dict[str, Any] | None = None
    ) -> None:
        text, fits = None, False
        if structured is not None:
            if self._declared is not None and not is_error:
                json, fits = self._declared.json(structured, self._on_unknown)
                text = json if isinstance(json, str) else json.decode()
            else:
                text = encode(structured, "structured_content", on_unknown=self._on_unknown)
        if parts is None:
            blocks = "[]" if text is None else _content_of(text)
        else:
            blocks = encode(content.blocks_of(listed(parts), "content", self._on_unknown), "content")
        meta_text = None if meta is None else encode(meta, "meta")
        if more:
            call.complete_tool(blocks, text, is_error, meta_text, fits, encode(more, "result"))
        else:
            call.complete_tool(blocks, text, is_error, meta_text, fits)


MEMBERS = frozenset({"content", "structuredContent", "isError", "_meta", "resultType"})
"""The members of a tool's result that the protocol knows; others are sent as they are."""


@lru_cache(maxsize=1024)
def _may_be_special(kind: Any) -> bool:
    """Whether values of a class may be content or whole results, whatever was declared."""
    if kind in (dict, str, int, float, bool, type(None)):
        return False
    return (
        issubclass(kind, (ToolResult, types.CallToolResult, list, tuple, Mapping))
        or is_named(kind, "CallToolResult", "ToolResult", "InputRequiredResult", "InputRequiredToolResult")
        or content.is_content_class(kind)
        or is_mock(kind)
    )


def _content_of(text: str) -> str:
    """The content array that says what the JSON text `text` does: text as it is, other data as JSON, nothing for null."""
    if text == "null":
        return "[]"
    return f'[{{"type":"text","text":{text if text.startswith(chr(34)) else _native.dumps(text)}}}]'


def _attributes(value: Any) -> dict[str, Any]:
    """The parts of a peer's result object that is no model."""
    return {
        "content": getattr(value, "content", None),
        "structuredContent": getattr(value, "structured_content", None),
        "isError": getattr(value, "is_error", False),
        "_meta": getattr(value, "meta", None),
    }
