"""Requests and results as hooks see them, objects, and as they are answered, data."""

from __future__ import annotations

import functools
from base64 import b64decode
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ... import types
from ...answers.input_required import is_input_required
from ...answers.messages import Message, PromptResult, complete_prompt
from ...answers.resource_contents import ReadResourceContents, ResourceResult, complete_resource
from ...answers.results import InputRequiredToolResult, ResultPlan, ToolResult
from ...types.wire_object import WireObject, to_plain
from .concerns import LISTS
from .listed import LISTED
from .requests import ServerRequestContext

Data = dict[str, Any]

_PARAMS: Mapping[str, type[WireObject]] = {
    "tools/call": types.CallToolRequestParams,
    "prompts/get": types.GetPromptRequestParams,
    "resources/read": types.ReadResourceRequestParams,
}
"""What hooks get as the message where that is the params alone."""


def message_of(ctx: ServerRequestContext) -> Any:
    """What is asked, as an object."""
    params = {**(ctx.params or {}), **({"_meta": dict(ctx.meta)} if ctx.meta else {})}
    kind = _PARAMS.get(ctx.method)
    if kind is not None:
        return kind(**params)
    whole = _requests().get(ctx.method, types.Request)
    return whole(method=ctx.method, **({"params": params} if params else {}))


def params_of(method: str, message: Any) -> Data:
    """The params that a message asks with, as a hook left it."""
    if isinstance(message, Mapping):
        return dict(message)
    if method in ("tools/call", "prompts/get"):
        return {"name": message.name, "arguments": dict(message.arguments or {})}
    if method == "resources/read":
        return {"uri": str(message.uri)}
    params = to_plain(getattr(message, "params", None)) or {}
    params.pop("_meta", None)
    return dict(params)


@functools.lru_cache(maxsize=1)
def _requests() -> dict[str, type[WireObject]]:
    kinds = (*types.ClientRequest.members, *types.ClientNotification.members)
    return {kind.method: kind for kind in kinds}


def as_object(method: str, result: Any) -> Any:
    """A result as hooks see it; what is none of the protocol's stays as it is."""
    if not isinstance(result, Mapping):
        return result
    if is_input_required(result):
        asked = types.InputRequiredResult(**result)
        return InputRequiredToolResult(asked) if method == "tools/call" else asked
    if result.get("resultType", "complete") != "complete":  # a task, or whatever an extension has
        return dict(result)
    if method in LISTED:
        member, kind = LISTED[method]
        return [kind(**item) for item in result.get(member, ())]
    make = _AS_OBJECT.get(method)
    return dict(result) if make is None else make(result)


def as_data(method: str, call: Any, result: Any) -> Data:
    """A result as it is answered: what a hook or a function gave.

    Args:
        method: The method.
        call: A call that keeps what completes it.
        result: The result.

    Raises:
        TypeError: it is no result.
        InvalidResult: a part of it cannot be sent.
    """
    if result is None:
        return {}
    if isinstance(result, Mapping):
        data: Data = to_plain(result)
        return data
    if method in LISTS:
        listed = isinstance(result, Sequence)
        return {LISTS[method]: [item_data(item) for item in result]} if listed else _whole(result)
    if is_input_required(result):
        return _whole(getattr(result, "input_required", result))
    complete = _COMPLETE.get(method)
    if complete is None:
        return _whole(result)
    complete(call, [_part(part) for part in result] if isinstance(result, _Read) else result)
    kept: Data = {**getattr(result, "more", {}), **call.result}
    return kept


def item_data(item: Any) -> Data:
    """An item of a list: one that was listed, one that is registered somewhere, a protocol object, or a dict."""
    descriptor = getattr(item, "descriptor", None)
    if callable(descriptor) and not isinstance(item, WireObject):
        from ... import _native

        data: Data = _native.loads(descriptor())
        data.pop("oxmcp", None)
        return data
    for name in ("to_mcp_tool", "to_mcp_resource", "to_mcp_template", "to_mcp_prompt"):
        if not isinstance(item, WireObject) and hasattr(item, name):  # a peer's
            return _whole(getattr(item, name)())
    return _whole(item)


def _whole(value: Any) -> Data:
    data = to_plain(value)
    if not isinstance(data, dict):
        raise TypeError(f"Middleware answers with a result, not {type(value).__name__}")
    return data


# One of each, with what the object itself has no place for


class _Tool(ToolResult):
    __slots__ = ("more",)
    more: Data


class _Read(ResourceResult):
    more: Data


class _Prompt(PromptResult):
    __slots__ = ("more",)
    more: Data


class _Part(ReadResourceContents):
    __slots__ = ("uri_of", "whole")
    uri_of: str | None
    whole: tuple[Any, Mapping[str, Any]]


def _tool(data: Mapping[str, Any]) -> ToolResult:
    blocks = [types.content.block_named(block, {}) for block in data.get("content", ())]
    result = _Tool(blocks, data.get("structuredContent"), data.get("_meta"), bool(data.get("isError")))
    result.more = _others(data, "content", "structuredContent", "_meta", "isError")
    return result


def _read(data: Mapping[str, Any]) -> ResourceResult:
    result = _Read([], data.get("_meta"))
    for item in data.get("contents", ()):
        part = _Part(
            item["text"] if "text" in item else b64decode(item["blob"]), item.get("mimeType"), item.get("_meta")
        )
        part.uri_of = item.get("uri")
        part.whole = (part.content, item)
        result.append(part)
    result.more = _others(data, "contents", "_meta")
    return result


def _part(part: Any) -> Any:
    """A part of a resource as the handler gave it, where a hook left it so; it knows which URI it is of."""
    if not isinstance(part, _Part):
        return part
    content, item = part.whole
    if part.content is content and part.mime_type == item.get("mimeType") and part.meta == item.get("_meta"):
        return item
    made = types.TextResourceContents if isinstance(part.content, str) else types.BlobResourceContents
    given = {"text": part.content} if isinstance(part.content, str) else {"blob": _base64(part.content)}
    return made(uri=part.uri_of, mime_type=part.mime_type, meta=part.meta, **given).to_dict()


def _base64(content: bytes) -> str:
    from base64 import b64encode

    return b64encode(content).decode("ascii")


def _prompt(data: Mapping[str, Any]) -> PromptResult:
    messages = [Message(types.content.block_named(one["content"], {}), one["role"]) for one in data.get("messages", ())]
    result = _Prompt(messages, data.get("description"), data.get("_meta"))
    result.more = _others(data, "messages", "description", "_meta")
    return result


def _others(data: Mapping[str, Any], *known: str) -> Data:
    return {name: value for name, value in data.items() if name not in known}


_AS_OBJECT: Mapping[str, Callable[[Mapping[str, Any]], Any]] = {
    "tools/call": _tool,
    "resources/read": _read,
    "prompts/get": _prompt,
    "completion/complete": lambda data: types.CompleteResult(**data),
    "initialize": lambda data: types.InitializeResult(**data),
    "server/discover": lambda data: types.DiscoverResult(**data),
}
_COMPLETE: Mapping[str, Callable[[Any, Any], None]] = {
    "tools/call": ResultPlan(structures=False).complete,
    "resources/read": complete_resource,
    "prompts/get": complete_prompt,
}
