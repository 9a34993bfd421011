"""An ASGI server as far as tests need one: it hands requests to an application and keeps what is sent.

What is sent is held against the official schemas.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Mapping
from typing import Any

from exchanges import Exchanges

LEGACY = "2025-11-25"
MODERN = "2026-07-28"


def message(method: str, params: Mapping[str, Any] | None = None, id: int = 1) -> bytes:
    """A request of the modern era."""
    about = {
        "io.modelcontextprotocol/protocolVersion": MODERN,
        "io.modelcontextprotocol/clientInfo": {"name": "test", "version": "1"},
        "io.modelcontextprotocol/clientCapabilities": {},
    }
    told = dict(params or {})
    told["_meta"] = {**about, **told.get("_meta", {})}
    return json.dumps({"jsonrpc": "2.0", "id": id, "method": method, "params": told}).encode()


def tool_call(name: str, _meta: Mapping[str, Any] | None = None, **arguments: Any) -> bytes:
    """A call of a tool."""
    return message("tools/call", {"name": name, "arguments": arguments, "_meta": _meta or {}})


exchanges = Exchanges()
"""The ids of sessions are of one server alone."""


class Exchange:
    """One request under way."""

    def __init__(self, app: Any, scope: dict[str, Any], pieces: Iterable[bytes], whole: bool) -> None:
        self.sent: list[dict[str, Any]] = []
        self._news = asyncio.Event()
        self._incoming: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        pieces = [*pieces]
        self._asked = {name.decode(): value.decode() for name, value in scope.get("headers", ())}, b"".join(pieces)
        *first, last = pieces
        for piece in first:
            self.feed(piece, more_body=True)
        self.feed(last, more_body=not whole)
        self.task = asyncio.ensure_future(app(scope, self._incoming.get, self._send))

    def feed(self, piece: bytes, more_body: bool) -> None:
        """A piece of the body arrives."""
        self._incoming.put_nowait({"type": "http.request", "body": piece, "more_body": more_body})

    def disconnect(self) -> None:
        """The client goes away."""
        self._incoming.put_nowait({"type": "http.disconnect"})

    async def _send(self, message: dict[str, Any]) -> None:
        self.sent.append(message)
        self._news.set()

    async def until_sent(self, text: str) -> None:
        """Waits until the body has this in it."""
        while text not in self.text:
            self._news.clear()
            await asyncio.wait_for(self._news.wait(), 20)

    async def end(self) -> Exchange:
        """Waits for the end of the answer."""
        await asyncio.wait_for(self.task, 20)
        if self.sent and "content-length" in self.headers:
            assert int(self.headers["content-length"]) == len(self.body)
        # What middleware packed is not for this judge.
        if self.sent and "content-encoding" not in self.headers:
            exchanges.judge_answer(*self._asked, self.headers, self.body)
            assert exchanges.judge.flaws == []
        return self

    @property
    def status(self) -> int:
        """The status of the answer."""
        return int(self.sent[0]["status"])

    @property
    def headers(self) -> dict[str, str]:
        """Its headers."""
        return {name.decode(): value.decode() for name, value in self.sent[0]["headers"]}

    @property
    def body(self) -> bytes:
        """Its body so far."""
        return b"".join(each.get("body", b"") for each in self.sent)

    @property
    def text(self) -> str:
        """The same as text."""
        return self.body.decode()

    @property
    def result(self) -> Any:
        """The result in it, of JSON or of an event stream."""
        if self.headers["content-type"] == "text/event-stream":
            last = self.text.strip().rpartition("data: ")[2]
            return json.loads(last)["result"]
        return json.loads(self.text)["result"]

    @property
    def value(self) -> Any:
        """What a tool returned."""
        return self.result["content"][0]["text"]


def begin(
    app: Any,
    body: bytes | Iterable[bytes] = b"",
    *,
    method: str = "POST",
    path: str = "/mcp",
    root_path: str = "",
    headers: Mapping[str, str] | None = None,
    whole: bool = True,
    **scope: Any,
) -> Exchange:
    """Hands a request to an application; `whole` says that no more of the body comes."""
    pieces = [body] if isinstance(body, bytes) else list(body)
    told = {
        "host": "localhost",
        "content-type": "application/json",
        "accept": "application/json, text/event-stream",
        **(headers or {}),
    }
    try:
        said = json.loads(b"".join(pieces))
        about = said.get("params", {}).get("_meta", {})
        if about.get("io.modelcontextprotocol/protocolVersion") == MODERN:
            told.setdefault("mcp-protocol-version", MODERN)
            told.setdefault("mcp-method", said["method"])
            for named in ("name", "uri"):
                if named in said["params"]:
                    told.setdefault("mcp-name", said["params"][named])
    except ValueError:
        pass
    described = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "root_path": root_path,
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in told.items()],
        "client": ("127.0.0.1", 5000),
        "server": ("127.0.0.1", 80),
        **scope,
    }
    return Exchange(app, described, pieces, whole)


async def ask(app: Any, body: bytes | Iterable[bytes] = b"", **options: Any) -> Exchange:
    """Hands a request to an application and waits for the answer."""
    return await begin(app, body, **options).end()


async def session(app: Any, **options: Any) -> dict[str, str]:
    """Shakes hands as an older client does; the headers of what follows."""
    about = {"protocolVersion": LEGACY, "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}}
    handshake = {"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": about}
    begun = await ask(app, json.dumps(handshake).encode(), **options)
    headers = {"mcp-protocol-version": LEGACY}
    if "mcp-session-id" in begun.headers:
        headers["mcp-session-id"] = begun.headers["mcp-session-id"]
    return headers


def legacy_call(name: str, id: int = 1, **arguments: Any) -> bytes:
    """A call of a tool, as an older client writes it."""
    params = {"name": name, "arguments": arguments, "_meta": {"progressToken": id}}
    return json.dumps({"jsonrpc": "2.0", "id": id, "method": "tools/call", "params": params}).encode()
