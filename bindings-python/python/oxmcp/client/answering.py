"""How a client answers its server's questions: by the handlers it was given, which say what it declares it can be asked."""

from __future__ import annotations

import dataclasses
import inspect
import keyword
from collections.abc import Callable, Mapping
from typing import Any, Literal

from .. import types
from ..answers.encoding import encode, natural
from ..engine.values import Attributes
from ..errors import McpError, logger
from ..types.wire_object import to_plain

Roots = list[Any] | Callable[..., Any]


class Answering:
    """The handlers of a client. What each takes is said in `Client`."""

    def __init__(self) -> None:
        self.elicitation_handler: Callable[..., Any] | None = None
        self.elicitation_callback: Callable[..., Any] | None = None
        self.sampling_handler: Callable[..., Any] | None = None
        self.sampling_callback: Callable[..., Any] | None = None
        self.sampling_capabilities: Any = None
        self.roots: Roots | None = None
        self.list_roots_callback: Callable[..., Any] | None = None

    def capabilities(self) -> dict[str, Any]:
        """What the handlers can answer, as a client declares it."""
        declared: dict[str, Any] = {}
        if self.elicitation_handler or self.elicitation_callback:
            declared["elicitation"] = {"form": {}, "url": {}}
        if self.sampling_handler or self.sampling_callback:
            told = self.sampling_capabilities
            declared["sampling"] = {"tools": {}} if told is None else to_plain(told)
        if self.roots is not None or self.list_roots_callback is not None:
            declared["roots"] = {"listChanged": True}
        return declared

    async def answer(self, method: str, params: Mapping[str, Any], context: Any) -> dict[str, Any]:
        """The result of a question.

        Raises:
            McpError: nobody answers such questions, or the handler failed.
        """
        try:
            if method == "ping":
                return {}
            if method == "elicitation/create":
                return await self._elicited(types.ElicitRequest(params=dict(params)).params, context)
            if method == "sampling/createMessage":
                return await self._sampled(types.CreateMessageRequestParams(**params), context)
            if method == "roots/list":
                return await self._listed(context)
        except McpError:
            raise
        except Exception as error:
            logger.exception("the client's handler for %s failed", method)
            raise McpError(types.INTERNAL_ERROR, str(error) or type(error).__name__) from error
        raise McpError(types.METHOD_NOT_FOUND, f"Method not found: {method}")

    async def _elicited(self, asked: Any, context: Any) -> dict[str, Any]:
        if self.elicitation_callback is not None:
            return _whole(await _settled(self.elicitation_callback(context, asked)))
        if self.elicitation_handler is None:
            raise McpError(types.INVALID_REQUEST, "Elicitation not supported")
        schema = getattr(asked, "requested_schema", None) or {}
        wanted = type_of(schema)
        said = await _settled(self.elicitation_handler(asked.message, wanted, asked, context))
        if isinstance(said, types.ErrorData):
            return _whole(said)
        action, content = "accept", said
        if hasattr(said, "action"):
            action, content = said.action, getattr(said, "content", None)
        if content is not None:
            content = natural(content, "content")
            if not isinstance(content, dict):
                if set(schema.get("properties", ())) != {"value"}:
                    raise TypeError(f"an answer to a form is a dict or what it was asked as, not {type(said).__name__}")
                content = {"value": content}
        return {"action": action} if content is None else {"action": action, "content": content}

    async def _sampled(self, asked: types.CreateMessageRequestParams, context: Any) -> dict[str, Any]:
        if self.sampling_callback is not None:
            return _whole(await _settled(self.sampling_callback(context, asked)))
        if self.sampling_handler is None:
            raise McpError(types.INVALID_REQUEST, "Sampling not supported")
        said = await _settled(self.sampling_handler(asked.messages, asked, context))
        if isinstance(said, str):
            content = types.TextContent(text=said)
            said = types.CreateMessageResult(role="assistant", content=content, model="oxmcp-client")
        return _whole(said)

    async def _listed(self, context: Any) -> dict[str, Any]:
        if self.list_roots_callback is not None:
            return _whole(await _settled(self.list_roots_callback(context)))
        if self.roots is None:
            raise McpError(types.INVALID_REQUEST, "List roots not supported")
        found = await _settled(self.roots(context)) if callable(self.roots) else self.roots
        return {"roots": [root_of(root) for root in found]}


def root_of(root: Any) -> dict[str, Any]:
    """A root as the protocol has it: an object of its kind, a dict, or a URI."""
    plain: dict[str, Any] = to_plain(root) if hasattr(root, "uri") or isinstance(root, dict) else {"uri": str(root)}
    return plain


def type_of(schema: Mapping[str, Any]) -> type[Any] | None:
    """A class whose objects hold an answer to a form; None for a form without fields, and for a page."""
    properties: Mapping[str, Any] = schema.get("properties") or {}
    names = list(properties)
    if not names:
        return None
    if not all(name.isidentifier() and not keyword.iskeyword(name) for name in names):
        return dict
    required = set(schema.get("required", ()))
    fields: list[Any] = [(name, _annotation(properties[name])) for name in names if name in required]
    for name in names:
        if name not in required:
            default = properties[name].get("default")
            default = dataclasses.field(default_factory=default.copy) if isinstance(default, list) else default
            fields.append((name, _annotation(properties[name]), default))
    return dataclasses.make_dataclass("Answer", fields)


def _annotation(schema: Mapping[str, Any]) -> Any:
    choices = schema.get("enum") or [one.get("const") for one in schema.get("oneOf", ())]
    if choices:
        literal: Any = Literal
        return literal[tuple(choices)]
    kinds = {"string": str, "integer": int, "number": float, "boolean": bool, "array": list}
    return kinds.get(schema.get("type", ""), Any)


def context_of(client: Any, request_id: Any, params: Mapping[str, Any]) -> Attributes:
    """The facts of a question, as handlers get them."""
    return Attributes(request_id=request_id, session=client, meta=params.get("_meta"), lifespan_context=None)


def _whole(result: Any) -> dict[str, Any]:
    if isinstance(result, types.ErrorData) or type(result).__name__ == "ErrorData":
        raise McpError(result)
    plain = to_plain(result)
    if not isinstance(plain, dict):
        raise TypeError(f"a handler answers with a result, not {type(result).__name__}")
    encode(plain)  # refused here, where the handler is known
    return plain


async def _settled(value: Any) -> Any:
    return await value if inspect.isawaitable(value) else value
