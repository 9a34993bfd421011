"""Every place where a server is asked: each language, each era, each transport; and how it is asked there."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any, TypeVar

import pytest
from processes import EVERYTHING_LANGUAGES, HttpProcess, StdioProcess, serve_http, serve_stdio
from streams import Stream
from table import RULES
from wire import (
    INITIALIZED,
    LEGACY,
    MODERN,
    PREFIX,
    LegacySession,
    SseSession,
    envelope,
    headers_for,
    initialize,
    modern,
    request,
    send_modern,
)

Test = TypeVar("Test", bound=Callable[..., Any])


@dataclass(frozen=True)
class Place:
    """A server of one language, in one era, over one transport."""

    language: str
    era: str
    transport: str

    def __str__(self) -> str:
        return f"{self.language}-{self.era}-{self.transport}"


PLACES = [
    Place(language, era, transport)
    for language in EVERYTHING_LANGUAGES
    for era, transport in (
        ("modern", "stdio"),
        ("modern", "http"),
        ("legacy", "stdio"),
        ("legacy", "http"),
        ("legacy", "sse"),
    )
]


def places_of(*ids: str) -> list[Place]:
    """Where all of these rules hold, as their rows say."""
    rules = [RULES[identity] for identity in ids]
    found = [
        place for place in PLACES if all(place.era in rule.eras and place.transport in rule.over for rule in rules)
    ]
    assert found, f"nowhere hold all of {', '.join(ids)}"
    return found


def everywhere(*ids: str, era: str | None = None, over: Iterable[str] | None = None) -> Callable[[Test], Test]:
    """A test of these rules in every place where they hold; or only in an era, or over some transports."""
    places = [
        place
        for place in places_of(*ids)
        if (era is None or place.era == era) and (over is None or place.transport in over)
    ]
    return pytest.mark.parametrize("peer", places, ids=str, indirect=True)


@dataclass
class Reply:
    """What a request was answered with, and what was said before that."""

    message: dict[str, Any]
    told: list[dict[str, Any]] = field(default_factory=list)
    status: int | None = None

    @property
    def result(self) -> Any:
        """The result; fails where there is none."""
        assert "result" in self.message, self.message
        return self.message["result"]

    @property
    def code(self) -> int:
        """The code of the error; fails where there is none."""
        assert "error" in self.message, self.message
        return int(self.message["error"]["code"])

    @property
    def text(self) -> str:
        """All text of a tool's result."""
        return "".join(block.get("text", "") for block in self.result["content"])

    def told_of(self, method: str) -> list[Any]:
        """The params of the notifications of this method that came before."""
        return [message.get("params") for message in self.told if message["method"] == method]


class Peer:
    """Asks a server in one place: the same words everywhere."""

    def __init__(self, place: Place, session: StdioProcess | HttpProcess | LegacySession | SseSession) -> None:
        self.place = place
        self.session = session
        self._numbers = itertools.count(1)

    @property
    def is_modern(self) -> bool:
        """Whether it is asked in the modern era."""
        return self.place.era == "modern"

    def request(self, method: str, params: dict[str, Any], identity: Any = None, **meta: Any) -> dict[str, Any]:
        """A request of this place's era; `meta` changes the envelope, or is `_meta` where there is none."""
        identity = f"{self.place} {next(self._numbers)}" if identity is None else identity
        own = params.get("_meta", {})
        if self.is_modern:
            return modern(
                method, identity, {**envelope(**meta), **own}, **{k: v for k, v in params.items() if k != "_meta"}
            )
        if meta or own:
            params = {**params, "_meta": {**meta, **own}}
        return request(method, params, identity)

    def ask(self, method: str, /, identity: Any = None, meta: dict[str, Any] | None = None, **params: Any) -> Reply:
        """Send a request and wait for its answer."""
        return self.say(self.request(method, params, identity, **(meta or {})))

    def call(self, tool: str, /, meta: dict[str, Any] | None = None, **arguments: Any) -> Reply:
        """Call a tool."""
        return self.ask("tools/call", meta=meta, name=tool, arguments=arguments)

    def say(self, message: dict[str, Any]) -> Reply:
        """Send a whole request as it is and wait for its answer."""
        if isinstance(self.session, StdioProcess | SseSession):
            posted = self.session.send(message)
            if posted is not None and posted.status != 202:
                return Reply(posted.message, status=posted.status)
            return self._until(message["id"])
        if isinstance(self.session, HttpProcess):
            answer = send_modern(self.session, message, {"MCP-Protocol-Version": version_of(message)})
        else:
            answer = self.session.send(message)
        *told, last = answer.messages
        return Reply(last, told, answer.status)

    def _until(self, identity: Any) -> Reply:
        assert isinstance(self.session, StdioProcess | SseSession)
        told = []
        while "method" in (message := self.session.receive()) or not same(message.get("id"), identity):
            told.append(message)
        return Reply(message, told)

    @contextmanager
    def begin(self, message: dict[str, Any]) -> Iterator[Callable[[], Any]]:
        """Send a request and yield what gives the messages that come of it, one by one; at the end a stream is hung up."""
        if isinstance(self.session, StdioProcess | SseSession):
            self.session.send(message)
            yield self.next
            return
        modern = isinstance(self.session, HttpProcess)
        server = self.session if isinstance(self.session, HttpProcess) else self.session.server
        with Stream(server, message, headers_for(message) if modern else self.session.headers) as stream:
            yield stream.next

    def next(self) -> dict[str, Any]:
        """What the server says next, where it says all on one stream."""
        assert isinstance(self.session, StdioProcess | SseSession)
        message: dict[str, Any] = self.session.receive()
        return message

    def tell(self, message: dict[str, Any]) -> None:
        """Send what is not answered."""
        if isinstance(self.session, StdioProcess):
            self.session.send(message)
        elif isinstance(self.session, HttpProcess):
            answer = send_modern(self.session, message)
            assert (answer.status, answer.body) == (202, b""), answer
        else:
            answer = self.session.send(message)
            assert (answer.status, answer.body) == (202, b""), answer

    def send_bytes(self, data: bytes) -> dict[str, Any]:
        """Send bytes that are no message, and return the error they are refused with."""
        if isinstance(self.session, StdioProcess):
            self.session.send_bytes(data + b"\n")
            return self._refusal()
        if isinstance(self.session, HttpProcess):
            answer = send_modern(self.session, data)
        else:
            answer = self.session.send(data)
        assert answer.status == 400, answer
        message: dict[str, Any] = answer.message
        return message

    def _refusal(self) -> dict[str, Any]:
        assert isinstance(self.session, StdioProcess)
        while "error" not in (message := self.session.receive()):
            pass
        return dict(message)

    def is_alive(self) -> bool:
        """Whether it still answers."""
        return self.call("echo", text="still here").text == "still here"


def same(one: Any, other: Any) -> bool:
    """Whether two ids are one: `1` and `True`, `1` and `"1"` are not."""
    return json.dumps(one) == json.dumps(other)


def version_of(message: dict[str, Any]) -> str:
    """The version that a modern request names, or the one we speak where it names none."""
    params = message["params"]
    version = params["_meta"].get(PREFIX + "protocolVersion") if isinstance(params, dict) else None
    return version if isinstance(version, str) else MODERN


class Servers:
    """The servers of one name in every language, each started when it is first asked."""

    def __init__(self, name: str = "everything_server", environment: dict[str, str] | None = None) -> None:
        self._name = name
        self._environment = environment
        self._stack = ExitStack()
        self.http = cache(self._http)
        self.peer = cache(self.fresh)

    def _http(self, language: str) -> HttpProcess:
        return self._stack.enter_context(serve_http(self._name, language, environment=self._environment))

    def fresh(self, place: Place, version: str = LEGACY, *, ready: bool = True, can: Any = None) -> Peer:
        """A peer of its own: another process where that is what a session is, another session otherwise.

        `ready` is whether a session says that it is, and `can` what its client declares.
        """
        if place.transport == "stdio":
            starts = serve_stdio(self._name, place.language, environment=self._environment)
            process = self._stack.enter_context(starts)
            if place.era == "legacy":
                process.send(initialize(version, capabilities=can))
                process.answer_to(0)
                if ready:
                    process.send(INITIALIZED)
            return Peer(place, process)
        server = self.http(place.language)
        if place.transport == "sse":
            return Peer(place, self._stack.enter_context(SseSession(server, version, ready=ready, can=can)))
        legacy = place.era == "legacy"
        return Peer(place, LegacySession(server, version, ready=ready, can=can) if legacy else server)

    def close(self) -> None:
        """End them all; what they said is judged."""
        self._stack.close()
