"""What low-level handlers return, as results of the protocol."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Mapping
from typing import Any

from ... import _native
from ...answers.content import blocks_of
from ...answers.encoding import encode
from ...answers.input_required import is_input_required
from ...calls.experimental import RanTask
from ...types.wire_object import to_plain

Result = dict[str, Any]


def whole(value: Any) -> Result:
    """A result object as a dict: an object, ours or a peer's, a dict, or None for an empty one.

    Raises:
        TypeError: it is none of these.
    """
    if isinstance(value, RanTask):
        value = value.of_task
    result = {} if value is None else to_plain(value)
    if not isinstance(result, dict):
        raise TypeError(f"A handler returns a result object, not {type(value).__name__}")
    return result


def params_of(call: Any) -> Result:
    """The params of a request, with what earlier rounds brought as the handler gave and got it, not as it travels."""
    params: Result = call.arguments_object()
    params.pop("inputResponses", None)
    params.pop("requestState", None)
    responses, state = call.input_responses, call.request_state
    if responses is not None:
        params["inputResponses"] = _native.loads(responses)
    if state is not None:
        params["requestState"] = state
    return params


def text(result: Result) -> str:
    """The result as JSON text."""
    return encode(result)


def page(value: Any, member: str) -> Result:
    """A list handler's answer: the items, or a result which holds them."""
    if isinstance(value, Mapping) or hasattr(value, _snake(member)) or hasattr(value, member):
        return whole(value)
    return {member: [to_plain(item) for item in value]}


def is_tool_result(value: Any) -> bool:
    """Whether a value is a tool's whole result already."""
    if is_input_required(value) or isinstance(value, RanTask):
        return True
    if isinstance(value, Mapping):
        return False
    return hasattr(value, "content") and (hasattr(value, "isError") or hasattr(value, "is_error"))


def tool_error(message: str) -> Result:
    """A tool's refusal (TOOL-7)."""
    return {"content": [{"type": "text", "text": message}], "isError": True}


def tool_result(value: Any) -> tuple[Result, Any]:
    """A tool's result from what its handler returned, and its structured part.

    Blocks are content; a dict is structured content and, as JSON, a block of text (TOOL-9); a pair is both.

    Raises:
        TypeError: it is none of these.
    """
    if isinstance(value, tuple) and len(value) == 2:
        content, structured = value
        return {"content": blocks_of(_listed(content)), "structuredContent": structured, "isError": False}, structured
    if isinstance(value, dict):
        shown = {"type": "text", "text": encode(value)}
        return {"content": [shown], "structuredContent": value, "isError": False}, value
    if isinstance(value, Iterable):
        return {"content": blocks_of(_listed(value)), "isError": False}, None
    raise TypeError(f"Unexpected return type from tool: {type(value).__name__}")


def contents(value: Any, uri: str) -> Result:
    """A resource's contents from what its handler returned: text, bytes, or parts with `content` and `mime_type`."""
    if isinstance(value, Mapping) or hasattr(value, "contents") or is_input_required(value):
        return whole(value)
    parts = [value] if isinstance(value, (str, bytes)) or hasattr(value, "content") else value
    return {"contents": [_contents(part, uri) for part in parts]}


def _contents(part: Any, uri: str) -> Result:
    content, mime_type, meta = part, None, None
    if not isinstance(part, (str, bytes)):
        if not hasattr(part, "content"):  # a contents object of the protocol
            return whole(part)
        content, mime_type, meta = part.content, part.mime_type, getattr(part, "meta", None)
    result: Result = {"uri": uri}
    if isinstance(content, str):
        result.update(mimeType=mime_type or "text/plain", text=content)
    else:
        result.update(mimeType=mime_type or "application/octet-stream", blob=b64encode(content).decode("ascii"))
    if meta is not None:
        result["_meta"] = meta
    return result


def _snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)


def _listed(value: Any) -> Any:
    """An iterable of blocks as a list; one block or a text as it is."""
    return value if isinstance(value, (str, Mapping)) or not isinstance(value, Iterable) else list(value)
