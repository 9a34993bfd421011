"""A call for tests of one half: it remembers what it was answered with, and no engine is needed."""

from __future__ import annotations

import json
from typing import Any


class Call:
    """A call that remembers how it was answered."""

    def __init__(self, arguments: str = "{}", kind: str = "call_tool") -> None:
        self.id = 7
        self.call_id = "7"
        self.kind = kind
        self.target = ""
        self.arguments = arguments
        self.answer: dict[str, Any] = {}

    def arguments_object(self) -> dict[str, Any]:
        return json.loads(self.arguments)  # type: ignore[no-any-return]

    def complete_text(self, text: str, structured: bool = False) -> bool:
        self.answer = {"content": [{"type": "text", "text": text}]}
        return True

    def complete_data(self, text: str | bytes, structured: bool, vouched: bool = False) -> bool:
        value = json.loads(text, parse_constant=refuse)
        said = value if isinstance(value, str) else text if isinstance(text, str) else text.decode()
        self.answer = {"content": [] if value is None else [{"type": "text", "text": said}]}
        if structured:
            self.answer["structured"] = value
        return True

    def complete_tool(
        self,
        content: str,
        structured: str | None,
        is_error: bool,
        meta: str | None,
        vouched: bool = False,
        more: str | None = None,
    ) -> bool:
        self.answer = {"content": json.loads(content)}
        if structured is not None:
            self.answer["structured"] = json.loads(structured, parse_constant=refuse)
        if is_error:
            self.answer["is_error"] = True
        if meta is not None:
            self.answer["meta"] = json.loads(meta)
        if more is not None:
            self.answer["more"] = json.loads(more)
        return True

    def complete_resource(self, contents: str, meta: str | None, ttl_ms: int | None, scope: str | None) -> bool:
        self.answer = {
            "contents": json.loads(contents),
            "meta": meta and json.loads(meta),
            "ttl": ttl_ms,
            "scope": scope,
        }
        return True

    def complete_prompt(self, description: str | None, messages: str, meta: str | None) -> bool:
        self.answer = {"description": description, "messages": json.loads(messages), "meta": meta and json.loads(meta)}
        return True

    def fail(
        self, kind: str, message: str, detail: str | None = None, data: str | None = None, raised: bool = False
    ) -> bool:
        self.answer = {"failed": kind, "message": message, "detail": detail}
        return True

    def fail_protocol(self, code: int, message: str, data: str | None = None) -> bool:
        self.answer = {"failed": code, "message": message, "data": data and json.loads(data)}
        return True


def refuse(constant: str) -> Any:
    raise ValueError(constant)
