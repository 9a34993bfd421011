"""A call whose answer is kept as data, so that middleware sees it before it is sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ... import _native
from ...answers.encoding import encode


class KeptCall:
    """A call whose answer is kept as data, so that middleware can see it before it is sent."""

    def __init__(self, call: _native.Call, params: Mapping[str, Any] | None) -> None:
        self._call = call
        self._given = None if call.kind == "read_resource" else (params or {}).get("arguments")
        self.result: dict[str, Any] = {}
        self.failure: tuple[str, str] | None = None
        self.target = call.target

    def __getattr__(self, name: str) -> Any:
        return getattr(self._call, name)

    @property
    def arguments(self) -> str:
        """The arguments as JSON text, as middleware left them."""
        return self._call.arguments if self._given is None else encode(self._given, "arguments")

    def arguments_object(self) -> dict[str, Any]:
        """The arguments, as middleware left them."""
        return self._call.arguments_object() if self._given is None else dict(self._given)

    def complete_text(self, text: str, structured: bool = False) -> None:
        """Keeps a tool's text, which may be its structured result too."""
        self.result = {"content": [{"type": "text", "text": text}]}
        if structured:
            self.result["structuredContent"] = text

    def complete_data(self, text: str | bytes, structured: bool, _vouched: bool = False) -> None:
        """Keeps JSON that a tool returned, which may be its structured result too."""
        value = _native.loads(text)
        said = value if isinstance(value, str) else text if isinstance(text, str) else text.decode()
        self.result = {"content": [] if value is None else [{"type": "text", "text": said}]}
        if structured:
            self.result["structuredContent"] = value

    def complete_tool(
        self,
        content: str,
        structured: str | None = None,
        is_error: bool = False,
        meta: str | None = None,
        _vouched: bool = False,
        more: str | None = None,
    ) -> None:
        """Keeps a tool's result. Whether it fits its schema is looked at when it is sent: middleware may change it."""
        self.result = {"content": _native.loads(content)}
        if structured is not None:
            self.result["structuredContent"] = _native.loads(structured)
        if is_error:
            self.result["isError"] = True
        if more is not None:
            self.result.update(_native.loads(more))
        self._keep_meta(meta)

    def complete_resource(
        self, contents: str, meta: str | None = None, ttl_ms: int | None = None, scope: str | None = None
    ) -> None:
        """Keeps what a resource holds."""
        self.result = {"contents": _native.loads(contents)}
        if ttl_ms is not None:
            self.result["ttlMs"] = ttl_ms
        if scope is not None:
            self.result["cacheScope"] = scope
        self._keep_meta(meta)

    def complete_prompt(self, description: str | None, messages: str, meta: str | None = None) -> None:
        """Keeps a prompt's messages."""
        self.result = {"messages": _native.loads(messages)}
        if description is not None:
            self.result["description"] = description
        self._keep_meta(meta)

    def complete_completion(self, values: list[str], total: int | None = None, has_more: bool | None = None) -> None:
        """Keeps suggestions."""
        told = {"values": values, "total": total, "hasMore": has_more}
        self.result = {"completion": {name: value for name, value in told.items() if value is not None}}

    def complete_input_required(self, requests: list[tuple[str, str, str]], state: str | None) -> None:
        """Keeps questions in place of a result."""
        asked = {key: {"method": method, "params": _native.loads(params)} for key, method, params in requests}
        self.result = {"resultType": "input_required"}
        if asked:
            self.result["inputRequests"] = asked
        if state is not None:
            self.result["requestState"] = state

    def fail(self, kind: str, message: str, _detail: str | None = None, _data: str | None = None) -> bool:
        """Keeps a failure."""
        self.failure = (kind, message)
        self.result = {"content": [{"type": "text", "text": message}], "isError": True}
        return True

    def _keep_meta(self, meta: str | None) -> None:
        if meta is not None:
            self.result["_meta"] = _native.loads(meta)
