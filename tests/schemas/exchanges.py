"""Judges exchanges over HTTP that went through no socket: a whole request and a whole answer each."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from judge import ASSUMED, OFFICIAL, Conversation, Judge
from tee import Events, is_message


@dataclass
class Exchanges:
    """All that one server was asked, one after the other: a session's version is known from its handshake."""

    judge: Judge = field(default_factory=Judge)
    sessions: dict[str, str] = field(default_factory=dict)
    """The version of each session, by its id."""

    def judge_answer(self, asked: Mapping[str, str], request: bytes, told: Mapping[str, str], answer: bytes) -> None:
        """Judge what a request was answered; `asked` and `told` are the headers, their names in lower case."""
        version = self.sessions.get(asked.get("mcp-session-id", ""))
        header = asked.get("mcp-protocol-version", "")
        if version is None and (OFFICIAL / f"{header}.json").exists():
            version = header
        conversation = Conversation(self.judge, version)
        # What cannot be read is refused: that is a message of its own.
        with contextlib.suppress(ValueError, RecursionError):
            conversation.heard(json.loads(request))

        def said(message: Any) -> None:
            conversation.said(message)
            if "mcp-session-id" in told:
                self.sessions[told["mcp-session-id"]] = conversation.version or ASSUMED

        kind = told.get("content-type", "").partition(";")[0]
        if kind == "text/event-stream":
            # One that was cut off ends in a part of an event, which nobody got.
            Events(said).feed(answer)
        elif kind == "application/json" and answer and is_message(message := json.loads(answer)):
            said(message)
