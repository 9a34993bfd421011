"""What asking a client once costs a server: a call of a tool that asks for confirmation, and the answer.

With a session the question comes on the call's own stream and is answered by a message of its own; in 2026-07-28 it is the
call's result, and the call comes again with the answer. One client at a time, over HTTP and over pipes.
"""

from __future__ import annotations

import http.client
import json
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from typing import Any, Protocol

from ..cells import OPERATIONS, Cell, Numbers
from ..clocks import cpu_seconds
from ..effort import Effort
from .http import http_server, kind_of
from .load import era
from .stdio import command_of

from processes import end  # isort: skip

Message = dict[str, Any]

VERSIONS = {"legacy": "2025-11-25", "modern": "2026-07-28"}
CAPABILITIES = {"elicitation": {"form": {}}}
META = "io.modelcontextprotocol/"
ENVELOPE = {
    META + "protocolVersion": VERSIONS["modern"],
    META + "clientInfo": {"name": "load", "version": "1.0.0"},
    META + "clientCapabilities": CAPABILITIES,
}
ANSWER = {"action": "accept", "content": {"sure": True}}
AT_LEAST, AT_MOST = 100, 5_000
"""How many calls are measured: few of them on a busy machine would be measured cold, and a ratio does not need more."""
WARMUP = 100


class Channel(Protocol):
    """A way to a server."""

    def call(self, request: Message) -> Iterator[Message]:
        """Send a request; everything said for it, the response last."""

    def tell(self, message: Message) -> None:
        """Send what has no response."""


class Pipes:
    """Lines to a process and back."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdin and process.stdout
        self.into, self.out = process.stdin, process.stdout

    def call(self, request: Message) -> Iterator[Message]:
        self.tell(request)
        while True:
            message = json.loads(self.out.readline())
            yield message
            if message.get("id") == request["id"] and "method" not in message:
                return

    def tell(self, message: Message) -> None:
        self.into.write(json.dumps(message).encode() + b"\n")
        self.into.flush()


class Posts:
    """Posts over two connections that stay: one for calls, one for what is said while a call is under way."""

    def __init__(self, port: int, is_modern: bool) -> None:
        self.calls, self.others = (socket.create_connection(("127.0.0.1", port), timeout=30) for _ in range(2))
        for connection in (self.calls, self.others):
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.is_modern = is_modern
        self.headers = {
            "host": f"127.0.0.1:{port}",
            "content-type": "application/json",
            "accept": "application/json, text/event-stream",
        }

    def _post(self, connection: socket.socket, message: Message, named: dict[str, str]) -> http.client.HTTPResponse:
        body = json.dumps(message).encode()
        headers = {**self.headers, **named, "content-length": str(len(body))}
        head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        # In one piece, as clients do that are made for speed: two of them wake the server twice.
        connection.sendall(f"POST /mcp HTTP/1.1\r\n{head}\r\n".encode() + body)
        answer = http.client.HTTPResponse(connection, method="POST")
        answer.begin()
        return answer

    def call(self, request: Message) -> Iterator[Message]:
        if self.is_modern:
            named = {"mcp-protocol-version": VERSIONS["modern"], "mcp-method": request["method"]}
            if "name" in request["params"]:
                named["mcp-name"] = request["params"]["name"]
        elif request["method"] != "initialize":
            named = {"mcp-protocol-version": VERSIONS["legacy"]}
        else:
            named = {}
        with self._post(self.calls, request, named) as answer:
            if session := answer.headers["mcp-session-id"]:
                self.headers["mcp-session-id"] = session
            if (answer.headers["content-type"] or "").startswith("application/json"):
                yield json.loads(answer.read())
                return
            for line in answer:
                if line.startswith(b"data: ") and line.strip() != b"data:":
                    yield json.loads(line[6:])
            answer.read()

    def tell(self, message: Message) -> None:
        with self._post(self.others, message, {"mcp-protocol-version": VERSIONS["legacy"]}) as answer:
            answer.read()
        if answer.status != http.client.ACCEPTED:
            raise RuntimeError(f"an answer was answered with {answer.status}")

    def close(self) -> None:
        """Let go of both connections."""
        self.calls.close()
        self.others.close()


class Client:
    """Calls a tool and answers what it asks."""

    def __init__(self, channel: Channel, cell: Cell) -> None:
        self.channel, self.tool = channel, OPERATIONS[cell.operation].call
        self.is_modern = era(cell.wire) == "modern"
        self.calls = 0

    def _result(self, method: str, params: Message) -> Message:
        self.calls += 1
        request = {"jsonrpc": "2.0", "id": self.calls, "method": method, "params": params}
        for message in self.channel.call(request):
            if message.get("method") == "elicitation/create":
                self.channel.tell({"jsonrpc": "2.0", "id": message["id"], "result": ANSWER})
        if "result" not in message:
            raise RuntimeError(f"{method} failed: {message}")
        result: Message = message["result"]
        return result

    def shake_hands(self) -> None:
        """Begin a session, in the era that has them."""
        if self.is_modern:
            return
        who = {"clientInfo": {"name": "load", "version": "1.0.0"}, "capabilities": CAPABILITIES}
        self._result("initialize", {"protocolVersion": VERSIONS["legacy"], **who})
        self.channel.tell({"jsonrpc": "2.0", "method": "notifications/initialized"})

    def ask_once(self) -> None:
        """One call that asks, from its beginning to its result."""
        params: Message = {"name": self.tool, "arguments": {}}
        if self.is_modern:
            params["_meta"] = ENVELOPE
            asked = self._result("tools/call", params)
            answers = dict.fromkeys(asked["inputRequests"], ANSWER)
            params = {**params, "inputResponses": answers, "requestState": asked["requestState"]}
        result = self._result("tools/call", params)
        if result["content"][0]["text"] != "sure":
            raise RuntimeError(f"not the answer: {result}")


def measure_asking(cell: Cell, effort: Effort) -> Numbers:
    """One server, asked to ask for as long as a measurement takes."""
    effort.calm.wait()
    if cell.wire.startswith("stdio"):
        command = command_of(cell)
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        try:
            return _measured(Client(Pipes(process), cell), process.pid, effort)
        finally:
            end(process)
    with http_server(kind_of(cell)) as server:
        with closing(Posts(server.port, era(cell.wire) == "modern")) as channel:
            return _measured(Client(channel, cell), server.process.pid, effort)


def _measured(client: Client, pid: int, effort: Effort) -> Numbers:
    client.shake_hands()
    for _ in range(WARMUP):
        client.ask_once()
    spans: list[float] = []
    before, begun = cpu_seconds(pid), time.monotonic()
    while len(spans) < AT_LEAST or (len(spans) < AT_MOST and time.monotonic() - begun < effort.seconds):
        since = time.monotonic()
        client.ask_once()
        spans.append(time.monotonic() - since)
    used, took = cpu_seconds(pid) - before, time.monotonic() - begun
    spans.sort()
    return {
        "cpu_us": used / len(spans) * 1e6,
        "per_second": len(spans) / took,
        "p50_us": spans[len(spans) // 2] * 1e6,
        "p99_us": spans[len(spans) * 99 // 100] * 1e6,
        "answers": float(len(spans)),
    }
