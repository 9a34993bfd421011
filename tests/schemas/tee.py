"""Stands between a client and a server, hands every byte on as it is, and judges what the server says."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import json
import threading
from collections.abc import Callable, Iterator
from typing import Any

import h11
from judge import ASSUMED, OFFICIAL, Conversation, Judge

SESSION_ID = b"mcp-session-id"


class Events:
    """Server-sent events from bytes, as they come."""

    def __init__(self, each: Callable[[Any], None]) -> None:
        self._each = each
        self._rest = b""

    def feed(self, data: bytes) -> None:
        """Hand on the JSON of every event that is whole."""
        *whole, self._rest = (self._rest + data).replace(b"\r\n", b"\n").split(b"\n\n")
        for event in whole:
            lines = event.split(b"\n")
            kind = next((line[6:].strip() for line in lines if line.startswith(b"event:")), b"message")
            text = b"\n".join(line[5:].removeprefix(b" ") for line in lines if line.startswith(b"data:"))
            if text and kind == b"message":
                self._each(json.loads(text))


class Observer:
    """Reads both directions of one connection beside those they are meant for."""

    def __init__(self, judge: Judge, sessions: dict[bytes, str]) -> None:
        self._judge = judge
        self._sessions = sessions
        self._client = h11.Connection(h11.SERVER, max_incomplete_event_size=1 << 20)
        self._server = h11.Connection(h11.CLIENT, max_incomplete_event_size=1 << 20)
        self._requests: list[tuple[h11.Request, bytes]] = []
        self._conversation = Conversation(judge)
        self._body = b""
        self._each: Callable[[bytes], None] | None = None
        self._blind = False

    def from_client(self, data: bytes) -> None:
        """Note what the client sends."""
        self._look(lambda: self._client.receive_data(data))
        while not self._blind and (event := self._next(self._client)) is not None:
            if isinstance(event, h11.Request):
                self._request, self._body = event, b""
                self._look(lambda event=event: self._server.send(event))
            elif isinstance(event, h11.Data):
                self._body += bytes(event.data)
                self._look(lambda event=event: self._server.send(event))
            elif isinstance(event, h11.EndOfMessage):
                self._look(lambda event=event: self._server.send(event))
                self._asked(self._request, self._body)

    def from_server(self, data: bytes) -> None:
        """Judge what the server sends."""
        self._look(lambda: self._server.receive_data(data))
        while not self._blind and (event := self._next(self._server)) is not None:
            if isinstance(event, h11.Response):
                self._begins(event)
            elif isinstance(event, h11.Data) and self._each:
                self._each(bytes(event.data))
            elif isinstance(event, h11.EndOfMessage):
                if self._each:
                    self._each(b"")
                self._each = None
                self._again()

    def _again(self) -> None:
        """Make both parsers ready for the next request of a connection that is kept."""
        self._look(lambda: self._client.send(h11.Response(status_code=200, headers=[("content-length", "0")])))
        self._look(lambda: self._client.send(h11.EndOfMessage()))
        for side in (self._client, self._server):
            if side.our_state is h11.DONE and side.their_state is h11.DONE:
                side.start_next_cycle()
            else:
                self._blind = True
        if not self._blind:
            self.from_client(b"") if self._client.trailing_data[0] else None

    def _asked(self, request: h11.Request, body: bytes) -> None:
        headers = dict(request.headers)
        version = self._sessions.get(headers.get(SESSION_ID, b""))
        header = headers.get(b"mcp-protocol-version", b"").decode("latin-1")
        if version is None and (OFFICIAL / f"{header}.json").exists():
            version = header
        self._conversation = Conversation(self._judge, version)
        # What cannot be read, or not by Python, is refused: that is a message of its own.
        with contextlib.suppress(ValueError, RecursionError):
            self._conversation.heard(json.loads(body))

    def _begins(self, response: h11.Response) -> None:
        headers = dict(response.headers)
        kind = headers.get(b"content-type", b"").partition(b";")[0]
        conversation = self._conversation

        def said(message: Any) -> None:
            conversation.said(message)
            if SESSION_ID in headers:
                self._sessions[headers[SESSION_ID]] = conversation.version or ASSUMED

        if kind == b"text/event-stream":
            self._each = Events(said).feed
        elif kind == b"application/json":
            whole = bytearray()
            # Middleware of somebody else's may have packed it.
            unpacked = gzip.decompress if headers.get(b"content-encoding") == b"gzip" else bytes

            def body(data: bytes) -> None:
                if data:
                    whole.extend(data)
                elif whole and is_message(message := json.loads(unpacked(bytes(whole)))):
                    said(message)

            self._each = body

    def _next(self, side: h11.Connection) -> Any:
        event: Any = None
        with contextlib.suppress(h11.ProtocolError):
            event = side.next_event()
            return None if event in (h11.NEED_DATA, h11.PAUSED) or isinstance(event, h11.ConnectionClosed) else event
        self._blind = True
        return None

    def _look(self, step: Callable[[], object]) -> None:
        if self._blind:
            return
        try:
            step()
        except h11.ProtocolError:
            # Tests send what is no HTTP; it is handed on, and not for this judge.
            self._blind = True


def is_message(value: Any) -> bool:
    """Whether JSON that came over HTTP is JSON-RPC at all: health and discovery documents are not."""
    if isinstance(value, list):
        return any(is_message(member) for member in value)
    return isinstance(value, dict) and "jsonrpc" in value


@contextlib.contextmanager
def judged(port: int, judge: Judge) -> Iterator[int]:
    """Judge what the server at this loopback port says to those who speak to the yielded port."""
    loop = asyncio.new_event_loop()
    sessions: dict[bytes, str] = {}
    began: list[int] = []
    ready, over = threading.Event(), asyncio.Event()

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, seen: Callable[[bytes], None]) -> None:
        try:
            while data := await reader.read(1 << 16):
                seen(data)
                writer.write(data)
                await writer.drain()
            if writer.can_write_eof():
                writer.write_eof()
        except OSError:
            writer.transport.abort()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        observer = Observer(judge, sessions)
        try:
            upstream_reader, upstream_writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            writer.transport.abort()
            return
        answers = asyncio.create_task(pump(upstream_reader, writer, observer.from_server))
        asks = asyncio.create_task(pump(reader, upstream_writer, observer.from_client))
        try:
            # A client that has gone takes its connection along; a server that has, too.
            await asyncio.wait({answers, asks}, return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            # The judge goes home: no fault of this connection's.
            pass
        for task in (answers, asks):
            task.cancel()
        for end in (writer, upstream_writer):
            end.close()

    async def serve() -> None:
        server = await asyncio.start_server(connected, "127.0.0.1", 0)
        began.append(server.sockets[0].getsockname()[1])
        ready.set()
        await over.wait()
        server.close()
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),), name="judge", daemon=True)
    thread.start()
    ready.wait(10)
    try:
        yield began[0]
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join(10)
