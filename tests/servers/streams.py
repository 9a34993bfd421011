"""Event streams that are read while they are open, each event when it comes."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Any

from processes import ANSWER_WITHIN, HttpProcess
from wire import COMMON


@dataclass(frozen=True)
class Event:
    """One event: its id, if it has one, and the message, if there is one."""

    id: str | None
    data: str

    @property
    def message(self) -> Any:
        """The message; fails where there is none."""
        return json.loads(self.data)


class Stream:
    """A request over HTTP whose answer is read bit by bit; closing it is hanging up."""

    def __init__(
        self,
        server: HttpProcess,
        message: Any,
        headers: dict[str, str],
        *,
        method: str = "POST",
        path: str | None = None,
    ) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", server.judged_port, timeout=ANSWER_WITHIN)
        body = None if message is None else json.dumps(message)
        self._connection.request(method, path or server.path, body, {**COMMON, **headers})
        self.response = self._connection.getresponse()
        self.status = self.response.status
        self.events = self._events()

    def __enter__(self) -> Stream:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Hang up."""
        self.response.close()
        self._connection.close()

    def next(self) -> Any:
        """The next message; what is no event stream is one message itself."""
        if not self.response.headers.get("content-type", "").startswith("text/event-stream"):
            return json.loads(self.response.read())
        return next(event for event in self.events if event.data).message

    def _events(self) -> Iterator[Event]:
        identity, data = None, []
        while line := self.response.readline().decode():
            name, _, value = line.rstrip("\r\n").partition(":")
            if name == "id":
                identity = value.removeprefix(" ")
            elif name == "data":
                data.append(value.removeprefix(" "))
            elif line.strip() == "" and (identity is not None or data):
                yield Event(identity, "\n".join(data))
                identity, data = None, []
