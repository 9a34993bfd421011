"""Holds what a server says against the official JSON schema of the version it speaks."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft7Validator, Draft202012Validator
from jsonschema.protocols import Validator

OFFICIAL = Path(__file__).parent / "official"
VERSION_KEY = "io.modelcontextprotocol/protocolVersion"
ASSUMED = "2025-03-26"
"""What is spoken where neither the message nor its session says (ERA-2)."""

RESULTS = {
    "initialize": "InitializeResult",
    "server/discover": "DiscoverResult",
    "ping": "EmptyResult",
    "tools/list": "ListToolsResult",
    "tools/call": "CallToolResult",
    "resources/list": "ListResourcesResult",
    "resources/templates/list": "ListResourceTemplatesResult",
    "resources/read": "ReadResourceResult",
    "resources/subscribe": "EmptyResult",
    "resources/unsubscribe": "EmptyResult",
    "prompts/list": "ListPromptsResult",
    "prompts/get": "GetPromptResult",
    "completion/complete": "CompleteResult",
    "logging/setLevel": "EmptyResult",
    "subscriptions/listen": "SubscriptionsListenResult",
    "tasks/get": "GetTaskResult",
    "tasks/result": "GetTaskPayloadResult",
    "tasks/list": "ListTasksResult",
    "tasks/cancel": "CancelTaskResult",
}
"""The definition that the result of each method has to fit, where the version has it."""


@cache
def definitions(version: str) -> tuple[str, dict[str, Any]]:
    """The member that holds a version's definitions, and its whole schema."""
    schema = json.loads((OFFICIAL / f"{version}.json").read_text(encoding="utf-8"))
    return ("$defs" if "$defs" in schema else "definitions"), schema


@cache
def validator(version: str, name: str) -> Validator | None:
    """The validator of one definition, if the version has it."""
    member, schema = definitions(version)
    if name not in schema[member]:
        return None
    kind = Draft202012Validator if "2020-12" in schema["$schema"] else Draft7Validator
    validator: Validator = kind({member: schema[member], "$ref": f"#/{member}/{name}"})
    return validator


@cache
def by_method(version: str) -> dict[str, str]:
    """The definition of the request or notification with each method."""
    member, schema = definitions(version)
    found = {}
    for name, definition in schema[member].items():
        method = definition.get("properties", {}).get("method", {}).get("const")
        if isinstance(method, str) and name.endswith(("Request", "Notification")):
            found[method] = name
    return found


@dataclass
class Judge:
    """Collects what does not fit, over all messages of one server."""

    flaws: list[str] = field(default_factory=list)
    judged: int = 0

    def response(self, version: str, method: str | None, message: dict[str, Any]) -> None:
        """Judge the answer to a request for `method`; None where the request could not be read."""
        if "error" in message:
            # Until 2025-11-25 an error had to have an id, also where none could be read: JSON-RPC itself says null then.
            if message.get("id") is None:
                message = {**message, "id": 0}
            self._fits(version, ("JSONRPCErrorResponse", "JSONRPCError"), message)
            return
        self._fits(version, ("JSONRPCResultResponse", "JSONRPCResponse"), message)
        result = message.get("result")
        kind = result.get("resultType") if isinstance(result, dict) else None
        if kind == "input_required":
            names: tuple[str, ...] = ("InputRequiredResult",)
        elif kind == "task":
            names = ("Result",)
        elif method == "tools/call" and isinstance(result, dict) and "task" in result and "content" not in result:
            names = ("CreateTaskResult",)
        else:
            names = (RESULTS.get(method or "", "Result"), "Result")
        self._fits(version, names, result)

    def told(self, version: str, message: dict[str, Any]) -> None:
        """Judge a notification or a request of the server's."""
        name = by_method(version).get(message["method"])
        kind = "JSONRPCRequest" if "id" in message else "JSONRPCNotification"
        self._fits(version, (kind,), message)
        if name:
            self._fits(version, (name,), message)

    def _fits(self, version: str, names: tuple[str, ...], value: Any) -> None:
        """Hold a value against the first of these definitions that the version has."""
        self.judged += 1
        for name in names:
            found = validator(version, name)
            if found is None:
                continue
            for error in found.iter_errors(value):
                where = "/".join(map(str, error.absolute_path))
                self.flaws.append(f"{version} {name} at /{where}: {error.message[:300]} in {json.dumps(value)[:600]}")
            return
        self.flaws.append(f"{version} has none of {', '.join(names)}: {json.dumps(value)[:600]}")


@dataclass
class Conversation:
    """One side of a session: knows what was asked, so that it can judge what is answered."""

    judge: Judge
    version: str | None = None
    asked: dict[str, tuple[str, str | None]] = field(default_factory=dict)
    """For each id in flight: its method, and the version it named itself."""

    def heard(self, message: Any) -> None:
        """Take note of what the client says."""
        if isinstance(message, list):
            for member in message:
                self.heard(member)
        elif isinstance(message, dict) and isinstance(message.get("method"), str) and "id" in message:
            self.asked[json.dumps(message["id"])] = (message["method"], named_version(message))

    def said(self, message: Any) -> None:
        """Judge what the server says."""
        if isinstance(message, list):
            for member in message:
                self.said(member)
        elif not isinstance(message, dict):
            self.judge.flaws.append(f"not a message: {json.dumps(message)[:600]}")
        elif "method" in message:
            self.judge.told(self._spoken(message), message)
        else:
            method, version = self.asked.pop(json.dumps(message.get("id")), (None, None))
            result = message.get("result")
            if method == "initialize" and isinstance(result, dict):
                self.version = result.get("protocolVersion", self.version)
            self.judge.response(version or self.version or self._latest() or ASSUMED, method, message)

    def _spoken(self, message: dict[str, Any]) -> str:
        # A notification does not say which version it is in: a session's if there is one, otherwise that of what is asked.
        if self.version:
            return self.version
        return named_version(message) or self._latest() or ASSUMED

    def _latest(self) -> str | None:
        return next((version for _, version in reversed(self.asked.values()) if version), None)


def named_version(message: dict[str, Any]) -> str | None:
    """The version a message's own envelope names, if it is one we know."""
    params = message.get("params")
    meta = params.get("_meta") if isinstance(params, dict) else None
    version = meta.get(VERSION_KEY) if isinstance(meta, dict) else None
    return version if isinstance(version, str) and (OFFICIAL / f"{version}.json").exists() else None
