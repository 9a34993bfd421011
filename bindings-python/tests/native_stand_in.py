"""The native module as these tests need it: the real one when it is built, otherwise a small imitation."""

from __future__ import annotations

import importlib.util
import json
import math
import sys
import types
from pathlib import Path
from typing import Any

try:
    import oxmcp
except ModuleNotFoundError:
    sys.path.insert(0, str(Path(__file__).parents[1] / "python"))

if importlib.util.find_spec("oxmcp._native") is not None:
    from oxmcp import _native
else:
    _native = types.ModuleType("oxmcp._native")
    sys.modules["oxmcp._native"] = _native

    def dumps(value: Any, default: Any = None, *, sort_keys: bool = False) -> str:
        check_keys(value)
        return json.dumps(
            value, default=default, sort_keys=sort_keys, separators=(",", ":"), ensure_ascii=False, allow_nan=False
        )

    def check_keys(value: Any) -> None:
        if isinstance(value, dict):
            for key, item in value.items():
                if not isinstance(key, str):
                    raise ValueError("keys must be text")
                check_keys(item)
        elif isinstance(value, (list, tuple)):
            for item in value:
                check_keys(item)

    class Schema:
        """Knows `required` and scalar types of properties, and converts text."""

        def __init__(self, text: str) -> None:
            self.schema = json.loads(text)

        def check_arguments(self, instance: str, convert: bool) -> Any:
            arguments, problems = json.loads(instance), []
            for name in self.schema.get("required", []):
                if name not in arguments:
                    problems.append((name, "is required"))
            for name, value in arguments.items():
                schema = self.schema["properties"].get(name, {})
                kinds = [one.get("type") for one in schema.get("anyOf", [schema])]
                if isinstance(value, str) and convert and "string" not in kinds and kinds != [None]:
                    try:
                        arguments[name] = json.loads(value)
                    except ValueError:
                        problems.append((name, f"must be of type {kinds[0]}"))
            return problems or json.dumps(arguments)

    _native.dumps = dumps  # type: ignore[attr-defined]
    _native.loads = json.loads  # type: ignore[attr-defined]
    _native.Schema = Schema  # type: ignore[attr-defined]
    _native.ErrorKinds = (  # type: ignore[attr-defined]
        "configuration",
        "invalid_descriptor",
        "invalid_schema",
        "already_registered",
        "io",
        "closed",
        "internal",
    )
    import oxmcp

    oxmcp._native = _native  # type: ignore[attr-defined]


class Call:
    """A call that remembers how it was answered."""

    def __init__(self, arguments: str = "{}", kind: str = "call_tool") -> None:
        self.id = 7
        self.kind = kind
        self.arguments = arguments
        self.answer: dict[str, Any] = {}

    def arguments_object(self) -> dict[str, Any]:
        return json.loads(self.arguments)  # type: ignore[no-any-return]

    def complete_text(self, text: str) -> bool:
        self.answer = {"content": [{"type": "text", "text": text}]}
        return True

    def complete_tool(self, content: str, structured: str | None, is_error: bool, meta: str | None) -> bool:
        self.answer = {"content": json.loads(content)}
        if structured is not None:
            self.answer["structured"] = json.loads(structured, parse_constant=refuse)
        if is_error:
            self.answer["is_error"] = True
        if meta is not None:
            self.answer["meta"] = json.loads(meta)
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

    def fail(self, kind: str, message: str, detail: str | None = None) -> bool:
        self.answer = {"failed": kind, "message": message, "detail": detail}
        return True

    def fail_protocol(self, code: int, message: str, data: str | None = None) -> bool:
        self.answer = {"failed": code, "message": message, "data": data and json.loads(data)}
        return True


def refuse(constant: str) -> Any:
    raise ValueError(constant)


assert math.isfinite(1.0)
