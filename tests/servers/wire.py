"""Messages as bytes, and a plain HTTP client that sends whatever it is told to send."""

from __future__ import annotations

import http.client
import json
import socket
import time
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any

from processes import ANSWER_WITHIN, HttpProcess

MODERN = "2026-07-28"
LEGACY = "2025-11-25"
BATCHING = "2025-03-26"
"""The only revision whose sessions take arrays of messages."""
PREFIX = "io.modelcontextprotocol/"


def envelope(**changes: Any) -> dict[str, Any]:
    """The `_meta` of a modern request; keyword None removes a key."""
    meta: dict[str, Any] = {"protocolVersion": MODERN, "clientCapabilities": {}, "clientInfo": CLIENT} | changes
    return {key if key == "progressToken" else PREFIX + key: value for key, value in meta.items() if value is not None}


CLIENT = {"name": "test", "version": "1.0.0"}


def request(method: str, params: Any = None, identity: Any = 1) -> dict[str, Any]:
    """One request without an envelope."""
    message = {"jsonrpc": "2.0", "id": identity, "method": method}
    return message if params is None else message | {"params": params}


def modern(method: str, identity: Any = 1, meta: dict[str, Any] | None = None, **params: Any) -> dict[str, Any]:
    """One modern request."""
    return request(method, {**params, "_meta": envelope() if meta is None else meta}, identity)


def call(tool: str, arguments: Any = None, identity: Any = 1) -> dict[str, Any]:
    """One modern `tools/call`."""
    return modern("tools/call", identity, name=tool, arguments={} if arguments is None else arguments)


def initialize(version: str = LEGACY, identity: Any = 0, capabilities: Any = None) -> dict[str, Any]:
    """The opening of a legacy session."""
    told = {"protocolVersion": version, "capabilities": capabilities or {}, "clientInfo": CLIENT}
    return request("initialize", told, identity)


INITIALIZED = {"jsonrpc": "2.0", "method": "notifications/initialized"}


PARSE_ERRORS = {
    "not JSON": b"hello",
    "half an object": b'{"jsonrpc":"2.0","id":1',
    "two values": b'{"jsonrpc":"2.0","id":1,"method":"ping"} {}',
    "not UTF-8": b'{"jsonrpc":"2.0","id":1,"method":"\xff\xfe"}',
    "an overlong encoding": b'{"jsonrpc":"2.0","id":1,"method":"\xc0\xaf"}',
    "a control character": b'{"jsonrpc":"2.0","id":1,"method":"a\x01b"}',
    "a NUL": b'{"jsonrpc":"2.0","id":1,"method":"ping"}\x00',
    "a lone surrogate": rb'{"jsonrpc":"2.0","id":1,"method":"\ud800"}',
    "not a number": b'{"jsonrpc":"2.0","id":1,"method":"ping","params":{"x":NaN}}',
    "a number with a leading zero": b'{"jsonrpc":"2.0","id":1,"method":"ping","params":{"x":01}}',
    "a comment": b'{"jsonrpc":"2.0","id":1,"method":"ping"/*x*/}',
    "a trailing comma": b'{"jsonrpc":"2.0","id":1,"method":"ping",}',
}
"""What is not JSON, by what is wrong with it."""

INVALID_REQUESTS = {
    "a string": (b'"hello"', None),
    "a number": (b"7", None),
    "null": (b"null", None),
    "an empty object": (b"{}", None),
    "no version": (b'{"id":1,"method":"ping"}', 1),
    "the wrong version": (b'{"jsonrpc":"1.0","id":1,"method":"ping"}', 1),
    "a method that is a number": (b'{"jsonrpc":"2.0","id":1,"method":7}', 1),
    "an id that is null": (b'{"jsonrpc":"2.0","id":null,"method":"ping"}', None),
    "an id that is an object": (b'{"jsonrpc":"2.0","id":{},"method":"ping"}', None),
    "an id that is a fraction": (b'{"jsonrpc":"2.0","id":1.5,"method":"ping"}', None),
    "an id that is true": (b'{"jsonrpc":"2.0","id":true,"method":"ping"}', None),
    "an empty array": (b"[]", None),
}
"""JSON that is no message, with the id that an answer may name."""


def text_of(response: Any) -> str:
    """All text of a tool's result."""
    return "".join(block.get("text", "") for block in response["result"]["content"])


@dataclass
class Answer:
    """One HTTP answer, read to its end."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def messages(self) -> list[Any]:
        """The JSON-RPC messages, from a JSON body or an event stream."""
        if self.headers.get("content-type", "").startswith("text/event-stream"):
            return list(events(self.body.decode().splitlines()))
        return [json.loads(self.body)] if self.body else []

    @property
    def message(self) -> Any:
        """The response: the last message."""
        return self.messages[-1]

    @property
    def error(self) -> Any:
        """The error's code."""
        return self.message["error"]["code"]


def events(lines: Iterable[str]) -> Iterator[Any]:
    """The JSON-RPC messages of an event stream."""
    for line in lines:
        if line.startswith("data:") and line[5:].strip():
            yield json.loads(line[5:])


NAMED = {
    "tools/call": "name",
    "prompts/get": "name",
    "resources/read": "uri",
    **dict.fromkeys(("tasks/get", "tasks/update", "tasks/cancel"), "taskId"),
}
"""The member of the params that a header repeats."""


def headers_for(message: Any) -> dict[str, str]:
    """What a correct client sends along with a modern message."""
    headers = {"MCP-Protocol-Version": MODERN, "Mcp-Method": message["method"]}
    params = message.get("params") or {}
    target = NAMED.get(message["method"])
    if target and isinstance(params.get(target), str):
        headers["Mcp-Name"] = params[target]
    return headers


COMMON = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}


def send(
    server: HttpProcess,
    body: bytes | Any,
    headers: dict[str, str | None] | None = None,
    *,
    method: str = "POST",
    path: str | None = None,
) -> Answer:
    """Send one HTTP request. Headers replace the usual ones; None leaves one out."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    wanted = {name.lower(): (name, value) for name, value in {**COMMON, **(headers or {})}.items()}
    with closing(http.client.HTTPConnection("127.0.0.1", server.judged_port, timeout=ANSWER_WITHIN)) as connection:
        connection.request(
            method,
            path or server.path,
            data if method == "POST" else None,
            {name: value for name, value in wanted.values() if value is not None},
        )
        response = connection.getresponse()
        return Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, response.read())


def send_modern(server: HttpProcess, message: bytes | Any, headers: dict[str, str | None] | None = None) -> Answer:
    """Send a modern message with the headers that belong to it, changed as asked."""
    own = {"MCP-Protocol-Version": MODERN} if isinstance(message, bytes) else headers_for(message)
    return send(server, message, {**own, **(headers or {})})


class LegacySession:
    """A session opened by a handshake over HTTP."""

    def __init__(self, server: HttpProcess, version: str = LEGACY, *, ready: bool = True, can: Any = None) -> None:
        self.server = server
        welcome = send(server, initialize(version, capabilities=can))
        assert welcome.status == 200, welcome
        self.id = welcome.headers["mcp-session-id"]
        self.version = welcome.message["result"]["protocolVersion"]
        if ready:
            assert self.send(INITIALIZED).status == 202

    def send(self, message: Any, headers: dict[str, str | None] | None = None, method: str = "POST") -> Answer:
        """Send a message inside the session."""
        return send(self.server, message, {**self.headers, **(headers or {})}, method=method)

    @property
    def headers(self) -> dict[str, str]:
        """What names the session in a request."""
        return {"Mcp-Session-Id": self.id, "MCP-Protocol-Version": self.version}


class SseSession:
    """A session over HTTP+SSE: what the server says comes on one stream, what we say is posted beside it."""

    def __init__(self, server: HttpProcess, version: str = LEGACY, *, ready: bool = True, can: Any = None) -> None:
        self.server = server
        self._connection = http.client.HTTPConnection("127.0.0.1", server.judged_port, timeout=ANSWER_WITHIN)
        self._connection.request("GET", "/sse", headers={"Accept": "text/event-stream"})
        self._stream = self._connection.getresponse()
        assert self._stream.status == 200, self._stream.status
        name, self.endpoint = self._event()
        assert name == "endpoint", "OLD-2"
        self.send(initialize(version, capabilities=can))
        self.version = self.receive()["result"]["protocolVersion"]
        if ready:
            self.send(INITIALIZED)

    def __enter__(self) -> SseSession:
        return self

    def __exit__(self, *_: object) -> None:
        self._stream.close()
        self._connection.close()

    def send(self, message: bytes | Any) -> Answer:
        """Post a message; what answers it comes on the stream."""
        return send(self.server, message, path=self.endpoint)

    def receive(self) -> Any:
        """The next message of the stream."""
        name, data = self._event()
        assert name == "message", "OLD-4"
        return json.loads(data)

    def _event(self) -> tuple[str, str]:
        # Comments keep the stream alive while there is nothing to say, so the socket's own patience does not end.
        deadline = time.monotonic() + ANSWER_WITHIN
        name, data = "message", ""
        while time.monotonic() < deadline:
            line = self._stream.readline().decode()
            if not line:
                raise EOFError("the stream ended")
            if line.startswith("event:"):
                name = line[6:].strip()
            elif line.startswith("data:"):
                data += line[5:].strip()
            elif not line.strip() and data:
                return name, data
        raise TimeoutError("the stream says nothing")


@contextmanager
def raw_connection(server: HttpProcess) -> Iterator[socket.socket]:
    """A TCP connection to write anything into."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=ANSWER_WITHIN) as connection:
        yield connection


def raw_request(message: Any, headers: dict[str, str]) -> bytes:
    """The bytes of one POST."""
    body = json.dumps(message).encode()
    lines = [f"{name}: {value}" for name, value in {"Host": "127.0.0.1", **COMMON, **headers}.items()]
    head = "\r\n".join(["POST /mcp HTTP/1.1", *lines, f"Content-Length: {len(body)}"])
    return head.encode() + b"\r\n\r\n" + body


def raw_exchange(server: HttpProcess, data: bytes) -> bytes:
    """Write bytes on a fresh connection and read until the server closes it.

    Our side stays open meanwhile: closing it would be hanging up. Only a server that waits for more is told there is none.
    """
    with raw_connection(server) as connection:
        connection.sendall(data)
        connection.settimeout(3)
        received = b""
        while True:
            try:
                piece = connection.recv(65536)
            except TimeoutError:
                connection.shutdown(socket.SHUT_WR)
                continue
            except ConnectionResetError:
                piece = b""
            if not piece:
                return received
            received += piece
